// /work/main/Sources/LibTorch/Documentation.docc/Training-a-network.md
import Foundation
import GRED
import GREDAttacks
import GREDCharts
import GREDClassifiers
import GREDImages
import GREDLaboratory
import LibTorch
func snippet20() throws {
    let optimiser = try Adam(network.parameters, weightDecay: 0.05)
    let rate = LearningRate.oneCycle(peak: 2e-3, warmUp: 0.3)
    let steps = 200
    for step in 0..<steps {
        let (inputs, labels) = try batch(step)
        let (loss, gradients) = try network.lossAndGradients {
            try network(inputs, mode: .training(generator)).crossEntropy(labels)
        }
        try optimiser.step(
            gradients: gradients, learningRate: rate.value(step: step, of: steps))
        if step % 50 == 0 { print(step, try loss.item()) }
    }
}
