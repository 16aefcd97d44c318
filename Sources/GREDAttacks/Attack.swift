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

    /// How far past the boundary counts as adversarial, in nats of logit.
    var confidence: Double { get }
    /// How many values a pixel of what it returns may take (256 for 8 bits); nil for any.
    var levels: Int? { get }
    /// How many passes an image is likely to take: for estimating the time left, and because a coarse copy
    /// saves nothing in one pass.
    var expectedPasses: Int { get }

    /// The same attack with another number of steps; an attack of one step is unchanged.
    func withSteps(_ steps: Int) -> any Attack

    /// What each setting may be.
    var limits: [AttackSetting] { get }

    /// Looks for adversarial images; called by `perturb`, with settings that keep to ``limits``, and with
    /// targets only where ``canTarget`` allows.
    /// - Returns: `[N, C, H, W]` in 0…1. Where nothing was found a minimum-norm attack returns the
    ///   image itself, a bounded one its last attempt.
    func search(_ batch: AttackBatch) throws -> Tensor

    /// Goes on from what was found on a coarse copy and does not quite hold, in fewer passes than a search
    /// from the beginning takes; nil where the attack cannot.
    /// - Parameter found: `[N, C, H, W]` in 0…1, each nearly adversarial.
    /// - Returns: as ``search(_:)``.
    func refined(_ batch: AttackBatch, from found: Tensor) throws -> Tensor?

    /// What might be adversarial too and nearer to the image, given what was found on a coarse copy and holds;
    /// nil where the attack has nothing to propose. Whether it is, is looked at afterwards.
    /// - Parameter found: `[N, C, H, W]` in 0…1, each adversarial.
    func shortened(_ batch: AttackBatch, from found: Tensor) throws -> Tensor?
}

extension Attack {
    public var confidence: Double { 0 }
    public var levels: Int? { nil }
    public func withSteps(_ steps: Int) -> any Attack { self }
    public func refined(_ batch: AttackBatch, from found: Tensor) throws -> Tensor? { nil }
    public func shortened(_ batch: AttackBatch, from found: Tensor) throws -> Tensor? { nil }

    /// Looks for adversarial images.
    /// - Parameters:
    ///   - images: `[N, C, H, W]` in 0…1; they are not changed.
    ///   - seeds: where the random numbers of each image come from.
    /// - Returns: `[N, C, H, W]` in 0…1. Where nothing was found a minimum-norm attack returns the
    ///   image itself, a bounded one its last attempt.
    /// - Throws: ``AttackFault`` for settings and goals that the attack does not take, and what
    ///   `Classifier.admitted(_:)` throws for images that are none, such as normalised ones.
    public func perturb(
        _ images: Tensor, towards goal: Goal, against classifier: any Classifier, seeds: ImageSeeds
    ) throws -> Tensor {
        try perturb(AttackBatch(images, towards: goal, against: classifier, seeds: seeds))
    }

    /// As above, for images that know all this, and count what it costs.
    public func perturb(_ batch: AttackBatch) throws -> Tensor {
        try search(admitted(batch).begun())
    }

    /// The batch as a search may have it: everything about it was checked.
    func admitted(_ batch: AttackBatch) throws -> AttackBatch {
        try checkSettings()
        guard !batch.goal.isTargeted || Self.canTarget else {
            throw AttackFault.cannotTarget(attack: name)
        }
        return try batch.admitted()
    }

    /// A copy with a setting changed.
    func with<Value>(_ setting: WritableKeyPath<Self, Value>, _ value: Value) -> Self {
        var copy = self
        copy[keyPath: setting] = value
        return copy
    }
}
