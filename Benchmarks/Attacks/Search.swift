import GREDAttacks
import GREDClassifiers
import GREDImages
import LibTorch

/// An attack on a classifier as a benchmark runs it: every pass is counted.
struct Search {
    let passes = Passes()
    private let attack: any Attack
    private let precision: Precision
    private let frozen: any Classifier

    init(_ attack: any Attack, against classifier: NetworkClassifier, precision: Precision) throws {
        self.attack = attack
        self.precision = precision
        // DeepFool takes one gradient a rival of every pass that it records.
        let backward =
            (attack as? DeepFool).map { min($0.candidates, classifier.classCount) - 1 } ?? 1
        frozen = Counted(try classifier.frozen(), passes, backward: backward)
    }

    /// The one place where a precision becomes a way to search.
    func searched(_ images: Tensor, _ labels: Tensor) throws -> Tensor {
        guard precision == .float32 else { throw Unsupported(precision: precision) }
        return try attack.perturb(
            images, towards: .untargeted(Labels(labels)), against: frozen,
            seeds: ImageSeeds(seed: 0, range: 0..<images.shape[0]))
    }

    struct Unsupported: Error, CustomStringConvertible {
        let precision: Precision
        var description: String { "No attack searches in \(precision.rawValue) yet." }
    }
}

/// How often each kind of pass happened.
final class Passes {
    /// Passes that take the same time: by one classifier, of as many images.
    struct Kind: Hashable {
        let classifier: any Classifier
        let batch: Int
        /// How many gradients are taken of it; 0 where none is recorded.
        let backward: Int

        static func == (one: Kind, other: Kind) -> Bool {
            (one.classifier as AnyObject) === (other.classifier as AnyObject)
                && one.batch == other.batch && one.backward == other.backward
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(batch)
            hasher.combine(backward)
        }
    }

    private(set) var entries: [Kind: Int] = [:]

    func count(_ kind: Kind) { entries[kind, default: 0] += 1 }
    func forget() { entries = [:] }
}

/// A classifier that notes every pass.
private final class Counted: Classifier {
    private let base: any Classifier
    private let passes: Passes
    private let backward: Int

    init(_ base: any Classifier, _ passes: Passes, backward: Int) {
        self.base = base
        self.passes = passes
        self.backward = backward
    }

    var inputShape: ImageShape { base.inputShape }
    var classNames: [String] { base.classNames }
    var device: Device { base.device }
    func move(to device: Device) throws { try base.move(to: device) }

    func logits(of images: Tensor) throws -> Tensor {
        let recorded = images.requiresGradient
        passes.count(
            Passes.Kind(
                classifier: base, batch: images.shape[0], backward: recorded ? backward : 0))
        return try base.logits(of: images)
    }
}
