import GREDClassifiers
import GREDImages
import LibTorch

/// One detector for all attacks: a small network that sees the image, joined by what the input
/// sensitivity and a few noisy copies say of it.
///
/// The sensitivity tells attacks that stop near the boundary, the network on the image those that go
/// far past it, and how the margin moves under noise tells both, also from attacks that were never
/// trained on. A ``NearnessAlarm`` sees what stops nearer to the boundary than clean images come.
public final class UniversalDetector {
    /// Everything but the weights.
    public struct Description: Sendable, Hashable, Codable {
        /// The shape of the images.
        public var imageShape: ImageShape
        /// Whether the network sees the logarithmic map beside the image.
        public var readsMap: Bool
        /// The noisy copies that it asks the classifier about.
        public var noise: NoisyCopies
        /// The channels of the network's first block, 1…512.
        public var width: Int
        /// Of the planes: a mean and a deviation for each.
        public var planes: Standardisation
        /// Of the numbers: a mean and a deviation for each.
        public var numbers: Standardisation
        /// A regression on three of the numbers, fitted on the same examples: what the detector is
        /// measured beside. It decides nothing.
        public var scalarsAlone: ScalarBaseline?
        /// What also decides, where an image is nearer to another class than almost any clean one; nil where
        /// the network decides alone.
        public var alarm: NearnessAlarm?

        /// Describes a detector; what does not fit is refused when it is built.
        public init(
            imageShape: ImageShape, readsMap: Bool, noise: NoisyCopies, width: Int,
            planes: Standardisation, numbers: Standardisation,
            scalarsAlone: ScalarBaseline? = nil, alarm: NearnessAlarm? = nil
        ) {
            self.imageShape = imageShape
            self.readsMap = readsMap
            self.noise = noise
            self.width = width
            self.planes = planes
            self.numbers = numbers
            self.scalarsAlone = scalarsAlone
            self.alarm = alarm
        }

        /// How many numbers join the network's features.
        public var numberCount: Int {
            InputSensitivity.scalarCount + InputSensitivity.nearnessCount + noise.numberCount
        }
        /// How many planes the network sees.
        var planeCount: Int { imageShape.channels * (readsMap ? 2 : 1) }
    }

    /// How the detector is built, and what it reads.
    public let description: Description
    /// Two logits an image, benign and adversarial; see ``input(_:)``.
    public let network: any Layer

    /// Joins the parts as they are; ``StoredDetector`` has ways that fit them to each other.
    public init(_ description: Description, network: any Layer) {
        self.description = description
        self.network = network
    }

    public static func network(_ description: Description, seed: UInt64) throws -> any Layer {
        let (planes, numbers) = (description.planes, description.numbers)
        for (what, standardisation, count) in [
            ("planes", planes, description.planeCount),
            ("numbers", numbers, description.numberCount),
        ] {
            guard standardisation.means.count == count, standardisation.deviations.count == count
            else {
                throw DetectorFault.standardisation(
                    what: what, count: count, means: standardisation.means.count,
                    deviations: standardisation.deviations.count)
            }
        }
        guard (1...512).contains(description.width) else {
            throw DetectorFault.width(description.width)
        }
        guard min(description.imageShape.height, description.imageShape.width) >= 8 else {
            throw DetectorFault.imageTooSmall(description.imageShape)
        }
        let shape = description.imageShape
        return try UniversalNetwork(
            shape: ImageShape(
                channels: description.planeCount, height: shape.height, width: shape.width),
            numbers: numbers.means.count, width: description.width,
            generator: Generator(seed: seed))
    }

    // MARK: Judging

    /// What the detector reads of a batch, before it is standardised.
    public struct Reading {
        /// The image and, where the detector reads it, the logarithmic map, `[N, P, H, W]`.
        public var planes: Tensor
        /// ℓ, ln ‖G‖, the distance to the boundary, two numbers that say how near the second choice is,
        /// and five for each strength of noise, `[N, F]`.
        public var numbers: Tensor
        /// What the noisy copies say of the label, where any are read.
        public var labelling: NoisyCopies.Labelling?

        /// Reads images: a forward pass for each noisy copy.
        /// - Parameter streams: one an image, for the noise.
        public init(
            _ images: Tensor, sensitivity: InputSensitivity, in classifier: any Classifier,
            readsMap: Bool, noise: NoisyCopies, streams: [RandomStream]
        ) throws {
            var streams = streams
            let response = try noise.response(
                of: images, sensitivity: sensitivity, in: classifier, streams: &streams)
            numbers = try .concatenated(
                [sensitivity.scalars(), sensitivity.nearness(), response.numbers], dimension: 1)
            labelling = response.labelling
            planes =
                try readsMap
                ? .concatenated([images, sensitivity.logMap()], dimension: 1) : images
        }

        /// What was read before.
        public init(planes: Tensor, numbers: Tensor) {
            self.planes = planes
            self.numbers = numbers
        }

        /// ln of the distance at which the second class would be as likely as the label, if the classifier
        /// were linear, `[N]`: one of ``numbers``.
        public func logDistance() throws -> Tensor {
            let place = InputSensitivity.scalarCount + InputSensitivity.nearnessCount - 1
            return try numbers.sliced(place..<place + 1, dimension: 1).squeezed(1)
        }
    }

    /// The network's input, a row an image: standardised planes, then standardised numbers, which are
    /// kept within ±10 deviations.
    /// - Returns: `[N, P·H·W + F]`.
    public func input(_ reading: Reading) throws -> Tensor {
        let planes = try description.planes.applied(to: reading.planes).flattened(from: 1)
        let shape = [reading.numbers.shape[0], description.numberCount, 1, 1]
        let numbers = try description.numbers.applied(to: reading.numbers.reshaped(shape))
            .flattened(from: 1)
        let bounded = try numbers.clamped(min: -10, max: 10).followed(by: numbers)
        return try .concatenated([planes, bounded], dimension: 1)
    }

    /// What the detector says of images that were read: the network, or its alarm where that is surer.
    public func judge(_ reading: Reading) throws -> Opinion {
        let opinion = try Opinion(classes: network(input(reading)))
        guard let alarm = description.alarm else { return opinion }
        // The larger of both is not a number where one of them is not.
        return Opinion(
            logit: try opinion.logit.maximum(alarm.logOdds(logDistance: reading.logDistance())))
    }

    /// Reads images as the detector was trained to.
    /// - Parameters:
    ///   - images: `[N, C, H, W]` in 0…1.
    ///   - classifier: what is guarded; it is asked about the noisy copies.
    ///   - key: the noise follows from it and the image's bytes.
    public func read(
        _ images: Tensor, sensitivity: InputSensitivity, in classifier: any Classifier,
        key: GuardKey
    ) throws -> Reading {
        try Reading(
            images, sensitivity: sensitivity, in: classifier, readsMap: description.readsMap,
            noise: description.noise, streams: key.streams(for: images, purpose: "noise"))
    }
}
