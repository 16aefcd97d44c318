import Foundation
import GRED
import GREDClassifiers
import LibTorch

/// Everything that is trained to tell one attack's images from clean ones, in one rendition.
struct PaperDetectors {
    /// By what they read; DET_sal is missing where f shows no middle layers.
    var networks: [ScoreColumn: Detector]
    var baselines: ScalarBaselines

    /// The numbers that no detector's network may be praised without.
    struct ScalarBaselines: Codable {
        /// Of ℓ alone: what exceeds it, or with a negative side falls below it, is called adversarial.
        var threshold: Float
        var side: Float
        /// Of ℓ, ln ‖G‖ and m/‖G‖.
        var scalars: ScalarBaseline
    }

    /// What was judged, image by image.
    func scores(of images: Tensor, in setting: PaperSetting) throws -> ScoreColumns {
        var columns: [ScoreColumn: [Float]] = [:]
        let distance = try GeneralisedDistance(setting.classifier)
        for start in stride(from: 0, to: images.shape[0], by: 256) {
            let batch = try images.sliced(start..<min(start + 256, images.shape[0]))
            let sensitivity = try setting.classifier.inputSensitivity(of: batch)
            let saliency = try setting.layered?.middleSaliency(of: batch)
            for (column, detector) in networks {
                columns[column, default: []] += try detector.judge(
                    images: batch, sensitivity: sensitivity, saliency: saliency
                ).logit.floats()
            }
            let scale = try sensitivity.logScale.floats()
            columns[.scale, default: []] += scale.map {
                baselines.side * ($0 - baselines.threshold)
            }
            columns[.scalars, default: []] += try baselines.scalars.scores(sensitivity)
            columns[.logNorm, default: []] += try sensitivity.logNorms().floats()
            columns[.logScale, default: []] += scale
            if let distance {
                columns[.distance, default: []] += try distance.of(logits: sensitivity.logits)
                    .floats()
            }
        }
        return ScoreColumns(columns)
    }
}

extension PaperSetting {
    /// Trains the detectors of an attack, or reads them from the store.
    func detectors(_ attack: PaperAttack, _ rendition: Rendition) throws -> PaperDetectors {
        let scope = try scope(attack)
        // Made when the first detector that is not in the store asks for them.
        var made: DetectorExamples?
        func examples() throws -> DetectorExamples {
            if let made { return made }
            var new = try DetectorExamples(
                of: [TurnedImages(guardRecord(attack), rendition)], classifier: classifier,
                observer: bench.observer)
            new.saliency = try layered?.middleSaliency(ofMany: new.images)
            made = new
            return new
        }
        var readings: [(ScoreColumn, Detector.Reading)] = [
            (.org, .image), (.raw, .sensitivity(.raw)), (.log, .sensitivity(.logarithmic)),
        ]
        if let layered { readings.append((.sal, .saliency(maps: layered.middleLayerCount))) }
        var networks: [ScoreColumn: Detector] = [:]
        for (column, reading) in readings {
            networks[column] = try detector(reading, rendition, scope, examples)
        }
        return PaperDetectors(
            networks: networks, baselines: try baselines(rendition, scope, examples))
    }

    private struct DetectorConfiguration: Encodable {
        var version = 2
        var scope: Scope
        var rendition: Rendition
        var reading: Detector.Reading
        var architecture: Architecture
        var plan: TrainingPlan
    }

    private func detector(
        _ reading: Detector.Reading, _ rendition: Rendition, _ scope: Scope,
        _ examples: () throws -> DetectorExamples
    ) throws -> Detector {
        let training = DetectorTraining(
            reading: reading, architecture: Architecture(.vgg11, width: profile.detectorWidth),
            plan: profile.plan(epochs: profile.detectorEpochs, seed: bench.seed))
        let configuration = DetectorConfiguration(
            scope: scope, rendition: rendition, reading: reading,
            architecture: training.architecture, plan: training.plan)
        return try bench.result(
            of: "paper-detector", configuration,
            make: { folder in
                let checkpoint = folder.appending(component: "checkpoint.safetensors")
                try training.run(
                    on: examples(), imageShape: classifier.inputShape, checkpoint: checkpoint,
                    identity: ContentKey.of(configuration), bench: bench
                ).save(to: folder, named: "detector")
                try? FileManager.default.removeItem(at: checkpoint)
            },
            read: { folder in
                let detector = try Detector(folder: folder, named: "detector")
                try detector.network.move(to: bench.device)
                return detector
            })
    }

    private struct BaselineConfiguration: Encodable {
        var scope: Scope
        var rendition: Rendition
    }

    private func baselines(
        _ rendition: Rendition, _ scope: Scope, _ examples: () throws -> DetectorExamples
    ) throws -> PaperDetectors.ScalarBaselines {
        try bench.figures(
            of: "paper-baselines", BaselineConfiguration(scope: scope, rendition: rendition)
        ) {
            let examples = try examples()
            let (threshold, side) = Self.bestThreshold(
                try examples.sensitivity.logScale.floats(), isAdversarial: examples.isAdversarial)
            return PaperDetectors.ScalarBaselines(
                threshold: threshold, side: side,
                scalars: try ScalarBaseline(
                    scalars: examples.sensitivity.scalars(),
                    isAdversarial: examples.isAdversarial))
        }
    }

    /// The threshold on a number that most examples lie on the right side of, and which side is
    /// adversarial: 1 above, −1 below.
    static func bestThreshold(_ values: [Float], isAdversarial: [Bool]) -> (Float, Float) {
        let order = values.indices.sorted { values[$0] < values[$1] }
        let adversarial = isAdversarial.count { $0 }
        var best = (right: adversarial, threshold: -Float.infinity, side: Float(1))
        // Adversarial and clean examples at or below the place.
        var (a, c) = (0, 0)
        for (place, index) in order.enumerated() {
            if isAdversarial[index] { a += 1 } else { c += 1 }
            let value = values[index]
            // Between equal values no threshold fits.
            if place + 1 < order.count, values[order[place + 1]] == value { continue }
            let next = place + 1 < order.count ? values[order[place + 1]] : value
            let middle = value + (next - value) / 2
            let above = c + adversarial - a
            if above > best.right { best = (above, middle, 1) }
            if values.count - above > best.right { best = (values.count - above, middle, -1) }
        }
        return (best.threshold.isFinite ? best.threshold : (values.min() ?? 0) - 1, best.side)
    }
}

extension Workbench {
    /// Figures as a stage: small JSON, read where they are done.
    func figures<Figures: Codable>(
        of name: String, _ configuration: some Encodable, make: () throws -> Figures
    ) throws -> Figures {
        try result(
            of: name, configuration,
            make: {
                let encoder = JSONEncoder()
                encoder.nonConformingFloatEncodingStrategy = .convertToString(
                    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
                try AtomicFile.write(
                    encoder.encode(make()), to: $0.appending(component: "figures.json"))
            },
            read: {
                let decoder = JSONDecoder()
                decoder.nonConformingFloatDecodingStrategy = .convertFromString(
                    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
                return try decoder.decode(
                    Figures.self, from: Data(contentsOf: $0.appending(component: "figures.json")))
            })
    }
}
