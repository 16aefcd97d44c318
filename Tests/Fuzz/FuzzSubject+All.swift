import Foundation
import GRED
import GREDClassifiers
import GREDImages
import LibTorch

extension FuzzSubject {
    /// The names of all subjects.
    static let names = [
        "idx-images", "idx-labels", "cifar10", "safetensors", "png", "jpeg", "exif", "labels",
        "classifier", "guard", "universal-guard", "program", "program-text",
    ]

    /// - Parameter folder: where the subject may write its input.
    init(_ name: String, in folder: FuzzFolder) throws {
        self =
            switch name {
            case "idx-images": Self.idx(.images, in: folder)
            case "idx-labels": Self.idx(.labels, in: folder)
            case "cifar10": try Self.cifar10(in: folder)
            case "safetensors": try Self.safetensors()
            case "png": try Self.png()
            case "jpeg": try Self.jpeg()
            case "exif": try Self.exif()
            case "labels": Self.labels(in: folder)
            case "program": Self.program()
            case "program-text": try Self.programText()
            case "classifier": try Self.classifier(in: folder)
            case "guard": try Self.guardBundle(in: folder)
            default: try Self.universalGuardBundle(in: folder)
            }
    }

    // MARK: Data

    private static func idx(_ kind: IDX.Kind, in folder: FuzzFolder) -> FuzzSubject {
        let sizes: [UInt8] = kind == .images ? [2, 3, 4] : [12]
        let header: [UInt8] = [0, 0, 8, UInt8(sizes.count)] + sizes.flatMap { [0, 0, 0, $0] }
        let plain = header + (1...sizes.reduce(1, *)).map { $0 % 10 }
        return FuzzSubject(
            name: kind == .images ? "idx-images" : "idx-labels",
            mutator: Mutator(seeds: [plain, stored(plain)], words: ["\u{1F}"])
        ) { bytes in
            _ = try IDX(kind, at: folder.write(bytes, as: "idx"))
        }
    }

