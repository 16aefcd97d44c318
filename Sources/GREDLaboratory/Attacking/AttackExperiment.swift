import Foundation
import GREDAttacks
import GREDClassifiers
import GREDImages
import LibTorch

/// Runs attacks on a data set in pieces that are kept, so that a killed run loses one at most.
public struct AttackExperiment {
    let classifier: any Classifier
    /// Names the classifier in the keys of the store.
    let classifierHash: String
    let bench: Workbench
    /// Images attacked at once, and the size of a kept piece; nil for as many as fit.
    let batchSize: Int?
    private let search: Search

    /// What a classifier's pieces share, made when the first one needs it: the copy that is searched
    /// on, and how many images fit.
    private final class Search {
        let precision: Precision
        private var copy: SearchCopy?
        private var batchSize: Int?

        init(_ precision: Precision) { self.precision = precision }

        func copy(of classifier: any Classifier) throws -> SearchCopy {
            let made = try copy ?? SearchCopy(of: classifier, in: precision)
            copy = made
            return made
        }

        func batchSize(for classifier: any Classifier) throws -> Int {
            let fitting = try batchSize ?? BatchSize.fitting(classifier)
            batchSize = fitting
            return fitting
        }
    }

    /// - Parameters:
    ///   - classifierHash: stands for the classifier in the keys of the store, such as its
    ///     `contentHash()`.
    ///   - batchSize: images attacked at once, and the size of a kept piece; nil for as many as fit
    ///     into 2 GiB, at most 128.
    ///   - precision: what attacks search in; what they claim is judged in float32.
    public init(
        classifier: any Classifier, classifierHash: String, bench: Workbench,
        batchSize: Int? = nil, precision: Precision = .float32
    ) {
        self.classifier = classifier
        self.classifierHash = classifierHash
        self.bench = bench
        self.batchSize = batchSize
        search = Search(precision)
    }

    /// The first `count` images that the classifier gets right: an image that is wrong already
    /// cannot be attacked.
    /// - Throws: ``LaboratoryFault`` where the classifier is for other images or hardly better than
    ///   chance on these.
    public func correctlyClassified(_ set: ImageSet, count: Int) throws -> ImageSet {
        try classifier.checkTakes(set)
        var chosen: [Int] = []
        var start = 0
        while chosen.count < count && start < set.count {
            let range = start..<min(start + 256, set.count)
            let predictions = try classifier.predictions(
                for: set.tensor(range).to(classifier.device)
            ).ints()
            chosen += range.filter { predictions[$0 - start] == set.labels[$0] }
            start = range.upperBound
        }
        guard start > 0 else { return set.subset([]) }
        let share = Double(chosen.count) / Double(start)
        guard share > 1 / Double(classifier.classCount) + 0.05 else {
            throw LaboratoryFault.nearChance(right: chosen.count, of: start, set: set.name)
        }
        bench.observer.say(
            "the classifier is right on \(chosen.count) of \(start) images of \(set.name)")
        return set.subset(Array(chosen.prefix(count)))
    }

    /// Attacks images that the classifier gets right.
    /// - Returns: all of them and what became of them, in memory.
    public func run(_ plan: AttackPlan, on set: ImageSet) throws -> AttackRecord {
        var parts: [AttackRecord] = []
        _ = try run(plan, on: set) { parts.append($0.record) }
        return try AttackRecord(joining: parts)
    }

    /// A finished piece of a run.
    public struct Piece {
        /// What became of its images.
        public var record: AttackRecord
        /// The place of its first image in the run.
        public var first: Int
        /// Where the store keeps the record.
        public var file: URL
    }

    /// As above, for more images than memory holds.
    /// - Parameter onPiece: is given each piece as it is finished, in order; nothing else keeps it.
    public func run(
        _ plan: AttackPlan, on set: ImageSet, onPiece: (Piece) throws -> Void
    ) throws -> AttackOutcome {
        let observer = bench.observer
        let started = Date()
        let batchSize = try batchSize ?? search.batchSize(for: classifier)
        var parts: [AttackOutcome] = []
        var (start, end, turned) = (0, 0, 0)
        // As many as the plan says, and piece by piece more where that turned too few.
        while end == 0 || turned < plan.wanted, end < min(plan.most, set.count) {
            end = min(end == 0 ? plan.count : end + batchSize, plan.most, set.count)
            observer.begin("\(plan.title) on \(set.name)", total: end, unit: "images")
            while start < end {
                let range = start..<min(start + batchSize, end)
                let piece = try self.piece(plan, of: set, range: range)
                turned += piece.record.survivors.count
                try onPiece(piece)
                parts.append(try AttackOutcome(piece.record))
                try observer.advance(to: range.upperBound, note: "")
                start = range.upperBound
            }
        }
        let outcome = AttackOutcome(joining: parts)
        let seconds = Date().timeIntervalSince(started)
        observer.finish(
            String(
                format: "%@ on %@: %d images, success %.3f, %.1f s", plan.title, set.name,
                outcome.count, Statistics.share(outcome.succeeded), seconds))
        return outcome
    }

