// /work/main/Sources/LibTorch/Documentation.docc/Training-a-network.md
import LibTorch
func snippet19() throws {

    let generator = try Generator(seed: 0)
    let network = Sequential([
        try Convolution2d(
            inputChannels: 1, outputChannels: 8, kernelSize: 3, padding: 1, generator: generator),
        try BatchNorm2d(channels: 8),
        ReLU(), MaxPool2d(2), Flatten(),
        try Linear(inputs: 8 * 14 * 14, outputs: 10, generator: generator),
    ])
}
