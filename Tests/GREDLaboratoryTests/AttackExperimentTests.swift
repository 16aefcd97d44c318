import Foundation
import GREDAttacks
import GREDClassifiers
import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GREDLaboratory

@Suite("Attacks on a data set, in pieces that are kept")
struct AttackExperimentTests {
    private let classifier: LinearClassifier
    private let set: ImageSet

    init() throws {
        classifier = try LinearClassifier(shape: Toys.shape)
        set = try Toys.images(22, rightFor: classifier)
    }

    /// Attacks that are beaten by some of the toy's images, one of them random.
    private static let plans = try! [
        AttackPlan(FGSM(epsilon: 0.06), count: 22),
        AttackPlan(PGD(epsilon: 0.05, stepSize: 0.02, steps: 3), isTargeted: true, count: 22),
        AttackPlan(DDN(steps: 3, initialNorm: 0.15), count: 22),
    ]

    private func experiment(
        _ folder: TemporaryFolder, batchSize: Int = 8, observer: any WorkObserver = SilentObserver()
    ) -> AttackExperiment {
        AttackExperiment(
            classifier: classifier, classifierHash: "toy",
            bench: .inside(folder, seed: 4, observer: observer), batchSize: batchSize)
    }

    private func bytes(_ record: AttackRecord) throws -> [[UInt8]] {
        try [record.originals, record.adversarial, record.rounded].map { try $0.bytes() }
    }

    @Test("images and labels come back in their order", arguments: plans)
    func orderIsKept(plan: AttackPlan) throws {
        let record = try experiment(TemporaryFolder()).run(plan, on: set)
        #expect(record.labels == set.labels)
        #expect(try record.originals.bytes() == set.tensor().bytes())
        #expect(record.count == 22 && record.adversarial.shape == record.originals.shape)
        // Judged once more, from what the record holds.
        if !plan.isTargeted {
            for (images, flags) in [
                (record.adversarial, record.succeeded), (record.rounded, record.succeededRounded),
            ] {
                let found = try classifier.predictions(for: images).ints()
                #expect(zip(found, set.labels).map { $0 != $1 } == flags)
            }
        }
        #expect(Set(record.succeeded).count == 2, "some succeed and some do not")
        let levels = try (record.rounded * 255).floats()
        #expect(levels.allSatisfy { abs($0 - $0.rounded()) < 1e-3 })
    }

