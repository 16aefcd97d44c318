import Foundation
import GRED
import GREDClassifiers
import LibTorch

/// Benign and adversarial images, and what a universal detector reads of them.
struct UniversalExamples {
    /// Of bytes: there are many.
    var images: Tensor
    /// The logarithmic maps, where the detector reads them.
    var maps: Tensor?
    /// `[N, F]`.
    var numbers: Tensor
    var isAdversarial: [Bool]
    /// How many at the end are forgeries, which fool nobody.
    var forged = 0

    var count: Int { isAdversarial.count }

    /// The survivors of attacks, the clean original of each, a harmlessly changed copy of it, and of some a
    /// forged one.
    init(
        of turned: [TurnedImages], negatives: Negatives, forging: Forgeries?, noise: NoisyCopies,
        readsMap: Bool, in classifier: any Classifier, bench: Workbench
    ) throws {
        var parts: [Tensor] = []
        var forgeries: [Tensor] = []
        isAdversarial = []
        var first = 0
        for some in turned where some.count > 0 {
            let originals = try some.originals.toUnit()
            let changed = try negatives.copies(of: originals, seed: bench.seed, first: first)
            let copies = try forging?.copies(of: originals, seed: bench.seed, first: first)
            first += some.count
            parts += [some.originals, try changed.toBytes(), some.adversarial]
            for flag in [false, false, true] {
                isAdversarial += Array(repeating: flag, count: some.count)
            }
            if let copies { forgeries.append(try copies.toBytes()) }
        }
        forged = forgeries.reduce(0) { $0 + $1.shape[0] }
        parts += forgeries
        isAdversarial += Array(repeating: true, count: forged)
        guard !parts.isEmpty else { throw LaboratoryFault.noAdversarialImages }
        images = try Tensor.concatenated(parts).to(classifier.device)

        let started = Date()
        let observer = bench.observer
        observer.begin("what the detector reads", total: images.shape[0], unit: "images")
        var numbers: [Tensor] = []
        var maps: [Tensor] = []
        let batchSize = try BatchSize.fitting(classifier)
        for start in stride(from: 0, to: images.shape[0], by: batchSize) {
            let end = min(start + batchSize, images.shape[0])
            let batch = try images.sliced(start..<end).toUnit()
            let sensitivity = try classifier.inputSensitivity(of: batch)
            let reading = try UniversalDetector.Reading(
                batch, sensitivity: sensitivity, in: classifier, readsMap: false, noise: noise,
                streams: GuardKey.published.streams(for: batch, purpose: "noise"))
            numbers.append(reading.numbers)
            if readsMap { maps.append(try sensitivity.logMap()) }
            try observer.advance(to: end, note: "")
        }
        self.numbers = try .concatenated(numbers)
        self.maps = readsMap ? try .concatenated(maps) : nil
        observer.finish(
            String(
                format: "what the detector reads: %d images, %.1f s", images.shape[0],
                Date().timeIntervalSince(started)))
    }

    /// What the network sees of some examples, `[n, P, H, W]`.
    func planes(_ places: [Int]) throws -> Tensor {
        let images = try images.rows(places).toUnit()
        return try maps.map { try .concatenated([images, $0.rows(places)], dimension: 1) } ?? images
    }

    /// Up to so many examples, evenly spread.
    func spread(_ most: Int) -> [Int] {
        let step = max((count + most - 1) / most, 1)
        return Array(stride(from: 0, to: count, by: step))
    }

    /// Every example, those of the smaller class again and again until there are as many of both.
    var balanced: [Int] {
        let adversarial = isAdversarial.indices.filter { isAdversarial[$0] }
        let benign = isAdversarial.indices.filter { !isAdversarial[$0] }
        let count = max(adversarial.count, benign.count)
        return [adversarial, benign].flatMap { some in (0..<count).map { some[$0 % some.count] } }
    }

    // MARK: As a file

    func save(to file: URL) throws {
        var tensors: [NamedTensor] = [
            ("images", images), ("numbers", numbers),
            ("is_adversarial", try Tensor(isAdversarial)),
            ("forged", try Tensor([Float(forged)])),
        ]
        if let maps { tensors.append(("maps", maps)) }
        try Safetensors.write(tensors, to: file)
    }

    init(file: URL, device: Device) throws {
        let tensors = try Safetensors.read(file).tensors
        guard let images = tensors["images"], let numbers = tensors["numbers"],
            let flags = tensors["is_adversarial"], let forged = tensors["forged"]
        else { throw TorchError.badFile(path: file.path, reason: "it holds no examples.") }
        self.images = try images.to(device)
        self.numbers = try numbers.to(device)
        maps = try tensors["maps"]?.to(device)
        isAdversarial = try flags.bools()
        self.forged = try forged.ints()[0]
    }
}
