import ArgumentParser
import Foundation
import GRED
import GREDAttacks
import GREDClassifiers
import GREDImages
import GREDLaboratory
import LibTorch

/// What the variants are trained and measured on, read once.
struct Material {
    /// What an example is.
    enum Kind {
        case original
        // Changed harmlessly.
        case noisy, recompressed, blurred, shifted, lit
        // Attacked, and forged.
        case nearBoundary, farPast
        case forged, forgedByPairs, forgedCoarsely
    }

    var training: Features
    var kinds: [Kind]
    /// Whose attacks each example comes from, or would have come from.
    var families: [AttackFamily]
    /// Clean images, for thresholds.
    var calibrate: Features
    /// Clean images that are new to the guard, changed harmlessly or not, by name.
    var benign: [(name: String, features: Features)]
    /// Images that are new to the guard and that f gets right, as they were.
    var originals: Features
    /// What attacks made of them: of which, by their places among the originals, and how; of no family what no
    /// guard is trained on.
    var cells: [(name: String, family: AttackFamily?, survivors: [Int], adversarial: Features)]

    private struct Configuration: Encodable {
        var version = 3
        var classifier: String
        var profile: String
        var what: String
        var guardImages: String
        var size: Int
        var seed: UInt64
    }

    /// - Parameters:
    ///   - images: how many adversarial images of a family are trained on, at most.
    ///   - count: how many calibration and clean test images are read.
    init(
        _ sentry: Guard, of classifier: any TunableClassifier, data: DataSet,
        recipe: UniversalRecipe, images: Int, count: Int, bench: Workbench
    ) throws {
        let hash = try classifier.contentHash()
        // Recipes are chosen by this comparison, so that the test images must not be looked at.
        let whole = data.sets.guard
        guard whole.count >= recipe.guardImages + Self.leastHeld else {
            throw ValidationError(
                "The profile \(recipe.name) takes \(recipe.guardImages) of the \(whole.count) images of \(whole.name), and at least \(Self.leastHeld) others are needed to measure on: take --profile demo."
            )
        }
        let held = whole.subset(
            Array(recipe.guardImages..<whole.count), name: "\(whole.name), held out")
        let reader = Reader(
            sentry: sentry, bench: bench,
            configuration: Configuration(
                classifier: hash, profile: recipe.name, what: "",
                guardImages: try whole.contentHash, size: images, seed: bench.seed))
        let forging = [(Kind.forged, 1), (.forgedByPairs, 2), (.forgedCoarsely, 4)].map {
            kind, leastTile in
            var forgeries = Forgeries(
                around: AttackCatalogue.Budget.standard(for: whole.shape).epsilon)
            forgeries.leastTile = leastTile
            return (kind, forgeries)
        }
        var bytes: [Tensor] = []
        (kinds, families) = ([], [])
        for family in AttackFamily.allCases {
            let turned = try TurnedImages(
                joining: recipe.attacked(by: family, of: classifier, data: data, bench: bench)
                    .map { try $0.inMemory() })
            let step = max(turned.count / images, 1)
            let places = Array(stride(from: 0, to: turned.count, by: step).prefix(images))
            let originals = try turned.originals.rows(places)
            let adversarial = try turned.adversarial.rows(places)
            let changes = try Negatives().drawn(
                originals.toUnit(), seed: bench.seed, first: kinds.count)
            bytes += [originals, changes.images, adversarial]
            kinds += places.map { _ in .original }
            kinds += changes.kinds
            kinds += places.map { _ in family == .nearBoundary ? .nearBoundary : .farPast }
            families += Array(repeating: family, count: 3 * places.count)
            for (kind, forgeries) in forging {
                let forged = try forgeries.copies(
                    of: originals.toUnit(), seed: bench.seed, first: kinds.count)
                guard let forged else { continue }
                bytes.append(try forged.toBytes())
                kinds += (0..<forged.shape[0]).map { _ in kind }
                families += (0..<forged.shape[0]).map { _ in family }
            }
        }
        training = try reader.features(of: .concatenated(bytes), "training")

        calibrate = try reader.features(
            of: data.sets.calibrate.prefix(count).tensor().toBytes(), "calibrate")
        let clean = held.prefix(count)
        benign = [("clean", try reader.features(of: clean.tensor().toBytes(), "clean"))]
        // Shares of a few per cent need fewer images than thresholds do.
        let few = clean.prefix(count / 2)
        for corruption in EvaluationCells.corruptions(of: clean.shape) {
            var streams = (0..<few.count).map {
                RandomStream(seed: bench.seed, purpose: "corruption", index: $0)
            }
            let changed = try corruption.applied(to: few.tensor(), streams: &streams)
            benign.append(
                (
                    corruption.title,
                    try reader.features(of: changed.toBytes(), corruption.title)
                ))
        }

        let experiment = AttackExperiment(
            classifier: classifier, classifierHash: hash, bench: bench,
            precision: recipe.precision)
        let right = try experiment.correctlyClassified(held, count: recipe.testImages)
        originals = try reader.features(of: right.tensor().toBytes(), "originals")
        var plans: [(AttackPlan, AttackFamily?)] = try AttackFamily.allCases.flatMap { family in
            try EvaluationCells.family(family, shape: clean.shape, count: recipe.testImages)
                .map { ($0, family) }
        }
        plans += try EvaluationCells.neverTrainedOn(shape: clean.shape, count: recipe.testImages)
            .filter { $0.attack is Square || $0.attack is DeepFool || $0.attack is FAB }.map {
                ($0, nil)
            }
        cells = []
        for (plan, family) in plans {
            let record = try experiment.run(plan, on: right)
            let turned = try TurnedImages(record)
            cells.append(
                (
                    plan.title, family, record.survivors,
                    try reader.features(of: turned.adversarial, plan.title)
                ))
        }
    }

