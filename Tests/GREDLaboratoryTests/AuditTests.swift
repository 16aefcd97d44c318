import Foundation
import GRED
import GREDAttacks
import GREDCharts
import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GREDClassifiers
@testable import GREDLaboratory

@Suite("The audit of a guard")
struct AuditTests {
    private let audited: AuditedGuard

    init() throws { audited = try AuditedGuard() }

    @Test("an audit that was killed goes on where it was, and finds what it finds undisturbed")
    func resumes() throws {
        let noise = try Toys.darkAndBright(60)
        let pixels = try noise.pixels
        let network = try NetworkClassifier(
            NetworkClassifier.Description(
                architecture: Architecture(.vgg11, width: 1 / 8), inputShape: audited.shape,
                classNames: noise.classNames), seed: 1)
        try network.network.enlivened(by: noise.tensor(), last: "classifier", spread: 3)
        let set = try ImageSet(
            name: "noise", shape: noise.shape, classNames: noise.classNames, pixels: pixels,
            labels: network.predictions(for: noise.tensor()).ints())
        let data = DataSet(
            sets: try FourSets(
                train: set.subset(Array(0..<40)), test: set.subset(Array(40..<60)), fit: 10,
                guard: 10, calibrate: 20, seed: 0))
        let place = try TemporaryFolder()
        let bundle = place.url.appending(component: "guard")
        try GuardBundle.write(
            audited.sentry(.universal, guarding: network), training: [], madeBy: "test", to: bundle)
        let profile = AuditProfile(
            name: "tiny", images: 4, calibrate: 10, steps: 4, restarts: 1, draws: 1,
            probedImages: 2, queries: 3, keys: 2, triesAllRadii: false)
        func report(_ bench: Workbench) throws -> AuditReport {
            var report = try Audit(bundle: bundle, profile: profile).run(on: data, bench: bench)
                .report
            for row in report.rows.indices {
                report.rows[row].secondsPerImage = 0
                report.rows[row].timesUnaware = nil
            }
            for row in report.farther.indices { report.farther[row].secondsPerImage = 0 }
            return report
        }
        let whole = try report(.inside(TemporaryFolder()))
        let folder = try TemporaryFolder()
        var reports = 0
        let killer = StoppingObserver { _ in
            reports += 1
            return reports > 30
        }
        #expect(throws: StoppingObserver.Stopped.self) {
            try report(.inside(folder, observer: killer))
        }
        let finished = try folder.names.filter { !$0.contains(".") }
        #expect(!finished.isEmpty)
        let again = try report(.inside(folder))
        #expect(try again.json() == whole.json())
        #expect(try Set(folder.names).isSuperset(of: finished))
        // The probes reach a part of the images, and the worst case is no better than any attack.
        for row in whole.rows where row.attack == AuditReport.Row.worst {
            let others = whole.rows.filter { $0.budget == row.budget }
            #expect(others.allSatisfy { $0.fooled <= row.fooled })
            #expect(row.passesAt1Percent <= row.fooled)
        }
        // Four steps there and back, and a last look.
        for row in whole.rows {
            let passes = row.networkPassesPerImage
            #expect(row.attack == "unaware" ? passes == 9 : passes > 9, "\(row.attack)")
        }
        #expect(whole.proofs.count == 10)
        #expect(whole.keys == 2 && whole.deployedThreshold == 0)
        let attacks = Set(whole.rows.map(\.attack))
        #expect(attacks.isSuperset(of: AdaptiveAttack.Strategy.allCases.map(\.rawValue)))
    }

    @Test("the worst case knows every attack, those on the first images alone among them")
    func worst() throws {
        func result(_ fooled: [Bool], _ scores: [[Float]], wrong: [[Bool]]) -> Audit.Result {
            Audit.Result(
                name: "any", fooled: fooled, wrong: wrong,
                wrongAsDeployed: wrong.map { $0.reversed() }, scores: scores,
                norms: fooled.map { _ in 1 }, cost: 6, seconds: 1)
        }
        let row = AuditReport.Row(
            worstOf: [
                result(
                    [true, true, false, true],
                    [[0, 0, 0, 0], [9, 9, 9, 9], [0, 0, 0, 0], [3, 5, 3, 3]],
                    wrong: [[false, false], [true, false], [false, false], [false, true]]),
                result(
                    [true, true], [[9, 9, 9, 9], [9, 3, 1, 1]],
                    wrong: [[true, true], [false, true]]),
            ], budget: AttackBudget(.l2, 1), thresholds: [4, 2, 9])
        // By the second and the fourth key: of the first result, of the second, of none, and half of the first.
        #expect(row.passesAt1Percent == 0.625)
        #expect(row.passesAt5Percent == 1.5 / 4)
        #expect(row.passesAsDeployed == 3.0 / 4)
        let inTenTries = (3 - 1.0 / 1024) / 4
        #expect(abs(row.passesInTenTries - inTenTries) < 1e-12)
        // The first key chose the second result for the first image, and the first for the second.
        #expect(row.answerWrong == 0.5)
        // Deployed it chose the second result for both, of which one is wrong by the other key.
        #expect(row.answerWrongAsDeployed == 0.25)
        #expect(row.networkPassesPerImage == 3)
        #expect(row.fooled == 3.0 / 4 && row.images == 4)
    }

    @Test("what is in doubt is said wherever the figure stands, for machines too")
    func doubts() throws {
        func report(_ holds: Bool) -> AuditReport {
            let (sure, doubtful) = (AttackBudget(.linf, 0.2), AttackBudget(.l2, 1))
            let result = Audit.Result(
                name: "selective", fooled: [true, false], wrong: [[true], [false]],
                wrongAsDeployed: [[true], [false]], scores: [[0], [0]], norms: [1, 1], seconds: 1)
            return AuditReport(
                provenance: AuditReport.Provenance(
                    command: "", profile: .smoke, seed: 0, classifier: "", guardIdentity: "",
                    data: "", testImages: "", libtorch: "", threads: 1, device: "", notes: []),
                thresholds: [1, 0], deployedThreshold: 2, deployedFalsePositives: 0, keys: 1,
                rows: [sure, doubtful].flatMap { budget in
                    [
                        AuditReport.Row(result, budget: budget, thresholds: [1, 0, 2]),
                        AuditReport.Row(worstOf: [result], budget: budget, thresholds: [1, 0, 2]),
                    ]
                },
                farther: [],
                proofs: [
                    .init("any", within: sure, holds: true, ""),
                    .init("any", within: doubtful, holds: holds, ""),
                ])
        }
        let found = report(false)
        #expect(found.rows.map(\.isDoubted) == [false, false, false, true])
        #expect(found.claimed.map(\.isDoubted) == [false, true])
        #expect(
            found.headline.hasSuffix(" Attack too weak within L2 1.0: figures there are too low."))
        #expect(found.claims.rows.map { $0[0].text.hasSuffix("too weak") } == [false, true])
        #expect(!report(true).headline.contains("too weak"))
        #expect(found.claimed.allSatisfy { abs($0.rightOnAtLeast - 0.49) < 1e-9 })
        let json = try JSONSerialization.jsonObject(with: found.json()) as? [String: Any]
        #expect(json?["headline"] as? String == found.headline)
        let claims = try #require(json?["claimed"] as? [[String: Any]])
        #expect(claims.compactMap { $0["is_doubted"] as? Bool } == [false, true])
    }

    @Test("claims fall where enough images speak against them")
    func proofs() {
        typealias Proof = AuditReport.Proof
        #expect(Proof.reachesAll(Array(repeating: 0.6, count: 24) + [0]))
        #expect(!Proof.reachesAll(Array(repeating: 1, count: 23) + [0.5, 0.5]))
        #expect(!Proof.reachesAll([]))
        for (new, images, holds) in [
            (0, 25, true), (3, 25, true), (4, 25, false), (9, 100, true), (10, 100, false),
        ] {
            #expect(Proof.isNothingNew(Proportion(successes: new, of: images)) == holds)
        }
        let (first, last): ([Float], [Float]) = ([5, .nan, 3, 1], [2, .nan, 4, 0])
        let risen = Proof.falls(from: first, to: last, threshold: -1)
        #expect(!risen.holds && risen.images == 3 && risen.calmed == 2)
        // What the guard does not see may rise as it likes.
        let unseen = Proof.falls(from: first, to: last, threshold: 4.5)
        #expect(unseen.holds && unseen.images == 3 && unseen.calmed == 3)
        #expect(!Proof.falls(from: [.nan, .nan], to: [.nan, .nan], threshold: 0).holds)
    }

    @Test("what is rounded afterwards stays within the radius", arguments: [0.01, 4.0 / 255, 0.1])
    func withinRadius(radius: Double) throws {
        let images = audited.images
        let budget = AttackBudget(.linf, radius)
        let far = try budget.projected(images + 1, around: images)
        let changes = try (EightBits.rounded(far) - images).abs().rowMaxima().doubles()
        #expect(changes.allSatisfy { $0 <= radius + 1e-6 && $0 > radius - 1.0 / 255 })
        // Away from 0 and 1, which would cut perturbations; and in all directions.
        let grey = try EightBits.rounded(images * 0.5 + 0.25)
        let ball = AttackBudget(.l2, 20 * radius)
        var stream = RandomStream(seed: 7, purpose: "directions")
        let norms = try (0..<4).flatMap { _ -> [Double] in
            let noise = try Tensor(stream.uniforms(grey.count, in: -1...1), shape: grey.shape)
            let found = try EightBits.rounded(ball.projected(grey + noise, around: grey))
            return try (found - grey).rowNorms().doubles()
        }
        // By the law of errors one in a thousand is beyond it.
        #expect(norms.count { $0 > ball.radius } <= 1, "\(norms)")
        #expect(norms.allSatisfy { $0 > 0.95 * ball.radius && $0 < 1.01 * ball.radius })
        // What is rounded within a radius never is, nor where rounding alone could lead beyond it.
        let tiny = AttackBudget(.l2, 0.02)
        for budget in [ball, tiny] {
            let noise = try Tensor(stream.uniforms(grey.count, in: -1...1), shape: grey.shape)
            let edge = try grey + budget.step(noise, length: budget.radius)
            let found = try budget.rounded(edge, around: grey)
            #expect(try budget.holds(found, around: grey).allTrue())
            #expect(try EightBits.rounded(found).floats() == found.floats())
        }
        let beyond = try grey + ball.step(grey, length: 1.01 * ball.radius)
        #expect(try !ball.holds(beyond, around: grey).anyTrue())
        #expect(AttackBudget(.linf, 0.3).widened(by: 8) == AttackBudget(.linf, 1))
        #expect(ball.widened(by: 2) == AttackBudget(.l2, 40 * radius))
    }
}
