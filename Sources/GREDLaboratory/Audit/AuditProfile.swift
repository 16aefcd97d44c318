import GREDAttacks
import GREDImages

/// Every size of an audit.
public struct AuditProfile: Sendable, Codable, Hashable {
    /// The name on the command line.
    public var name: String
    /// Test images that f gets right, all attacked in each way.
    public var images: Int
    /// Clean images that set the thresholds.
    public var calibrate: Int
    /// Steps of each attack.
    public var steps: Int
    /// How often each attack that knows the guard is tried, from another random start; an image keeps its
    /// best.
    public var restarts: Int
    /// The noise of the detector that a step's gradient is the mean of; one for detectors that draw none.
    public var draws: Int
    /// Of these, so many are attacked again in ways that tell a guard that holds from an attack that is
    /// too weak.
    public var probedImages: Int
    /// How often Square asks guard and classifier.
    public var queries: Int
    /// Keys of the guard by which each image is judged: half of them choose among attacks, the figures are of
    /// the other half.
    public var keys: Int
    /// Whether all radii are tried, or those of the headline alone.
    public var triesAllRadii: Bool
    /// Strategies that are led to a random label as well.
    public var targeted: [AdaptiveAttack.Strategy] = [.selective]

    /// One to two hours a guard on two cores, for a universal one of a VGG11 on photographs of 32×32 pixels,
    /// nearly all of it for noisy copies; less for digits, and for detectors without them.
    public static let laptop = AuditProfile(
        name: "laptop", images: 100, calibrate: 1_000, steps: 100, restarts: 1, draws: 4,
        probedImages: 25, queries: 1_000, keys: 40, triesAllRadii: false)

    /// For a GPU.
    public static let full = AuditProfile(
        name: "full", images: 1_000, calibrate: 2_000, steps: 1_000, restarts: 5, draws: 4,
        probedImages: 200, queries: 5_000, keys: 40, triesAllRadii: true,
        targeted: [.selective, .orthogonal, .lagrangian])

    /// Two minutes: shows that everything works, not how strong the guard is.
    public static let smoke = AuditProfile(
        name: "smoke", images: 8, calibrate: 100, steps: 8, restarts: 2, draws: 1, probedImages: 4,
        queries: 24, keys: 2, triesAllRadii: false)

    /// From the cheapest to the dearest.
    public static let all = [smoke, laptop, full]

    /// The same profile with at most so many images attacked.
    public func limited(to images: Int) -> AuditProfile {
        var profile = self
        profile.images = min(images, self.images)
        profile.probedImages = min(images, probedImages)
        return profile
    }

    /// How far attacks go, for images of a shape.
    func budgets(for shape: ImageShape) -> [AttackBudget] {
        let isGrey = shape.channels == 1
        // The L2 radii are those of 28×28 and 3×32×32; other images have as much a pixel.
        let scale = (Double(shape.count) / (isGrey ? 784 : 3072)).squareRoot()
        func l2(_ radius: Double) -> Double { (radius * scale * 1000).rounded() / 1000 }
        let headline: ([Double], [Double]) =
            isGrey ? ([0.2], [l2(1), l2(2)]) : ([8.0 / 255], [l2(0.5), l2(1)])
        let all: ([Double], [Double]) =
            isGrey
            ? ([0.1, 0.2, 0.3], [l2(1), l2(2), l2(3)])
            : ([0.01, 4.0 / 255, 8.0 / 255, 16.0 / 255], [l2(0.5), l2(1), l2(2)])
        let (linf, two) = triesAllRadii ? all : headline
        return linf.map { AttackBudget(.linf, $0) } + two.map { AttackBudget(.l2, $0) }
    }
}
