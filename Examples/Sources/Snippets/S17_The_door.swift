// /work/main/Sources/LibTorch/Documentation.docc/The-door.md
import Foundation
import GRED
import GREDAttacks
import GREDCharts
import GREDClassifiers
import GREDImages
import GREDLaboratory
import LibTorch
func snippet17() throws {
    let sort = Operator("aten::sort")
    print(sort.schema ?? "not in this libtorch")
    // aten::sort(Tensor self, int dim=-1, bool descending=False) -> (Tensor values, Tensor indices)

    let results = try sort.call([.tensor(x)], named: ["descending": true])
    let (values, places) = (results[0], results[1])
}
