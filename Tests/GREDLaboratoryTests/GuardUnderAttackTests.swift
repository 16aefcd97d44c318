import Foundation
import GRED
import GREDAttacks
import GREDImages
import LibTorch
import Testing

@testable import GREDClassifiers
@testable import GREDLaboratory

/// What the attacker who knows the guard goes by.
@Suite("A guard under attack")
struct GuardUnderAttackTests {
    private let audited: AuditedGuard
    private var images: Tensor { audited.images }
    private var network: NetworkClassifier { audited.network }

    init() throws { audited = try AuditedGuard() }

    @Test(
        "says what the guard says, though its gradients are a smooth copy's",
        arguments: AuditedGuard.Kind.allCases)
    func values(kind: AuditedGuard.Kind) throws {
        let sentry = try audited.sentry(kind, guarding: network)
        let verdicts = try sentry.inspect(images, recovery: .ofNone).verdicts
        let subject = try GuardUnderAttack(sentry, sharpness: 3)
        let answer = try Gradient.recording {
            try subject.answer(for: images.watched(), draws: [audited.streams()])
        }
        let found = try answer.logOdds.detached().floats()
        for (found, verdict) in zip(found, verdicts) {
            #expect(abs(found - verdict.logOdds) < 1e-3 * max(1, abs(verdict.logOdds)))
        }
        let labels = try answer.logits.detached().argmax(1).ints()
        #expect(labels == verdicts.map(\.label))
    }

