// /work/main/Sources/GRED/Documentation.docc/Input-sensitivity.md
import Foundation
import GRED
import GREDAttacks
import GREDCharts
import GREDClassifiers
import GREDImages
import GREDLaboratory
import LibTorch
func snippet2() throws {
    let sensitivity = try classifier.inputSensitivity(of: images)
    print(try sensitivity.logNorms().floats())  // ln ‖S‖₂, one an image
    let picture = try sensitivity.logMap()      // ln(|G|/‖G‖∞), −16…0, [N, C, H, W]
}
