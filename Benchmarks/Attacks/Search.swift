import GREDAttacks
import GREDClassifiers
import GREDImages
import LibTorch

/// An attack on a classifier as a benchmark runs it: every pass is counted.
final class Search {
    private let attack: any Attack
    private let judge: Counted
    private let copy: SearchCopy
    /// The passes of all runs since ``forget()``.
    private(set) var passes: [Pass: Int] = [:]

    init(_ attack: any Attack, against classifier: NetworkClassifier, precision: Precision) throws {
        self.attack = attack
        judge = Counted(classifier)
        copy = try SearchCopy(of: judge, in: precision)
    }

    func forget() {
        passes = [:]
        for counted in [judge] + judge.copies { counted.forward = [:] }
    }

    func searched(_ images: Tensor, _ labels: Tensor) throws -> Tensor {
        let meter = AttackMeter(count: images.shape[0])
        let batch = AttackBatch(
            images, towards: .untargeted(try Labels(labels)), against: judge,
            seeds: ImageSeeds(seed: 0, range: 0..<images.shape[0]), meter: meter)
        let found = try attack.perturb(batch, searchingOn: copy)
        // The coarse copy, where it was asked at all. What else was searched on is not told apart: it is
        // little.
        let searched = judge.copies.last { !$0.forward.isEmpty }?.base ?? judge.base
        for counted in [judge] + judge.copies {
            for (size, times) in counted.forward {
                passes[Pass(classifier: counted.base, size: size, isBack: false), default: 0] +=
                    times
            }
            counted.forward = [:]
        }
        for (size, times) in meter.backwardBySize {
            passes[Pass(classifier: searched, size: size, isBack: true), default: 0] += times
        }
        return found
    }
}

/// Passes that take the same time: by one classifier, of as many images, forward or back.
struct Pass: Hashable {
    let classifier: any Classifier
    let size: Int
    let isBack: Bool

    static func == (one: Pass, other: Pass) -> Bool {
        (one.classifier as AnyObject) === (other.classifier as AnyObject)
            && one.size == other.size && one.isBack == other.isBack
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(size)
        hasher.combine(isBack)
    }
}

/// A classifier that notes how many images each pass has, and so do its frozen copies.
private final class Counted: Classifier {
    let base: any Classifier
    /// How many passes forward there were of so many images.
    var forward: [Int: Int] = [:]
    private(set) var copies: [Counted] = []

    init(_ base: any Classifier) { self.base = base }

    var inputShape: ImageShape { base.inputShape }
    var classNames: [String] { base.classNames }
    var device: Device { base.device }
    func move(to device: Device) throws { try base.move(to: device) }

    func logits(of images: Tensor) throws -> Tensor {
        forward[images.shape[0], default: 0] += 1
        return try base.logits(of: images)
    }

    func frozen(_ precision: Precision) throws -> any Classifier {
        let copy = Counted(try base.frozen(precision))
        copies.append(copy)
        return copy
    }
}
