import LibTorch

/// What an attack on a series of images came to, image by image, without the images: a few numbers
/// each, however large they are.
public struct AttackOutcome: Sendable {
    /// Whether what the attack returned fools the classifier, `[N]`.
    public var succeeded: [Bool]
    /// Whether the same at 8 bits does, `[N]`.
    public var succeededRounded: [Bool]
    /// Whether the classifier has no gradient at the image itself, `[N]`.
    public var withoutGradient: [Bool]
    /// Whether float32 rounding decides what is said of either, `[N]`.
    public var undecided: [Bool]
    /// The L2 norms of the perturbations, `[N]`, for pixels in 0…1.
    public var norms: [Float]
    /// The same at 8 bits.
    public var normsRounded: [Float]
    /// The largest changes of a value, `[N]`, for pixels in 0…1.
    public var largestChanges: [Float]
    /// How many values of each image change at 8 bits, `[N]`.
    public var changedValues: [Float]
    /// What it took.
    public var cost: AttackCost

    /// N, the number of images attacked.
    public var count: Int { succeeded.count }

    /// Measures a record.
    public init(_ record: AttackRecord) throws {
        let change = try record.adversarial - record.originals
        let changeRounded = try record.rounded - record.originals
        succeeded = record.succeeded
        succeededRounded = record.succeededRounded
        withoutGradient = record.withoutGradient
        undecided = record.undecided
        norms = try change.rowNorms().floats()
        normsRounded = try changeRounded.rowNorms().floats()
        largestChanges = try change.abs().rowMaxima().floats()
        // Half a step of 8 bits is more than float32 rounding and less than any change.
        changedValues = try (changeRounded.abs() .> 0.5 / 255).to(.float32).rowSums().floats()
        cost = record.cost
    }

    /// Several series, one after another.
    public init(joining parts: [AttackOutcome]) {
        succeeded = parts.flatMap(\.succeeded)
        succeededRounded = parts.flatMap(\.succeededRounded)
        withoutGradient = parts.flatMap(\.withoutGradient)
        undecided = parts.flatMap(\.undecided)
        norms = parts.flatMap(\.norms)
        normsRounded = parts.flatMap(\.normsRounded)
        largestChanges = parts.flatMap(\.largestChanges)
        changedValues = parts.flatMap(\.changedValues)
        cost = AttackCost(joining: parts.map(\.cost))
    }
}
