import GRED
import GREDClassifiers
import LibTorch

/// What a guard costs, in forward passes of the classifier that it guards.
public struct GuardCost: Codable, Sendable {
    /// Seconds that a forward pass takes, an image.
    public var forwardSeconds: Double
    /// Passes' worth of time that a verdict takes where nothing is flagged, the answer included.
    public var unflagged: Double
    /// The same where the label is recovered too.
    public var flagged: Double

    init(forwardSeconds: Double, unflagged: Double, flagged: Double) {
        self.forwardSeconds = forwardSeconds
        self.unflagged = unflagged
        self.flagged = flagged
    }

    /// Times one batch of images, five times; the median counts.
    init(of sentry: Guard, on images: Tensor) throws {
        let classifier = sentry.classifier
        let images = try classifier.admitted(images)
        func seconds(_ body: () throws -> Void) throws -> Double {
            try body()
            let clock = ContinuousClock()
            let times = try (0..<5).map { _ in
                let started = clock.now
                try body()
                return started.duration(to: clock.now) / .seconds(1)
            }
            return times.sorted()[2]
        }
        let forward = try seconds { _ = try classifier.logits(of: images).floats() }
        forwardSeconds = forward / Double(max(images.shape[0], 1))
        unflagged = try seconds { _ = try sentry.inspect(images, recovery: .ofNone) } / forward
        flagged = try seconds { _ = try sentry.inspect(images, recovery: .ofAll) } / forward
    }
}
