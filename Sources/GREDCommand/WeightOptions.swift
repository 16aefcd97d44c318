import ArgumentParser
import Foundation
import GREDClassifiers
import GREDImages
import GREDLaboratory

/// Networks of the paper that somebody else trained.
struct WeightOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "f's weights as safetensors, named as torchvision names them: f is not trained.",
            discussion:
                "Of the profile's network: VGG11 in the CIFAR form, for a folder a ResNet (152 layers in the profile paper).",
            valueName: "file"), completion: .file(extensions: ["safetensors"]))
    var weights: String?

    @Option(
        help: ArgumentHelp(
            "The same of the network that black-box attacks are made on.", valueName: "file"),
        completion: .file(extensions: ["safetensors"]))
    var surrogateWeights: String?

    @Option(
        help: ArgumentHelp(
            "The classes that these weights tell apart, one a line, in their order.",
            discussion:
                "Needed where they know more than the data has, such as the 1,000 of ImageNet; the data's folders are named by them.",
            valueName: "file"), completion: .file())
    var weightClasses: String?

    func validate() throws {
        guard weightClasses == nil || weights != nil || surrogateWeights != nil else {
            throw ValidationError("--weight-classes says what --weights holds: name that as well.")
        }
    }

    /// f and the surrogate, as far as weights were named.
    func classifiers(for set: ImageSet, as data: PaperData, in profile: PaperProfile) throws -> (
        classifier: NetworkClassifier?, surrogate: NetworkClassifier?
    ) {
        func read(_ path: String?, _ family: Architecture.Family) throws -> NetworkClassifier? {
            guard let path else { return nil }
            let file = URL(filePath: path)
            let published =
                try weightClasses.map { try PublishedWeights(file, classesIn: URL(filePath: $0)) }
                ?? PublishedWeights(file)
            return try published.classifier(
                Architecture(family), shape: set.shape, classNames: set.classNames)
        }
        return (
            try read(weights, data.family(in: profile)),
            try read(surrogateWeights, data.surrogate(for: set.shape))
        )
    }
}