    @Test("the size of a piece changes no success", arguments: plans, [1, 5, 22, 100])
    func pieceSizeDoesNotMatter(plan: AttackPlan, batchSize: Int) throws {
        let usual = try experiment(TemporaryFolder()).run(plan, on: set)
        let other = try experiment(TemporaryFolder(), batchSize: batchSize).run(plan, on: set)
        #expect(other.succeeded == usual.succeeded)
        #expect(other.succeededRounded == usual.succeededRounded)
        #expect(try other.norms().count == usual.norms().count)
        for (a, b) in try zip(other.norms(), usual.norms()) { #expect(abs(a - b) < 1e-4) }
    }

    @Test(
        "a run killed in its second piece keeps the first, and ends like one that was not killed",
        arguments: plans)
    func resumes(plan: AttackPlan) throws {
        let whole = try experiment(TemporaryFolder()).run(plan, on: set)

        let folder = try TemporaryFolder()
        let killed = experiment(folder, observer: StoppingObserver { $0 > 8 })
        #expect(throws: StoppingObserver.Stopped.self) { try killed.run(plan, on: set) }
        let kept = try folder.names.filter { ($0 as NSString).pathExtension.isEmpty }
        #expect(kept.count == 1, "\(kept)")

        classifier.forgetPasses()
        let resumed = try experiment(folder).run(plan, on: set)
        #expect(try bytes(resumed) == bytes(whole))
        #expect(resumed.cost.forward == whole.cost.forward)
        #expect(resumed.cost.improvements == whole.cost.improvements)
        #expect(resumed.labels == whole.labels && resumed.succeeded == whole.succeeded)
        let resumedPasses = classifier.imagesSeen
        classifier.forgetPasses()
        _ = try experiment(TemporaryFolder()).run(plan, on: set)
        #expect(resumedPasses < classifier.imagesSeen, "the first piece was not made again")
    }

    @Test("a run that is done costs no pass through the classifier")
    func doneCostsNothing() throws {
        let folder = try TemporaryFolder()
        let first = try experiment(folder).run(Self.plans[0], on: set)
        classifier.forgetPasses()
        let second = try experiment(folder).run(Self.plans[0], on: set)
        #expect(classifier.imagesSeen == 0)
        #expect(try bytes(first) == bytes(second))
        #expect(first.succeededRounded == second.succeededRounded)
    }

    @Test("another seed, another classifier or another setting is another run")
    func runsAreToldApart() throws {
        let folder = try TemporaryFolder()
        let plan = Self.plans[1]
        _ = try experiment(folder).run(plan, on: set)
        let pieces = try folder.names.count
        for (hash, seed) in [("toy", UInt64(5)), ("other", 4)] {
            _ = try AttackExperiment(
                classifier: classifier, classifierHash: hash, bench: .inside(folder, seed: seed),
                batchSize: 8
            ).run(plan, on: set)
        }
        let weaker = try AttackPlan(
            PGD(epsilon: 0.05, stepSize: 0.02, steps: 2), isTargeted: true, count: 22)
        _ = try experiment(folder).run(weaker, on: set)
        _ = try experiment(folder).run(
            AttackPlan(weaker.attack, isTargeted: false, count: 22), on: set)
        #expect(try folder.names.count == 5 * pieces)
    }

    @Test("figures follow from what was found")
    func figures() throws {
        let experiment = experiment(try TemporaryFolder())
        let results = try Self.plans.map { (plan: $0, record: try experiment.run($0, on: set)) }
        let report = try AttackReport(
            of: results.map { (plan: $0.plan, outcome: try AttackOutcome($0.record)) },
            command: "gred", seed: 4, data: "toy", classifier: "toy", precision: .float32,
            device: .cpu)
        #expect(report.libtorch == Engine.loadedVersion && report.device == "cpu")
        #expect(report.threads == Engine.threadCount)
        let json = try JSONSerialization.jsonObject(with: report.json()) as? [String: Any]
        #expect(json?["libtorch"] is String && json?["threads"] as? Int == report.threads)
        for (summary, record) in zip(report.attacks, results.map(\.record)) {
            #expect(summary.securityCurve.last?.y == summary.success)
            #expect(summary.securityCurve.map(\.y) == summary.securityCurve.map(\.y).sorted())
            let norms = try record.norms()
            let half = summary.securityCurve.first { $0.y >= summary.success / 2 }
            #expect(abs((half?.x ?? 0) - (summary.medianL2 ?? 9)) < 0.1)
            #expect(norms.contains(Float(summary.securityCurve[0].x)))
            #expect(summary.forwardPasses >= 1 && summary.withoutGradient == 0)
            #expect((summary.medianL0 ?? 0) > 0 && (summary.medianL2Rounded ?? 0) > 0)
        }
        let worst = try #require(report.worstCase)
        let any = set.labels.indices.filter { place in
            results.contains { $0.record.succeeded[place] }
        }.count
        #expect(worst.success == Double(any) / 22)
        #expect((worst.medianL2 ?? 9) < 1)
        let html = AttackPage(report).html()
        #expect(html.contains("any of them") && html.contains("Security curve"))
    }

    @Test("the kept pieces, joined, are the file of the whole", arguments: plans)
    func pieces(plan: AttackPlan) throws {
        let folder = try TemporaryFolder()
        let experiment = experiment(folder)
        let whole = try experiment.run(plan, on: set)
        var files: [URL] = []
        var firsts: [Int] = []
        let outcome = try experiment.run(plan, on: set) { piece in
            files.append(piece.file)
            firsts.append(piece.first)
        }
        #expect(firsts == [0, 8, 16])
        let joined = folder.url.appending(component: "joined.safetensors")
        try Safetensors.join(files, to: joined)
        let read = try AttackRecord(file: joined)
        #expect(try bytes(read) == bytes(whole))
        #expect(read.labels == whole.labels && read.succeededRounded == whole.succeededRounded)
        #expect(read.cost == whole.cost && outcome.cost == whole.cost)
        #expect(try outcome.norms == whole.norms())
    }

    @Test(
        "success is what the classifier itself says, whatever its copy says", arguments: plans,
        [Precision.float32, .bfloat16])
    func judge(plan: AttackPlan, precision: Precision) throws {
        let lying = LyingCopyClassifier(base: classifier)
        let record = try AttackExperiment(
            classifier: lying, classifierHash: "lying", bench: .inside(TemporaryFolder(), seed: 4),
            precision: precision
        ).run(AttackPlan(plan.attack, count: 22), on: set)
        for (images, flags) in [
            (record.adversarial, record.succeeded), (record.rounded, record.succeededRounded),
        ] {
            let found = try classifier.predictions(for: images).ints()
            #expect(zip(found, set.labels).map { $0 != $1 } == flags)
        }
    }

    @Test("PNG files hold the rounded pixels, no others")
    func pngs() throws {
        let record = try experiment(TemporaryFolder()).run(Self.plans[2], on: set)
        let folder = try TemporaryFolder()
        try record.savePNGs(in: folder.url)
        #expect(try folder.names.count == 22)
        for index in [0, 21] {
            let file = folder.url.appending(component: String(format: "%04d.png", index))
            let pixels = try Picture(contentsOf: file).pixels
            let expected = try (record.rounded.rows([index]) * 255).round().floats()
            #expect(pixels.map(Float.init) == expected)
        }
    }

    @Test("a classifier without a gradient is not said to resist")
    func withoutGradient() throws {
        let flat = FlatClassifier(like: classifier)
        let record = try AttackExperiment(
            classifier: flat, classifierHash: "flat", bench: .inside(TemporaryFolder(), seed: 4)
        ).run(AttackPlan(FGSM(epsilon: 0.06), count: 22), on: set)
        #expect(record.succeeded.allSatisfy { !$0 } && record.withoutGradient.allSatisfy { $0 })
        let resisting = try experiment(TemporaryFolder()).run(Self.plans[0], on: set)
        #expect(resisting.succeeded.contains(false))
        #expect(resisting.withoutGradient.allSatisfy { !$0 })
    }

    @Test("what a rate would hide is said")
    func remarks() throws {
        func remarks(_ classifier: any Classifier, _ attack: any Attack) throws -> [String] {
            let plan = try AttackPlan(attack, count: 22)
            let record = try AttackExperiment(
                classifier: classifier, classifierHash: "\(type(of: classifier))",
                bench: .inside(TemporaryFolder(), seed: 4)
            ).run(plan, on: set)
            return try AttackReport(
                of: [(plan: plan, outcome: AttackOutcome(record))], command: "gred", seed: 4,
                data: "toy", classifier: "toy", precision: .float32, device: .cpu
            ).remarks
        }
        #expect(try remarks(classifier, DDN(steps: 30)) == [])
        let flat = try remarks(
            FlatClassifier(like: classifier), PGD(epsilon: 0.1, stepSize: 0.02, steps: 2))
        #expect(flat.count == 2)
        #expect(
            flat.first?.hasPrefix("22 of the images that pgd did not turn have no gradient") == true
        )
        #expect(flat.last?.hasPrefix("Warning: that is more than 5%") == true)
        let starved = try remarks(
            classifier, CW(searchSteps: 1, iterations: 2, initialConstant: 1e-5))
        #expect(starved.count == 1)
        #expect(starved.first?.contains("still failing at cw's largest constant") == true)
        let fickle = try remarks(FickleClassifier(base: classifier), FGSM(epsilon: 0.5))
        #expect(fickle.count == 1)
        #expect(fickle.first?.contains("in batches of another size") == true)
    }