    /// As a gzip file of one stored block, so that a damaged byte reaches the reader behind zlib;
    /// without the sum that zlib would refuse it for, the file just ends too early.
    private static func stored(_ bytes: [UInt8]) -> [UInt8] {
        let size = UInt16(bytes.count)
        let sizes = [size, ~size].flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1] + sizes + bytes
    }

    private static func cifar10(in folder: FuzzFolder) throws -> FuzzSubject {
        let record: [UInt8] = [3] + (0..<3_072).map { UInt8(truncatingIfNeeded: $0) }
        for number in 1...5 {
            _ = try folder.write(record, as: "data_batch_\(number).bin")
        }
        _ = try folder.write(record, as: "test_batch.bin")
        return FuzzSubject(
            name: "cifar10", mutator: Mutator(seeds: [record, record + record], words: [])
        ) { bytes in
            _ = try folder.write(bytes, as: "data_batch_2.bin")
            _ = try CIFAR10(folder: folder.url)
        }
    }

    private static func png() throws -> FuzzSubject {
        let pixels = (0..<48).map { UInt8($0 * 5) }
        let seeds = [
            try PNG.encode(pixels: pixels, width: 8, height: 6, channels: 1),
            try PNG.encode(pixels: pixels, width: 4, height: 4, channels: 3),
        ]
        return FuzzSubject(
            name: "png", mutator: Mutator(seeds: seeds, words: ["IHDR", "PLTE", "IDAT", "IEND"])
        ) { _ = try Picture.decode($0) }
    }

    // MARK: Networks

    private static func safetensors() throws -> FuzzSubject {
        let tensors: [NamedTensor] = [
            ("a", try Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])),
            ("b.weight", try Tensor([true, false])), ("empty", try .zeros([0, 4])),
        ]
        let seeds = [
            try Safetensors.data(of: tensors),
            try Safetensors.data(of: tensors, metadata: ["format": "pt"]),
        ]
        return FuzzSubject(
            name: "safetensors",
            mutator: Mutator(
                seeds: seeds.map { [UInt8]($0) },
                words: [
                    "\"dtype\":\"F64\"", "\"shape\":[]", "\"data_offsets\":[0,0]", "__metadata__",
                    "BOOL", "F16", "I64", "[[[[", "\"\\u0000\"",
                ])
        ) { _ = try Safetensors.read(Data($0), path: "fuzz") }
    }

    private static let architecture = Architecture(.vgg11, width: 1 / 64)
    private static let description = NetworkClassifier.Description(
        architecture: architecture,
        inputShape: ImageShape(channels: 1, height: 8, width: 8), classNames: ["a", "b"])
    private static let words =
        Architecture.Family.allCases.map(\.rawValue)
        + [
            "\"width\":16", "\"width\":1e-9", "\"channels\":0", "\"height\":-1", "raw", "image",
            "{}",
        ]

    private static func classifier(in folder: FuzzFolder) throws -> FuzzSubject {
        let place = folder.url.appending(component: "classifier")
        try NetworkClassifier(description, seed: 0).save(to: place)
        let file = place.appending(component: "classifier.json")
        let seed = try [UInt8](Data(contentsOf: file))
        return FuzzSubject(name: "classifier", mutator: Mutator(seeds: [seed], words: words)) {
            bytes in
            try Data(bytes).write(to: file)
            _ = try NetworkClassifier(folder: place)
        }
    }

    private static func guardBundle(in folder: FuzzFolder) throws -> FuzzSubject {
        func detector(_ reading: Detector.Reading, planes: Int) throws -> Detector {
            try Detector(
                Detector.Description(
                    reading: reading, architecture: architecture,
                    imageShape: description.inputShape,
                    standardisation: Standardisation(
                        means: Array(repeating: 0, count: planes),
                        deviations: Array(repeating: 1, count: planes))), seed: 0)
        }
        let sentry = Guard(
            classifier: try NetworkClassifier(description, seed: 0),
            detection: .paper(
                org: try detector(.image, planes: 1),
                sen: try detector(.sensitivity(.logarithmic), planes: 3)),
            rectifier: Rectifier(
                network: try NetworkClassifier(description, seed: 1),
                masking: RandomisedMasking(alpha: 0.2), copies: 3))
        return try bundle(of: sentry, named: "guard", in: folder)
    }

    /// A guard with everything that a bundle may hold.
    private static func universalGuardBundle(in folder: FuzzFolder) throws -> FuzzSubject {
        let noise = NoisyCopies(strengths: [0.02, 0.05], copies: 4)
        let flags = (0..<8).map { $0 % 2 == 0 }
        let detector = try UniversalDetector(
            .init(
                imageShape: description.inputShape, readsMap: true, noise: noise, width: 2,
                planes: .identity(planes: 2), numbers: .identity(planes: 5 + noise.numberCount),
                scalarsAlone: ScalarBaseline(
                    scalars: Tensor((0..<24).map(Float.init), shape: [8, 3]), isAdversarial: flags)),
            seed: 0)
        let share = GuardFigures.Share(0.5, interval: [0.4, 0.6])
        let sentry = Guard(
            classifier: try NetworkClassifier(description, seed: 0),
            detection: .universal(detector),
            threshold: try Threshold(
                falsePositiveRate: 0.1, over: (0..<20).map(Float.init)),
            rectifier: Rectifier(
                network: try NetworkClassifier(description, seed: 1),
                masking: RandomisedMasking(alpha: 0.2), copies: 3))
        return try bundle(
            of: sentry, named: "universal-guard", in: folder,
            figures: GuardFigures(
                data: "some", cleanImages: 10, accuracy: share, guardedAccuracy: 0.5,
                falsePositives: share,
                attacks: [.init(title: "ddn", images: 4, flagged: share, recovered: share)]))
    }

    private static func bundle(
        of sentry: Guard, named name: String, in folder: FuzzFolder, figures: GuardFigures? = nil
    ) throws -> FuzzSubject {
        let place = folder.url.appending(component: name)
        try GuardBundle.write(
            sentry, training: ["a sentence"], figures: figures, madeBy: "fuzz", to: place)
        let file = place.appending(component: "guard.json")
        let seed = try [UInt8](Data(contentsOf: file))
        return FuzzSubject(name: name, mutator: Mutator(seeds: [seed], words: words)) { bytes in
            // Most would be refused by their seal alone.
            try ManifestSeal.renewed(Data(bytes)).write(to: file)
            _ = try GuardBundle.read(place)
        }
    }
}
