import GREDClassifiers
import LibTorch

/// Images under attack: what each is to become, the classifier that is asked, each image's random
/// numbers, and an account of what the asking costs.
///
/// It is a value. An attack that is finished with some of its images goes on with ``rows(_:)``.
public struct AttackBatch {
    /// `[N, C, H, W]` in 0…1.
    public let images: Tensor
    /// What each image is to become.
    public let goal: Goal
    /// Where the random numbers of each image come from.
    public let seeds: ImageSeeds
    /// What is asked.
    public let classifier: any Classifier
    /// The place of each image in the batch that the search began with.
    public let places: [Int]
    /// Shared by all that was made of the same batch.
    let meter: AttackMeter
    /// The place of each image in the meter.
    private let accounts: [Int]

    /// All images of an attack that begins.
    public init(
        _ images: Tensor, towards goal: Goal, against classifier: any Classifier, seeds: ImageSeeds,
        meter: AttackMeter? = nil
    ) {
        let all = Array(0..<(images.shape.first ?? 0))
        self.init(
            images: images, goal: goal, seeds: seeds, classifier: classifier, places: all,
            meter: meter ?? AttackMeter(count: all.count), accounts: all)
    }

    private init(
        images: Tensor, goal: Goal, seeds: ImageSeeds, classifier: any Classifier, places: [Int],
        meter: AttackMeter, accounts: [Int]
    ) {
        self.images = images
        self.goal = goal
        self.seeds = seeds
        self.classifier = classifier
        self.places = places
        self.meter = meter
        self.accounts = accounts
    }

    /// N, the number of images.
    public var count: Int { places.count }

    /// Some of the images.
    public func rows(_ indices: [Int]) throws -> AttackBatch {
        if indices.count == count { return self }
        return AttackBatch(
            images: try images.rows(indices), goal: try goal.rows(indices),
            seeds: ImageSeeds(seed: seeds.seed, indices: indices.map { seeds.indices[$0] }),
            classifier: classifier, places: indices.map { places[$0] }, meter: meter,
            accounts: indices.map { accounts[$0] })
    }

    /// The same with images that the classifier can take, what rounding left outside 0…1 clamped.
    /// - Throws: `InputFault` for images of another shape, for NaN, and for pixels outside 0…1.
    func admitted() throws -> AttackBatch {
        // What is computed in float64, to check float32 by, is let through.
        guard images.dtype == .float32 else { return self }
        return AttackBatch(
            images: try classifier.admitted(images), goal: goal, seeds: seeds,
            classifier: classifier, places: places, meter: meter, accounts: accounts)
    }

    /// The same images for a search that begins, with another classifier or other random numbers
    /// where these are given.
    func begun(against other: (any Classifier)? = nil, seed: UInt64? = nil) -> AttackBatch {
        AttackBatch(
            images: images, goal: goal,
            seeds: ImageSeeds(seed: seed ?? seeds.seed, indices: seeds.indices),
            classifier: other ?? classifier, places: Array(0..<count), meter: meter,
            accounts: accounts)
    }

    // MARK: Asking

    /// The logits of what was made of the images, `[N, L]`: one pass forward.
    public func logits(of tried: Tensor) throws -> Tensor {
        try meter.countForward(of: accounts)
        let logits = try classifier.logits(of: tried)
        try meter.note(
            accounts, lengths: { try (tried.detached() - images).rowNorms().floats() },
            reached: { try goal.isReached(in: logits.detached()).bools() })
        return logits
    }

    /// The gradient that leads towards the goal, `[N, C, H, W]`, and the logits of the same pass
    /// forward and back. A pixel whose gradient is not a number counts as 0, which touches no other
    /// image.
    public func ascent(at tried: Tensor) throws -> (gradient: Tensor, logits: Tensor) {
        let (_, logits, gradient) = try Gradient.valueAndGradient(at: tried) { watched in
            let logits = try self.logits(of: watched)
            return (try goal.objective(in: logits), logits)
        }
        countBackward()
        return (try gradient.withoutNaN(), try logits.detached())
    }

    /// Says that a gradient was taken of logits that were asked for.
    public func countBackward() { meter.countBackward(of: accounts) }

    /// Whether each of these is adversarial, `[N]` of booleans: one pass forward.
    public func isReached(by tried: Tensor, confidence: Double = 0) throws -> Tensor {
        try goal.isReached(in: logits(of: tried), confidence: confidence)
    }
}

extension Tensor {
    /// With 0 in place of what is not a number.
    package func withoutNaN() throws -> Tensor { try isNaN().choose(zerosLike(), self) }

    /// `yes` for the images `[N, C, H, W]` whose flag `[N]` holds, `no` for the others.
    public static func chosen(where flags: Tensor, _ yes: Tensor, _ no: Tensor) throws -> Tensor {
        try flags.perRow(rank: yes.rank).choose(yes, no)
    }

    /// The positions that hold, of a vector of booleans.
    public func positions() throws -> [Int] {
        try bools().enumerated().filter(\.element).map(\.offset)
    }
}