    /// The fewest images to measure on.
    private static let leastHeld = 500

    /// Whether an example counts as adversarial.
    func isAdversarial(_ place: Int) -> Bool {
        switch kinds[place] {
        case .nearBoundary, .farPast, .forged, .forgedByPairs, .forgedCoarsely: true
        case .original, .noisy, .recompressed, .blurred, .shifted, .lit: false
        }
    }

    private struct Reader {
        let sentry: Guard
        let bench: Workbench
        let configuration: Configuration

        func features(of images: Tensor, _ what: String) throws -> Features {
            let name = "features.safetensors"
            var configuration = configuration
            configuration.what = "\(what), \(images.shape[0]) images"
            return try bench.result(
                of: "features", configuration,
                make: { folder in
                    bench.observer.begin(
                        "reading \(what)", total: images.shape[0], unit: "images")
                    try Features(
                        of: images, classifier: sentry.classifier, rectifier: sentry.rectifier
                    ) { try bench.observer.advance(to: $0, note: "") }
                    .save(to: folder.appending(component: name))
                    bench.observer.finish("read \(what)")
                }, read: { try Features(file: $0.appending(component: name)) })
        }
    }
}

extension Negatives {
    /// A changed copy of each image as bytes, and how it was changed.
    func drawn(_ images: Tensor, seed: UInt64, first: Int) throws
        -> (images: Tensor, kinds: [Material.Kind])
    {
        let kinds = try (0..<images.shape[0]).map { place -> Material.Kind in
            var stream = Negatives.stream(seed: seed, index: first + place)
            let change = try corruption(of: images.sliced(place..<place + 1), &stream)
            return switch change {
            case .noise: .noisy
            case .jpeg: .recompressed
            case .blur: .blurred
            case .shift: .shifted
            case .brightness, .contrast: .lit
            }
        }
        return (try copies(of: images, seed: seed, first: first).toBytes(), kinds)
    }
}
