import Foundation
import GREDAttacks
import GREDImages
import LibTorch

/// What an attack did to a series of images that the classifier gets right.
public struct AttackRecord {
    /// The images as they were, `[N, C, H, W]`.
    public var originals: Tensor
    /// What the attack returned.
    public var adversarial: Tensor
    /// The same at 8 bits, for minimum-norm attacks after the finishing step: what detectors see,
    /// and what a file calls `images`, so that it can be inspected as it is.
    public var rounded: Tensor
    /// The true labels, `[N]`.
    public var labels: [Int]
    /// Whether `adversarial` fools the classifier, `[N]`.
    public var succeeded: [Bool]
    /// Whether `rounded` does, `[N]`.
    public var succeededRounded: [Bool]
    /// Whether the classifier has no gradient at the image itself, for those that it resisted, `[N]`:
    /// an attack that follows gradients has shown nothing there.
    public var withoutGradient: [Bool]
    /// Whether `adversarial` or `rounded` is judged otherwise in smaller batches, `[N]`: so near to
    /// the boundary that rounding decides.
    public var undecided: [Bool]
    /// What it took.
    public var cost: AttackCost

    /// N, the number of images attacked.
    public var count: Int { labels.count }

    /// The L2 norms of the perturbations before rounding, `[N]`.
    public func norms() throws -> [Float] { try (adversarial - originals).rowNorms().floats() }

    /// The positions whose rounded copy succeeds: the set A of the tables.
    public var survivors: [Int] { succeededRounded.indices.filter { succeededRounded[$0] } }

    // MARK: As a file

    /// Writes a safetensors file.
    public func save(to file: URL) throws {
        try Safetensors.write(
            [
                ("originals", originals), ("adversarial", adversarial), ("images", rounded),
                ("labels", Tensor(labels)), ("succeeded", Tensor(succeeded)),
                ("succeeded_rounded", Tensor(succeededRounded)),
                ("without_gradient", Tensor(withoutGradient)), ("undecided", Tensor(undecided)),
            ] + cost.tensors(), to: file)
    }

    /// Writes ``rounded`` as PNG files `0000.png`, `0001.png` …, which hold just these pixels.
    /// - Parameter first: the number of the first one.
    /// - Throws: `PNGError` for images of other than 1 or 3 channels, `FileFault`.
    public func savePNGs(in folder: URL, from first: Int = 0) throws {
        for index in 0..<count {
            try AtomicFile.write(
                Data(PNG.encode(rounded.rows([index]))),
                to: folder.appending(component: String(format: "%04d.png", first + index)))
        }
    }

    /// Reads what ``save(to:)`` wrote.
    public init(file: URL) throws {
        let tensors = try Safetensors.read(file).tensors
        func tensor(_ name: String) throws -> Tensor {
            guard let tensor = tensors[name] else {
                throw TorchError.badFile(path: file.path, reason: "'\(name)' is missing.")
            }
            return tensor
        }
        originals = try tensor("originals")
        adversarial = try tensor("adversarial")
        rounded = try tensor("images")
        labels = try tensor("labels").ints()
        succeeded = try tensor("succeeded").bools()
        succeededRounded = try tensor("succeeded_rounded").bools()
        withoutGradient = try tensor("without_gradient").bools()
        undecided = try tensor("undecided").bools()
        cost = try AttackCost(tensors: tensor)
    }

    init(
        originals: Tensor, adversarial: Tensor, rounded: Tensor, labels: [Int], succeeded: [Bool],
        succeededRounded: [Bool], withoutGradient: [Bool], undecided: [Bool], cost: AttackCost
    ) {
        self.originals = originals
        self.adversarial = adversarial
        self.rounded = rounded
        self.labels = labels
        self.succeeded = succeeded
        self.succeededRounded = succeededRounded
        self.withoutGradient = withoutGradient
        self.undecided = undecided
        self.cost = cost
    }

    /// Several records, one after another.

    init(joining parts: [AttackRecord]) throws {
        self.init(
            originals: try .concatenated(parts.map(\.originals)),
            adversarial: try .concatenated(parts.map(\.adversarial)),
            rounded: try .concatenated(parts.map(\.rounded)), labels: parts.flatMap(\.labels),
            succeeded: parts.flatMap(\.succeeded),
            succeededRounded: parts.flatMap(\.succeededRounded),
            withoutGradient: parts.flatMap(\.withoutGradient),
            undecided: parts.flatMap(\.undecided),
            cost: AttackCost(joining: parts.map(\.cost)))
    }
}
