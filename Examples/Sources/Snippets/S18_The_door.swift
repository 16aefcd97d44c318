// /work/main/Sources/LibTorch/Documentation.docc/The-door.md
import Foundation
import GRED
import GREDAttacks
import GREDCharts
import GREDClassifiers
import GREDImages
import GREDLaboratory
import LibTorch
extension Tensor {
    private static let cumsum = Operator("aten::cumsum")

    /// Sums from the first element up to each one, along a dimension.
    func cumulativeSum(_ dimension: Int) throws -> Tensor {
        try Self.cumsum(.tensor(self), .int(dimension))
    }
}
