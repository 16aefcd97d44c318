import GREDClassifiers
import LibTorch

/// A search for images that a classifier gets wrong.
///
/// An attack is a value: its stored properties are its settings. It treats every image of a batch
/// on its own, so an image's result depends neither on its neighbours nor on the batch's size.
public protocol Attack: Sendable, Codable, Hashable {
    /// The name in reports and on the command line, such as `pgd`.
    var name: String { get }
    /// Whether the attack can aim at a class.
    static var canTarget: Bool { get }
    /// Whether the attack looks for the smallest perturbation (rather than any within a bound).
    static var isMinimumNorm: Bool { get }

    /// How many passes an image is likely to take: for estimating the time left, nothing else.
    var expectedPasses: Int { get }

    /// The same attack with another number of steps; an attack of one step is unchanged.
    func withSteps(_ steps: Int) -> any Attack

    /// What each setting may be.
    var limits: [AttackSetting] { get }

    /// Looks for adversarial images.
    /// - Parameters:
    ///   - images: `[N, C, H, W]` in 0…1; they are not changed.
    ///   - seeds: where the random numbers of each image come from.
    /// - Returns: `[N, C, H, W]` in 0…1. Where nothing was found a minimum-norm attack returns the
    ///   image itself, a bounded one its last attempt.
    func perturb(
        _ images: Tensor, towards goal: Goal, against classifier: any Classifier, seeds: ImageSeeds
    ) throws -> Tensor
}

extension Attack {
    public func withSteps(_ steps: Int) -> any Attack { self }

    /// A copy with a setting changed.
    func with<Value>(_ setting: WritableKeyPath<Self, Value>, _ value: Value) -> Self {
        var copy = self
        copy[keyPath: setting] = value
        return copy
    }
}

extension Classifier {
    /// The gradient that leads towards a goal, `[N, C, H, W]`, and the logits of the same pass.
    /// A pixel whose gradient is not a number counts as 0, which touches no other image.
    public func ascent(of goal: Goal, at images: Tensor) throws -> (
        gradient: Tensor, logits: Tensor
    ) {
        let (_, logits, gradient) = try Gradient.valueAndGradient(at: images) { images in
            let logits = try self.logits(of: images)
            return (try goal.objective(in: logits), logits)
        }
        return (
            try gradient.isNaN().choose(gradient.zerosLike(), gradient), try logits.detached()
        )
    }
}

extension Tensor {
    /// `yes` for the images `[N, C, H, W]` whose flag `[N]` holds, `no` for the others.
    public static func chosen(where flags: Tensor, _ yes: Tensor, _ no: Tensor) throws -> Tensor {
        try flags.perRow(rank: yes.rank).choose(yes, no)
    }

    /// The positions that hold, of a vector of booleans.
    public func positions() throws -> [Int] {
        try bools().enumerated().filter(\.element).map(\.offset)
    }
}
