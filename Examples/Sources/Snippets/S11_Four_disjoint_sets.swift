// /work/main/Sources/GREDImages/Documentation.docc/Four-disjoint-sets.md
import Foundation
import GRED
import GREDAttacks
import GREDCharts
import GREDClassifiers
import GREDImages
import GREDLaboratory
import LibTorch
func snippet11() throws {
    let digits = HandDrawnDigits.make(count: 20_000, seed: 0)
    let sets = try FourSets(
        train: digits, test: HandDrawnDigits.make(count: 5_000, seed: 1),
        fit: 12_000, guard: 6_000, calibrate: 2_000)
    let sample = sets.test.prefix(400)
}