    @Test("of a classifier without second derivatives is refused before anything is attacked")
    func firstOrder() throws {
        try GuardUnderAttack(audited.sentry(.universal, guarding: network), sharpness: 3)
            .checkGradient()
        let attending = Attending(base: network)
        let sentry = try audited.sentry(.universal, guarding: attending)
        let fault = #expect(throws: AuditFault.self) {
            try GuardUnderAttack(sentry, sharpness: 3).checkGradient()
        }
        #expect("\(try #require(fault))".contains("needs second derivatives"))
    }

    /// Looks at its images through an attention, of which libtorch knows the first derivative alone.
    private struct Attending: Classifier {
        let base: NetworkClassifier
        var inputShape: ImageShape { base.inputShape }
        var classNames: [String] { base.classNames }
        var device: Device { base.device }

        func move(to device: Device) throws { try base.move(to: device) }

        func logits(of images: Tensor) throws -> Tensor {
            let attended = try Operator("aten::scaled_dot_product_attention").call(
                [.tensor(images), .tensor(images), .tensor(images)])[0]
            return try base.logits(of: images + attended)
        }
    }

    /// Where f is smooth already, so that nothing is approximated. The least of the noisy copies and the
    /// map's peak have kinks everywhere, so a detector without them is looked at.
    @Test(
        "has the gradients of its values",
        arguments: [AuditedGuard.Kind.quiet, .alarmed, .paper, .raw])
    func gradients(kind: AuditedGuard.Kind) throws {
        let smooth = try network.smoothed(sharpness: 2)
        let sentry = try audited.sentry(kind, guarding: smooth)
        // Of the paper's two networks each alone: together they are led down even where the surer one is calm.
        let watches: [GuardUnderAttack.Watch] =
            switch sentry.detection {
            case .universal(let detector): [.universal(detector)]
            case .paper(let org, let sen): [.detectors([org]), .detectors([sen])]
            }
        for watch in watches {
            let subject = try GuardUnderAttack(smooth, watchedBy: watch, sharpness: 2)
            if case .detectors(let detectors, following: _) = watch,
                detectors[0].description.reading == .sensitivity(.logarithmic)
            {
                try compareSlopes(subject, followed(detectors[0], smooth))
            } else {
                try compareSlopes(subject, liftedBy: lifts(of: watch, smooth)) { images in
                    try Gradient.recording {
                        try subject.answer(for: images.watched(), draws: [audited.streams()])
                            .logOdds
                    }.detached().doubles()
                }
            }
        }
    }

    /// By how many nats the gradient of the raw sensitivity is lifted, an image; 0 for all else.
    private func lifts(
        of watch: GuardUnderAttack.Watch, _ classifier: any Classifier
    ) throws -> [Double]? {
        guard case .detectors(let detectors, following: _) = watch,
            detectors[0].description.reading == .sensitivity(.raw)
        else { return nil }
        return try detectors[0].lift(of: classifier.inputSensitivity(of: images)).doubles()
    }

    /// What is followed of a detector of the logarithmic map: at the images themselves what it says, and around
    /// them what it would say if the map changed as the smooth one does.
    private func followed(
        _ detector: Detector, _ classifier: any Classifier
    ) throws -> (Tensor) throws -> [Double] {
        func planes(_ images: Tensor) throws -> (exact: Tensor, smooth: Tensor) {
            let sensitivity = try classifier.inputSensitivity(of: images)
            let exact = try SensitivityForm.logarithmic.planes(of: sensitivity)
            let share = try sensitivity.map / sensitivity.map.rowMaxima().perRow(rank: 4)
            let map = try (share.square() + 1e-3).log() * 0.5
            return (
                exact, try .concatenated([map, exact.sliced(1..<3, dimension: 1)], dimension: 1)
            )
        }
        let here = try planes(images)
        return { images in
            let moved = try here.exact + (planes(images).smooth - here.smooth)
            let input = try detector.description.standardisation.applied(to: moved)
            return try Opinion(classes: detector.network(input)).logit.doubles()
        }
    }

    /// The gradient with finite differences.
    private func compareSlopes(
        _ subject: GuardUnderAttack, liftedBy lifts: [Double]? = nil,
        _ logOdds: (Tensor) throws -> [Double]
    ) throws {
        let gradient = try Gradient.recording {
            let watched = try images.watched()
            let answer = try subject.answer(for: watched, draws: [audited.streams()])
            return try #require(try Gradient.of([answer.logOdds], towards: [watched])[0])
        }
        let norms = try gradient.rowNorms()
        let lengths = try norms.doubles()
        #expect(lengths.allSatisfy { $0 > 0 })
        // Along the gradient itself its length is the slope.
        let direction = try gradient / norms.perRow(rank: 4)
        let reach = 2e-4
        let (ahead, behind) = try (
            logOdds(images + direction * reach), logOdds(images - direction * reach)
        )
        var close = 0
        for image in lengths.indices {
            let slope = (ahead[image] - behind[image]) / (2 * reach) * exp(lifts?[image] ?? 0)
            if abs(slope - lengths[image]) < 0.1 * lengths[image] { close += 1 }
        }
        // The detectors have kinks of their own.
        #expect(close >= lengths.count - 1, "\(ahead) \(behind) \(lengths)")
    }

    @Test("of the paper's networks the surer decides, and their sum or the larger is led down")
    func surer() throws {
        let sentry = try audited.sentry(.paper, guarding: network)
        let parts = audited.detectors(of: sentry)
        func asked(_ watch: GuardUnderAttack.Watch) throws -> (logOdds: [Float], gradient: Tensor) {
            let subject = try GuardUnderAttack(network, watchedBy: watch, sharpness: 3)
            return try Gradient.recording {
                let watched = try images.watched()
                let answer = try subject.answer(for: watched, draws: [audited.streams()])
                let gradient = try #require(
                    try Gradient.of([answer.logOdds], towards: [watched])[0])
                return (try answer.logOdds.detached().floats(), try gradient.detached())
            }
        }
        func expect(_ found: Tensor, near expected: Tensor) throws {
            let (errors, lengths) = try (
                (found - expected).rowNorms().floats(), expected.rowNorms().floats()
            )
            #expect(lengths.allSatisfy { $0 > 0 })
            #expect(zip(errors, lengths).allSatisfy { $0 < 1e-3 * $1 })
        }
        let (org, sen) = try (asked(.detectors([parts[0]])), asked(.detectors([parts[1]])))
        let sum = try asked(.detectors(parts, following: .sum))
        let larger = try asked(.detectors(parts))
        let verdicts = try sentry.inspect(images, recovery: .ofNone).verdicts
        for found in [sum, larger] {
            #expect(
                zip(found.logOdds, verdicts)
                    .allSatisfy { abs($0 - $1.logOdds) < 1e-3 * max(1, abs($0)) })
        }
        try expect(sum.gradient, near: org.gradient + sen.gradient)
        let orgIsLarger = try Tensor(zip(org.logOdds, sen.logOdds).map { $0 > $1 })
        try expect(
            larger.gradient, near: .chosen(where: orgIsLarger, org.gradient, sen.gradient))
    }

    @Test("the logarithmic map is followed where there is hardly any sensitivity, not led astray")
    func logMap() throws {
        let map = try Tensor([Float(1), 0.5, 1e-6, 0], shape: [1, 1, 2, 2])
        func logMap(_ gradient: Tensor) throws -> Tensor {
            try InputSensitivity(
                MarginGradient(gradient: gradient, margin: .zeros([1]), logits: .zeros([1, 2]))
            ).logMap()
        }
        let (value, gradient) = try Gradient.valueAndGradient(at: map) { try logMap($0) }
        #expect(try value.floats() == logMap(map).floats())
        let slopes = try gradient.floats()
        #expect(abs(slopes[1] - 0.5 / 0.251) < 1e-3)
        #expect(abs(slopes[2] - 1e-3) < 1e-5 && slopes[3] == 0)
    }

    @Test("the raw sensitivity is followed where f is so sure that float32 holds none of it")
    func saturated() throws {
        let detector = try audited.detectors(of: audited.sentry(.raw, guarding: network))[1]
        let leads = try network.logits(of: images).lead(of: network.predictions(for: images))
        let factor = try 120 / (leads.doubles().min() ?? 1)
        for (name, value) in network.network.state where name.hasPrefix("classifier.") {
            try value.assign(value * factor)
        }
        let sensitivity = try network.inputSensitivity(of: images)
        #expect(try sensitivity.margin.floats().allSatisfy { $0 > 110 })
        #expect(try sensitivity.raw().floats().allSatisfy { $0 == 0 })
        let subject = try GuardUnderAttack(
            network, watchedBy: .detectors([detector]), sharpness: 30)
        let (found, gradient) = try Gradient.recording {
            let watched = try images.watched()
            let answer = try subject.answer(for: watched, draws: [audited.streams()])
            let gradient = try #require(try Gradient.of([answer.logOdds], towards: [watched])[0])
            return (try answer.logOdds.detached().floats(), try gradient.detached())
        }
        let expected = try detector.judge(images: images, sensitivity: sensitivity).logit.floats()
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-3 * max(1, abs($1)) })
        #expect(try gradient.rowNorms().floats().allSatisfy { $0.isFinite && $0 > 0 })
    }

    @Test("numbers beyond what the detector reads have gradients all the same")
    func beyondBounds() throws {
        let numbers = try Tensor([Float(-40), 3, 40], shape: [1, 3])
        let (value, gradient) = try Gradient.valueAndGradient(at: numbers) {
            try $0.clamped(min: -10, max: 10).followed(by: $0)
        }
        #expect(try value.floats() == [-10, 3, 10] && gradient.floats() == [1, 1, 1])
        #expect(try numbers.followed(by: numbers + 1).floats() == numbers.floats())
    }
}
