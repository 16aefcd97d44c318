// /work/main/Sources/GREDImages/Documentation.docc/GREDImages.md
import Foundation
import GREDImages
func snippet12() throws {

    let digits = HandDrawnDigits.make(count: 1_000, seed: 1)
    print(digits.shape, digits.classCounts)      // 1×28×28 [100, 100, …]
    let images = try digits.tensor(0..<16)       // [16, 1, 28, 28], in 0…1
    let sheet = try digits.prefix(100).contactSheet(columns: 10, scale: 2)
    try Data(sheet).write(to: URL(filePath: "digits.png"))
}
