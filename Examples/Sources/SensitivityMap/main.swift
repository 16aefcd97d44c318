// Draws the input sensitivity of images: where a classifier would change its mind.
import Foundation
import GRED
import GREDImages
import LibTorch

guard CommandLine.arguments.count == 4 else {
    print("usage: SensitivityMap BUNDLE IMAGES MAP.png   (PNG, idx or safetensors files)")
    exit(64)
}
let (bundle, file, output) = (
    URL(filePath: CommandLine.arguments[1]), URL(filePath: CommandLine.arguments[2]),
    URL(filePath: CommandLine.arguments[3])
)
do {
    let classifier = try GuardBundle.read(bundle).classifier
    let source = try ImageFiles(file)
    let images = try classifier.admitted(source.images.sliced(0..<min(source.names.count, 100)))
    let sensitivity = try classifier.inputSensitivity(of: images)

    // In each image the most sensitive pixel is white; one that is a hundred times less sensitive,
    // or more, is black.
    let map = try (sensitivity.logMap().maximum(over: [1]) / log(100) + 1).clamped(min: 0)
    let maps = try ImageSet(
        name: "maps",
        shape: ImageShape(channels: 1, height: map.shape[1], width: map.shape[2]),
        classNames: classifier.classNames, pixels: (map * 255).round().to(.uint8).scalars(),
        labels: sensitivity.labels.ints())
    try Data(maps.contactSheet(columns: 10, scale: 4)).write(to: output)

    for (name, norm) in zip(source.names, try sensitivity.logNorms().floats()) {
        print(String(format: "ln ‖S‖ = %8.3f  %@", norm, name))
    }
} catch {
    print(error)
    exit(1)
}
