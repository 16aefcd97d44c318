import GREDAttacks
import GREDClassifiers
import LibTorch

/// How fast a classifier passes images, for estimates.
enum PassRate {
    /// Images a second, of passes half of which go back too, on the copy that attacks search in.
    static func measured(of classifier: any Classifier, in precision: Precision) throws -> Double {
        let copy = try classifier.frozen(precision)
        let count = try BatchSize.fitting(classifier)
        let shape = classifier.inputShape
        let images = try Tensor.full(
            [count, shape.channels, shape.height, shape.width], 0.5, device: classifier.device)
        // The first passes are slower than all others.
        for _ in 0..<2 { _ = try copy.marginGradient(of: images) }
        let clock = ContinuousClock()
        let started = clock.now
        for _ in 0..<3 { _ = try copy.marginGradient(of: images) }
        return Double(6 * count) / (started.duration(to: clock.now) / .seconds(1))
    }
}
