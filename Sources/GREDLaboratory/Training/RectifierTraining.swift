import Foundation
import GRED
import GREDClassifiers
import LibTorch

/// Fine-tunes a copy of the classifier on masked copies of adversarial images (paper, §3.2).
public struct RectifierTraining {
    /// How suspect pixels are replaced, in training and afterwards.
    public var masking: RandomisedMasking
    /// Of the fine-tuning, which starts from the classifier's weights.
    public var plan: TrainingPlan
    /// Masked copies whose answers are averaged at inference.
    public var copies: Int
    /// How masked copies are varied in training.
    public var augmentation = Augmentation.none

    /// - Parameter copies: K; it does not change the fine-tuning.
    public init(masking: RandomisedMasking, plan: TrainingPlan, copies: Int) {
        self.masking = masking
        self.plan = plan
        self.copies = copies
    }

    /// - Parameters:
    ///   - images: adversarial images, `[N, C, H, W]`, in 0…1 or as bytes.
    ///   - labels: their true labels.
    /// - Returns: the tuned copy; the classifier stays as it is.
    public func run<Subject: TunableClassifier>(
        _ classifier: Subject, images: Tensor, labels: [Int], checkpoint: URL, identity: String,
        bench: Workbench
    ) throws -> Subject {
        let all = try suspects(in: images, of: classifier, observer: bench.observer)
        return try run(
            classifier, images: images, labels: labels, checkpoint: checkpoint, identity: identity,
            bench: bench
        ) { indices, _ in try all.rows(indices) }
    }

    /// As above, with other pixels than those of Eq. 13.
    /// - Parameter suspects: the pixels to mask in images of these places, `[n, 1, H, W]` of booleans,
    ///   asked for every time that they are seen.
    func run<Subject: TunableClassifier>(
        _ classifier: Subject, images: Tensor, labels: [Int], checkpoint: URL, identity: String,
        bench: Workbench, suspects: ([Int], inout RandomStream) throws -> Tensor
    ) throws -> Subject {
        let tuned = try classifier.copied()
        try Training(plan: plan, checkpoint: checkpoint, identity: identity).reporting(
            to: bench.observer, title: "fine-tuning the rectifier", network: tuned.network,
            count: labels.count
        ) { indices, stream in
            // New masks every time an image is seen: the "many randomized duplicates" of §3.2.
            var streams = indices.map { _ in
                RandomStream(seed: stream.next(), purpose: "training masks")
            }
            let masked = try masking.copies(
                of: images.rows(indices).toUnit(), suspects: suspects(indices, &stream),
                streams: &streams)
            return (
                try augmentation.applied(to: masked, stream: &stream),
                try Tensor(indices.map { labels[$0] }).to(bench.device)
            )
        }
        return tuned
    }

    /// The suspect pixels of all images, a twelfth of what their sensitivities would take.
    private func suspects(
        in images: Tensor, of classifier: any Classifier, observer: any WorkObserver
    ) throws -> Tensor {
        let started = Date()
        let count = images.shape[0]
        observer.begin("suspect pixels", total: count, unit: "images")
        var parts: [Tensor] = []
        for start in stride(from: 0, to: count, by: 256) {
            let end = min(start + 256, count)
            let batch = try images.sliced(start..<end).toUnit()
            parts.append(
                try SuspectPixels.above(masking.alpha, in: classifier.inputSensitivity(of: batch)))
            try observer.advance(to: end, note: "")
        }
        observer.finish(
            String(
                format: "suspect pixels: %d images, %.1f s", count,
                Date().timeIntervalSince(started)))
        return try .concatenated(parts)
    }
}