    private static let file = "attack.safetensors"

    private struct Configuration: Encodable {
        var version = 4
        var classifier: String
        var attack: AnyEncodable
        var precision: Precision
        var name: String
        var isTargeted: Bool
        var seed: UInt64
        var images: String
        var first: Int
    }

    private func piece(
        _ plan: AttackPlan, of set: ImageSet, range: Range<Int>
    ) throws -> Piece {
        let piece = set.subset(Array(range))
        let expected = Double(plan.attack.expectedPasses * range.count)
        var passed = 0
        let configuration = Configuration(
            classifier: classifierHash, attack: AnyEncodable(plan.attack),
            precision: search.precision, name: plan.attack.name,
            isTargeted: plan.isTargeted, seed: bench.seed, images: try piece.contentHash,
            first: range.lowerBound)
        return try bench.result(
            of: "attack-\(plan.attack.name)", configuration,
            make: { folder in
                try attack(plan, piece, range: range) { count in
                    passed += count
                    // An estimate within the piece; the piece itself is what counts.
                    let share = min(Double(passed) / expected, 1)
                    try bench.observer.advance(
                        to: range.lowerBound + Int(share * Double(range.count)), note: "")
                }
                .save(to: folder.appending(component: Self.file))
            },
            read: {
                let file = $0.appending(component: Self.file)
                return Piece(
                    record: try AttackRecord(file: file), first: range.lowerBound, file: file)
            })
    }

    private func attack(
        _ plan: AttackPlan, _ set: ImageSet, range: Range<Int>, onPass: (Int) throws -> Void
    ) throws -> AttackRecord {
        let images = try set.tensor().to(classifier.device)
        let seeds = ImageSeeds(seed: bench.seed, range: range)
        let choice: Goal =
            plan.isTargeted
            ? .targeted(
                try .random(
                    avoiding: set.labels, classes: classifier.classCount, seeds: seeds))
            : .untargeted(try Labels(set.labels))
        let goal = try choice.to(classifier.device)
        return try withoutActuallyEscaping(onPass) { onPass in
            let meter = AttackMeter(count: set.count, onPass: onPass)
            let batch = AttackBatch(
                images, towards: goal, against: classifier, seeds: seeds, meter: meter)
            let copy = try search.copy(of: classifier)
            let clock = ContinuousClock()
            let started = clock.now
            let adversarial = try plan.attack.perturb(batch, searchingOn: copy)
            let seconds = started.duration(to: clock.now) / .seconds(1)
            let rounded =
                type(of: plan.attack).isMinimumNorm
                ? try EightBits.finished(
                    adversarial, from: images, towards: goal, against: classifier,
                    confidence: plan.attack.confidence)
                : try EightBits.rounded(adversarial)
            let succeeded = try goal.isReached(in: classifier.logits(of: adversarial)).bools()
            let succeededRounded = try goal.isReached(in: classifier.logits(of: rounded)).bools()
            return AttackRecord(
                originals: images, adversarial: adversarial, rounded: rounded, labels: set.labels,
                succeeded: succeeded, succeededRounded: succeededRounded,
                withoutGradient: try Self.withoutGradient(batch, among: succeeded.map(!)),
                undecided: zip(
                    try undecided(adversarial, towards: goal, where: succeeded),
                    try undecided(rounded, towards: goal, where: succeededRounded)
                ).map { $0 || $1 },
                cost: AttackCost(meter, seconds: seconds))
        }
    }

    /// Those of which the classifier says something else in batches of 7.
    private func undecided(
        _ adversarial: Tensor, towards goal: Goal, where succeeded: [Bool]
    ) throws -> [Bool] {
        let size = 7
        guard BatchSize.accepted(by: classifier).contains(size) else {
            return succeeded.map { _ in false }
        }
        var result: [Bool] = []
        for start in stride(from: 0, to: succeeded.count, by: size) {
            // The last ones are asked about together with some of those before them.
            let end = min(start + size, succeeded.count)
            let places = Array(max(end - size, 0)..<end)
            let again = try goal.rows(places).isReached(
                in: classifier.logits(of: adversarial.rows(places))
            ).bools()
            result += zip(places, again).filter { $0.0 >= start }.map { $0.1 != succeeded[$0.0] }
        }
        return result
    }

    /// Those among the flagged at which the classifier has no gradient.
    private static func withoutGradient(
        _ batch: AttackBatch, among flags: [Bool]
    ) throws -> [Bool] {
        let open = flags.indices.filter { flags[$0] }
        guard !open.isEmpty else { return flags }
        let rest = try batch.rows(open)
        let sizes = try rest.ascent(at: rest.images).gradient.abs().rowMaxima().floats()
        var result = flags
        for (place, size) in zip(open, sizes) { result[place] = !(size > 0) }
        return result
    }
}

/// An attack's settings, whatever its type.
struct AnyEncodable: Encodable {
    private let value: any Encodable
    init(_ value: any Encodable) { self.value = value }
    func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
}
