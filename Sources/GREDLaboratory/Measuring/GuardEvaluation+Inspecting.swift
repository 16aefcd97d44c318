import Foundation
import GRED
import GREDImages
import LibTorch

extension GuardEvaluation {
    /// What a guard says of images, and what baselines say of them.
    struct Inspected {
        var verdicts: [Verdict] = []
        var logNorms: [Float] = []
        var logScales: [Float] = []
        /// Of the regression on three numbers, where the guard has one.
        var scalarScores: [Float] = []
        /// By ``RecoveryMove``, for images all of whose labels were recovered.
        var moves: [[Int]] = []
        var scores: [Float] { verdicts.map(\.logOdds) }
        var count: Int { verdicts.count }

        /// Of further images, none of whose labels were recovered by more than one way.
        mutating func append(_ other: Inspected) {
            verdicts += other.verdicts
            logNorms += other.logNorms
            logScales += other.logScales
            scalarScores += other.scalarScores
        }

        /// Of some of the images.
        func picked(_ places: [Int]) -> Inspected {
            Inspected(
                verdicts: places.map { verdicts[$0] }, logNorms: places.map { logNorms[$0] },
                logScales: places.map { logScales[$0] },
                scalarScores: scalarScores.isEmpty ? [] : places.map { scalarScores[$0] })
        }
    }

    func inspect(_ images: Tensor, recovery: Guard.Recovery) throws -> Inspected {
        var result = Inspected()
        for start in stride(from: 0, to: images.shape[0], by: batchSize) {
            let end = min(start + batchSize, images.shape[0])
            let inspection = try sentry.inspect(
                images.sliced(start..<end), recovery: recovery)
            result.verdicts += inspection.verdicts
            result.logNorms += try inspection.sensitivity.logNorms().floats()
            result.logScales += try inspection.sensitivity.logScale.floats()
            if case .ofAll = recovery, let moves = inspection.moves {
                if result.moves.isEmpty { result.moves = moves.map { _ in [] } }
                for (move, labels) in moves.enumerated() { result.moves[move] += labels }
            }
            if let scalarsAlone {
                result.scalarScores += try scalarsAlone.scores(inspection.sensitivity)
            }
        }
        return result
    }

    var scalarsAlone: ScalarBaseline? {
        guard case .universal(let detector) = sentry.detection else { return nil }
        return detector.description.scalarsAlone
    }

    func inspect(_ set: ImageSet, observer: any WorkObserver) throws -> Inspected {
        let started = Date()
        observer.begin("inspecting \(set.name)", total: set.count, unit: "images")
        var result = Inspected()
        for start in stride(from: 0, to: set.count, by: batchSize) {
            let end = min(start + batchSize, set.count)
            let part = try inspect(set.tensor(start..<end), recovery: .ofFlagged)
            result.append(part)
            try observer.advance(to: end, note: "")
        }
        observer.finish(
            String(
                format: "inspected %@: %d clean images, %.1f s", set.name, set.count,
                Date().timeIntervalSince(started)))
        return result
    }

    /// What 1% and 5% of clean images exceed.
    struct Thresholds {
        let onePercent: Float
        let fivePercent: Float

        init(over scores: [Float]) {
            onePercent = ROC.threshold(falsePositiveRate: 0.01, over: scores)
            fivePercent = ROC.threshold(falsePositiveRate: 0.05, over: scores)
        }
    }

    /// The thresholds of the guard, of ℓ alone, and of the regression on three numbers.
    struct Calibration {
        let sentry: Thresholds
        let logScale: Thresholds
        let scalars: Thresholds
    }

    func calibration(on set: ImageSet, observer: any WorkObserver) throws -> Calibration {
        let clean = try inspect(set, observer: observer)
        return Calibration(
            sentry: Thresholds(
                over: try sentry.renditions(of: set, mirrored: mirrors, observer: observer)
                    .flatMap { $0 }),
            logScale: Thresholds(over: clean.logScales),
            scalars: Thresholds(over: clean.scalarScores))
    }
}
