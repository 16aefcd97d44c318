// /work/main/Sources/LibTorch/Documentation.docc/Training-a-network.md
import Foundation
import GRED
import GREDAttacks
import GREDCharts
import GREDClassifiers
import GREDImages
import GREDLaboratory
import LibTorch
func snippet21() throws {
    try Safetensors.write(network.state, to: file)
    try network.load(Safetensors.read(file).tensors, from: file.path)
}