    @Test("progress never runs backwards and ends at the number of images")
    func progressIsHonest() throws {
        let observer = RecordingObserver()
        let folder = try TemporaryFolder()
        _ = try experiment(folder, observer: observer).run(Self.plans[2], on: set)
        #expect(observer.totals == [22])
        #expect(observer.progress == observer.progress.sorted())
        #expect(observer.progress.last == 22)
        #expect(observer.finished.count == 1)
        // It moves within a piece too.
        let whole = RecordingObserver()
        _ = try experiment(TemporaryFolder(), batchSize: 22, observer: whole).run(
            Self.plans[2], on: set)
        #expect(whole.progress.contains { $0 > 0 && $0 < 22 })
    }

    @Test("an attack that turns too few is tried on more, and on no more than five times as many")
    func wanted() throws {
        let folder = try TemporaryFolder()
        var plan = try AttackPlan(FGSM(epsilon: 0.06), count: 4)
        let all = try experiment(folder).run(AttackPlan(plan.attack, count: 22), on: set)
        #expect(try experiment(folder).run(plan, on: set).count == 4)
        // By the second of pieces of three there are enough.
        plan.wanted = 1 + all.survivors.prefix { $0 < 7 }.count
        let more = try experiment(folder, batchSize: 3).run(plan, on: set)
        let needed = try #require(all.survivors.dropFirst(plan.wanted - 1).first) + 1
        #expect(more.count == 4 + (needed - 4 + 2) / 3 * 3)
        #expect(more.survivors == all.survivors.filter { $0 < more.count })
        #expect(more.survivors.count >= plan.wanted)
        // Never enough: where five times as many end, or the images do.
        plan.wanted = 1_000
        #expect(try experiment(folder, batchSize: 3).run(plan, on: set).count == 20)
        plan.count = 5
        #expect(try experiment(folder, batchSize: 3).run(plan, on: set).count == 22)
        // Enough at once.
        (plan.count, plan.wanted) = (22, 1)
        #expect(try experiment(folder).run(plan, on: set).count == 22)
    }

    @Test("images that the classifier gets wrong are not attacked")
    func onlyRightImages() throws {
        var labels = set.labels
        for index in stride(from: 0, to: labels.count, by: 3) {
            labels[index] = (labels[index] + 1) % 3
        }
        let mixed = try ImageSet(
            name: "mixed", shape: set.shape, classNames: set.classNames, pixels: try set.pixels,
            labels: labels)
        let right = labels.indices.filter { $0 % 3 != 0 }
        let experiment = experiment(try TemporaryFolder())
        let chosen = try experiment.correctlyClassified(mixed, count: 10)
        #expect(try chosen.pixels == mixed.subset(Array(right.prefix(10))).pixels)
        #expect(try experiment.correctlyClassified(mixed, count: 1000).count == right.count)
    }

    @Test("an attack that cannot aim refuses to be targeted")
    func fgsmCannotAim() {
        #expect(throws: AttackFault.cannotTarget(attack: "fgsm")) {
            try AttackPlan(FGSM(epsilon: 0.1), isTargeted: true, count: 1)
        }
    }
}
