import GREDClassifiers
import LibTorch

/// How the classifier's margin moves when a little noise is added: an adversarial minimum is narrow,
/// whichever attack found it (after Roth, Kilcher and Hofmann 2019).
public struct NoisyCopies: Sendable, Hashable, Codable {
    /// The standard deviations of the noise, for pixels in 0…1; each makes copies of its own.
    public var strengths: [Double]
    /// Copies at each strength.
    public var copies: Int

    /// Says how many copies at which strengths.
    public init(strengths: [Double], copies: Int) {
        self.strengths = strengths
        self.copies = copies
    }

    /// None.
    public static let none = NoisyCopies(strengths: [], copies: 0)

    /// Forward passes an image.
    public var passes: Int { strengths.count * copies }

    /// How many numbers ``response(of:sensitivity:in:streams:)`` gives an image.
    public var numberCount: Int { strengths.count * Self.names.count }

    /// What is said of each strength, with m the margin of the classifier's own label ŷ.
    static let names = [
        "mean margin", "least margin", "share of other labels", "largest rise of a class",
        "mean change of the margin",
    ]

    /// What the classifier makes of noisy copies.
    public struct Response {
        /// `[N, 5 · strengths]`.
        public var numbers: Tensor
        /// nil where there are no copies.
        public var labelling: Labelling?
    }

    /// What noisy copies say of the label.
    public struct Labelling {
        /// The mean over the copies of a strength, strength by strength, `[N, L]` each.
        public var logits: [Tensor]
        /// The likeliest class but ŷ by the copies with the weaker half of the strengths, `[N]`. A little
        /// noise leads out of a narrow minimum to where the image came from, and more of it leads away
        /// from there too.
        public var runnerUp: Tensor

        /// Of some of the images.
        func rows(_ places: [Int]) throws -> Labelling {
            Labelling(
                logits: try logits.map { try $0.rows(places) },
                runnerUp: try runnerUp.rows(places))
        }
    }

    /// Five numbers for each strength: over its copies the mean and the least margin of ŷ in nats, the
    /// share of them with another label, the largest mean rise of another class's logit against ŷ's,
    /// and the mean change of the margin.
    /// - Parameters:
    ///   - images: `[N, C, H, W]` in 0…1.
    ///   - streams: one an image; the noise is drawn from them.
    public func response(
        of images: Tensor, sensitivity: InputSensitivity, in classifier: any Classifier,
        streams: inout [RandomStream]
    ) throws -> Response {
        let count = images.shape[0]
        guard passes > 0 else {
            return Response(numbers: try .zeros([count, 0], device: images.device))
        }
        let size = images.count / max(count, 1)
        let labels = sensitivity.labels
        let before = try Self.against(labels, sensitivity.logits)
        var columns: [Tensor] = []
        var said: [Tensor] = []
        for strength in strengths {
            var margins: [Tensor] = []
            var others: [Tensor] = []
            var rises: [Tensor] = []
            var logits: [Tensor] = []
            for _ in 0..<copies {
                var noise: [Float] = []
                noise.reserveCapacity(images.count)
                for index in streams.indices { noise += streams[index].normals(size) }
                let shifts = try Tensor(noise, shape: images.shape).to(images.device)
                let copy = try (images + shifts * strength).clamped(min: 0, max: 1)
                let answer = try classifier.logits(of: copy)
                let margin = try answer.margin(of: labels)
                margins.append(margin)
                others.append(
                    try (answer.argmax(1) .!= labels).to(.float32).followed(by: (-margin).sigmoid())
                )
                rises.append(try Self.against(labels, answer) - before)
                logits.append(answer)
            }
            let margin = try Tensor.stacked(margins)
            let mean = try margin.mean([0])
            said.append(try Tensor.stacked(logits).mean([0]))
            // ŷ against itself never rises, and must not be the largest where all others fall.
            let rise = try Tensor.stacked(rises).mean([0]).replacing(labels, with: -.infinity)
            columns += [
                mean, try margin.minimum(over: [0]), try Tensor.stacked(others).mean([0]),
                try rise.maximum(over: [1]), try mean - sensitivity.margin,
            ]
        }
        let weaker = strengths.indices.sorted { strengths[$0] < strengths[$1] }
            .prefix((strengths.count + 1) / 2)
        return Response(
            numbers: try .stacked(columns, dimension: 1),
            labelling: Labelling(
                logits: said,
                runnerUp: try Tensor.stacked(
                    weaker.map { try Self.against(labels, said[$0]) }
                ).mean([0]).replacing(labels, with: -.infinity).argmax(1)))
    }

    /// Each logit less that of the label, `[N, L]`.
    private static func against(_ labels: Tensor, _ logits: Tensor) throws -> Tensor {
        try logits - logits.picked(labels).unsqueezed(1)
    }
}
