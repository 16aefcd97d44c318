import GREDAttacks
import GREDCharts
import GREDClassifiers
import GREDImages

extension PaperSetting {
    /// What a report must say of the run, a sentence each.
    var notes: [String] {
        var notes = profile.sentences(choices)
        if isUntrained { notes.append(PaperProfile.untrained("f", option: "--weights")) }
        if let supplementNote { notes.append(supplementNote) }
        if let built = classifier as? NetworkClassifier,
            built.description.architecture.width != 1
        {
            notes.append("f is \(networkName); the paper's has its full width.")
        }
        if layered == nil {
            notes.append("f shows no middle layers, so there is no DET_sal.")
        }
        if paper == .mnist, !data.sets.test.name.contains("MNIST") {
            notes.append(
                "The images are not MNIST's (\(data.sets.test.name)); the paper's numbers for MNIST stand beside them."
            )
        }
        if paper == .imageNet {
            notes.append(
                "\(data.sets.test.name) stands in for the paper's 20 classes of ImageNet at 224×224, and \(networkName) for its ResNet152: differences are of data and network as well."
            )
        }
        return notes
    }

    /// What rectifiers are tuned on that no detector sees; nil where there is nothing.
    var supplementNote: String? {
        let attacks = profile.attacks.filter { fitCount($0) > 0 }
        guard !attacks.isEmpty else { return nil }
        let parts = attacks.map { "\($0.rawValue) on \(Figure.count(fitCount($0)))" }
        return "Rectifiers alone are tuned besides on attacked images of the set that trains f:"
            + " \(parts.listed) that f gets right."
    }

    /// What rectifiers are tuned on.
    var rectifierWords: String {
        let moves =
            (data.augmentation.shift > 0 ? ["shifted"] : [])
            + (data.augmentation.flips ? ["mirrored"] : [])
        let moved = moves.isEmpty ? "" : ", \(moves.listed) at random"
        return
            "Rectifiers are fine-tuned on masked copies of attacked guard images at 8 bits\(moved)."
            + (supplementNote.map { " \($0)" } ?? "")
    }

    /// What is taken where the paper is silent and no option changes it.
    var fixedChoices: [(name: String, value: String, meaning: String)] {
        let cw = CW()
        let confidence = Figure.fixed(cw.confidence, digits: 0)
        let abortsEarly = cw.abortsEarly ? "on" : "off"
        let levels = DDN().levels.map { "\($0)" } ?? Figure.missing
        let (width, epochs) = (Figure.fixed(profile.detectorWidth), profile.detectorEpochs)
        return [
            (
                "detectors", "VGG11",
                "in the CIFAR form (eight convolutions, one linear layer), width \(width), \(epochs) epochs, one for each attack and rendition"
            ),
            (
                "DET_sal", Figure.missing,
                "reads |∂a_ŷ/∂h| of VGG11's pooled outputs 2 to 5 or a ResNet's four stages, the largest over channels, resized to the image"
            ),
            (
                "CW's confidence", confidence,
                "by how many nats an image must be past the boundary to count as adversarial"
            ),
            (
                "CW's early abort", abortsEarly,
                "an image rests until the next constant once a tenth of the iterations makes its shortest perturbation, or while there is none its loss, less than a thousandth smaller"
            ),
            ("DDN's levels", levels, "values that a pixel may take while it searches"),
            (
                "random targets", Figure.missing,
                "uniform over the classes other than the true one, from the seed and the image's place"
            ),
            (
                "channels", Figure.missing,
                "a pixel's sensitivity in Eq. 13 is the largest over its channels; all of them are masked together"
            ),
            ("Bernoulli", "0.5", "the odds that a suspect pixel is replaced in a masked copy"),
            (
                "x_ran", Figure.missing,
                "drawn for each channel from a normal distribution of the image's mean and deviation, rounded to a whole number and clipped to 0…255"
            ),
        ]
    }
}
