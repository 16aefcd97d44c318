// /work/main/Sources/GREDClassifiers/Documentation.docc/GREDClassifiers.md
import Foundation
import GRED
import GREDAttacks
import GREDCharts
import GREDClassifiers
import GREDImages
import GREDLaboratory
import LibTorch
func snippet10() throws {
    let pair = try classifier.marginGradient(of: images)
    print(try pair.margin.floats())      // m, one an image
    print(pair.gradient.shape)           // ∂m/∂x, [N, C, H, W]
    print(try pair.logScale().floats())  // ℓ = −softplus(m)
}
