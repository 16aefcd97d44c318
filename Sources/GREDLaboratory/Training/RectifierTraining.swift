import Foundation
import GRED
import GREDClassifiers
import GREDImages
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

    /// - Parameter images: adversarial images under their true labels.
    /// - Returns: the tuned copy; the classifier stays as it is.
    public func run<Subject: TunableClassifier>(
        _ classifier: Subject, images: ImageSet, checkpoint: URL, identity: String,
        bench: Workbench
    ) throws -> Subject {
        let suspects = try suspects(in: images, of: classifier, bench: bench)
        return try run(
            classifier, images: images.tensor, labels: images.labels, checkpoint: checkpoint,
            identity: identity, bench: bench
        ) { indices, _ in try suspects.tensor(indices).to(classifier.device) .> 0 }
    }

    /// As above, with other pixels than those of Eq. 13.
    /// - Parameters:
    ///   - images: those of some places, `[n, C, H, W]` in 0…1.
    ///   - labels: the true ones of all.
    ///   - suspects: the pixels to mask in images of these places, `[n, 1, H, W]` of booleans,
    ///     asked for every time that they are seen.
    func run<Subject: TunableClassifier>(
        _ classifier: Subject, images: ([Int]) throws -> Tensor, labels: [Int], checkpoint: URL,
        identity: String, bench: Workbench,
        suspects: ([Int], inout RandomStream) throws -> Tensor
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
                of: images(indices).to(classifier.device),
                suspects: suspects(indices, &stream),
                streams: &streams)
            return (
                try augmentation.applied(to: masked, stream: &stream),
                try Tensor(indices.map { labels[$0] }).to(bench.device)
            )
        }
        return tuned
    }

    /// The suspect pixels of all images, black and white.
    private func suspects(
        in images: ImageSet, of classifier: any Classifier, bench: Workbench
    ) throws -> ImageSet {
        let started = Date()
        let observer = bench.observer
        observer.begin("suspect pixels", total: images.count, unit: "images")
        let shape = ImageShape(
            channels: 1, height: images.shape.height, width: images.shape.width)
        let written = try ImageSetWriter(
            shape, classNames: images.classNames, in: bench.store.folder)
        for start in stride(from: 0, to: images.count, by: 256) {
            let range = start..<min(start + 256, images.count)
            let batch = try images.tensor(range).to(classifier.device)
            let found = try SuspectPixels.above(
                masking.alpha, in: classifier.inputSensitivity(of: batch))
            try written.append(found.to(.uint8), labels: Array(images.labels[range]))
            try observer.advance(to: range.upperBound, note: "")
        }
        observer.finish(
            String(
                format: "suspect pixels: %d images, %.1f s", images.count,
                Date().timeIntervalSince(started)))
        return written.set(named: "suspect pixels")
    }
}
