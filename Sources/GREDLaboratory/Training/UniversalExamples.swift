import Foundation
import GRED
import GREDClassifiers
import GREDImages
import LibTorch

/// Benign and adversarial images, and what a universal detector reads of them.
struct UniversalExamples {
    let images: ExampleImages
    let readings: ExampleReadings

    var count: Int { images.count }

    /// What the network sees of some examples, `[n, P, H, W]`.
    func planes(_ places: [Int], on device: Device) throws -> Tensor {
        let images = try images.set.tensor(places).to(device)
        return try readings.maps.map {
            try .concatenated([images, $0.rows(places)], dimension: 1)
        } ?? images
    }

    /// Up to so many examples, evenly spread.
    func sample(_ most: Int, inBatchesOf size: Int) -> [[Int]] {
        let step = max((count + most - 1) / most, 1)
        let places = Array(stride(from: 0, to: count, by: step))
        return stride(from: 0, to: places.count, by: size).map {
            Array(places[$0..<min($0 + size, places.count)])
        }
    }

    /// Every example, those of the smaller class again and again until there are as many of both.
    var balanced: [Int] {
        let adversarial = (0..<count).filter { images.isAdversarial($0) }
        let benign = (0..<count).filter { !images.isAdversarial($0) }
        let count = max(adversarial.count, benign.count)
        return [adversarial, benign].flatMap { some in (0..<count).map { some[$0 % some.count] } }
    }
}

/// The survivors of attacks, the clean original of each, a harmlessly changed copy of it, and of some a forged
/// one.
struct ExampleImages {
    /// On disk, benign (0) and adversarial (1).
    let set: ImageSet
    /// How many at the end are forgeries, which fool nobody.
    let forged: Int

    var count: Int { labels.count }

    private var labels: [Int] { self.set.labels }

    func isAdversarial(_ place: Int) -> Bool { labels[place] == 1 }

    /// - Parameter folder: on the disk that is to hold them.
    /// - Throws: ``LaboratoryFault/noAdversarialImages``.
    init(
        of turned: [TurnedSet], negatives: Negatives, forging: Forgeries?, seed: UInt64,
        in folder: URL
    ) throws {
        guard let shape = turned.first(where: { $0.count > 0 })?.originals.shape else {
            throw LaboratoryFault.noAdversarialImages
        }
        let written = try ImageSetWriter(
            shape, classNames: ["benign", "adversarial"], in: folder)
        func add(_ images: Tensor, isAdversarial: Bool) throws {
            try written.append(
                images,
                labels: Array(repeating: isAdversarial ? 1 : 0, count: images.shape[0]))
        }
        /// The originals of all attacks in pieces, with the place of the first of each among all.
        func pieces(
            of place: Int, _ body: (_ originals: Tensor, _ first: Int) throws -> Void
        ) throws {
            let originals = turned[place].originals
            let first = turned[..<place].map(\.count).reduce(0, +)
            // One image of so many is forged, wherever a piece begins.
            let size = 64 * (forging?.every ?? 1)
            for start in stride(from: 0, to: originals.count, by: size) {
                let piece = start..<min(start + size, originals.count)
                try body(originals.tensor(piece), first + start)
            }
        }
        for (place, some) in turned.enumerated() {
            try written.append(some.originals, labels: some.labels.map { _ in 0 })
            try pieces(of: place) {
                try add(negatives.copies(of: $0, seed: seed, first: $1), isAdversarial: false)
            }
            try written.append(some.adversarial, labels: some.labels.map { _ in 1 })
        }
        let real = written.count
        for place in turned.indices {
            try pieces(of: place) {
                if let forged = try forging?.copies(of: $0, seed: seed, first: $1) {
                    try add(forged, isAdversarial: true)
                }
            }
        }
        set = written.set(named: "examples")
        forged = written.count - real
    }
}

/// What a universal detector reads of each of its examples besides the image.
struct ExampleReadings {
    /// `[N, F]`.
    let numbers: Tensor
    /// The logarithmic maps, where the detector reads them.
    let maps: Tensor?

    init(
        of images: ImageSet, noise: NoisyCopies, readsMap: Bool, in classifier: any Classifier,
        observer: any WorkObserver
    ) throws {
        let started = Date()
        observer.begin("what the detector reads", total: images.count, unit: "images")
        var numbers: [Tensor] = []
        var maps: [Tensor] = []
        let batchSize = try BatchSize.fitting(classifier)
        for start in stride(from: 0, to: images.count, by: batchSize) {
            let end = min(start + batchSize, images.count)
            let batch = try images.tensor(start..<end).to(classifier.device)
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
                format: "what the detector reads: %d images, %.1f s", images.count,
                Date().timeIntervalSince(started)))
    }

    // MARK: As a file

    func save(to file: URL) throws {
        var tensors: [NamedTensor] = [("numbers", numbers)]
        if let maps { tensors.append(("maps", maps)) }
        try Safetensors.write(tensors, to: file)
    }

    init(file: URL, device: Device) throws {
        let tensors = try Safetensors.read(file).tensors
        guard let numbers = tensors["numbers"] else {
            throw TorchError.badFile(path: file.path, reason: "it holds no readings.")
        }
        self.numbers = try numbers.to(device)
        maps = try tensors["maps"]?.to(device)
    }
}
