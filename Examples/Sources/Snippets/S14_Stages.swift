// /work/main/Sources/GREDLaboratory/Documentation.docc/Stages.md
import Foundation
import GRED
import GREDAttacks
import GREDCharts
import GREDClassifiers
import GREDImages
import GREDLaboratory
import LibTorch
func snippet14() throws {
    struct Settings: Encodable {
        var version = 1
        var images: String
        var seed: UInt64
    }
    let digits = HandDrawnDigits.make(count: 2_000, seed: 0)
    let store = StageStore(URL(filePath: "stages"))
    let counts: [Int] = try store.result(
        of: "class-counts", Settings(images: digits.contentHash, seed: 0),
        make: { folder in
            try AtomicFile.write(
                JSONEncoder().encode(digits.classCounts), to: folder.appending(component: "counts.json"))
        },
        read: { folder in
            try JSONDecoder().decode(
                [Int].self, from: Data(contentsOf: folder.appending(component: "counts.json")))
        })
}
