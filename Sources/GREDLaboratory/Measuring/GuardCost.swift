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

    /// Times one batch of images in rounds, each a pass and both kinds of verdict, so that what slows the
    /// machine down for a while slows down all three; the median of each ratio counts.
    init(of sentry: Guard, on images: Tensor) throws {
        let classifier = sentry.classifier
        let images = try classifier.admitted(images)
        let clock = ContinuousClock()
        func seconds(_ body: () throws -> Void) throws -> Double {
            let started = clock.now
            try body()
            return started.duration(to: clock.now) / .seconds(1)
        }
        let rounds = try (0...Self.rounds).map { _ in
            (
                forward: try seconds { _ = try classifier.logits(of: images).floats() },
                unflagged: try seconds { _ = try sentry.inspect(images, recovery: .ofNone) },
                flagged: try seconds { _ = try sentry.inspect(images, recovery: .ofAll) }
            )
        }.dropFirst()  // Which is slower, as everything is done for the first time.
        func median(_ numbers: [Double]) -> Double { numbers.sorted()[numbers.count / 2] }
        forwardSeconds = median(rounds.map(\.forward)) / Double(max(images.shape[0], 1))
        unflagged = median(rounds.map { $0.unflagged / $0.forward })
        flagged = median(rounds.map { $0.flagged / $0.forward })
    }

    private static let rounds = 7
}
