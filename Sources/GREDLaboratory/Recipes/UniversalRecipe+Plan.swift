import GRED
import GREDClassifiers
import GREDImages
import LibTorch

extension UniversalRecipe {
    /// Says what ``protect(_:data:bench:)`` is going to do, and ``evaluate(_:of:on:bench:)`` where the guard
    /// is to be measured, and about how long it takes.
    /// - Throws: `CalibrationFault` and ``LaboratoryFault`` where the guard cannot be trained.
    public func sayPlan(
        for classifier: any TunableClassifier, on data: DataSet, isMeasured: Bool, bench: Workbench
    ) throws {
        try classifier.checkTakes(data.sets.guard)
        try checkRate(on: data)
        let speed = try Speed(of: classifier, self, device: bench.device)
        var plan = WorkPlan()
        try planTraining(on: data, speed, &plan)
        if isMeasured {
            let attacks = try seen(data.sets.test.shape)
            plan.add(
                "\(attacks.count) attacks on test images, and what the guard makes of them",
                seconds: measuring(attacks, on: data, speed))
            plan.add(
                "clean test images and harmless changes of them",
                seconds: inspectingClean(data, speed))
        }
        plan.say(to: bench.observer)
    }

    /// Says what ``evaluateFully(_:of:on:bench:)`` is going to do.
    /// - Parameter unseen: attacks that no guard trains on.
    func sayFullPlan(
        for classifier: any TunableClassifier, on data: DataSet, unseen: [AttackPlan],
        bench: Workbench
    ) throws {
        let speed = try Speed(of: classifier, self, device: bench.device)
        let seen = try seen(data.sets.test.shape)
        var plan = WorkPlan()
        plan.add(
            "\(seen.count) attacks of the families trained on",
            seconds: measuring(seen, on: data, speed))
        plan.add(
            "\(unseen.count) attacks never trained on", seconds: measuring(unseen, on: data, speed))
        plan.add(
            "clean test images and harmless changes of them", seconds: inspectingClean(data, speed))
        var others = WorkPlan()
        for family in AttackFamily.allCases {
            var other = self
            other.families = AttackFamily.allCases.filter { $0 != family }
            try other.planTraining(on: data, speed, &others)
        }
        plan.add(
            "two guards, each trained without a family (profile \(name)), and the attacks for them",
            seconds: others.parts.map(\.seconds).reduce(0, +))
        plan.say(to: bench.observer)
    }

    /// The attacks that a guard of both families is measured on.
    private func seen(_ shape: ImageShape) throws -> [AttackPlan] {
        try AttackFamily.allCases.flatMap {
            try EvaluationCells.family($0, shape: shape, count: testImages)
        }
    }

    // MARK: How long it takes

    /// How fast things are computed here.
    private struct Speed {
        /// Seconds that a pass of the classifier takes an image, forward or back.
        let pass: Double
        /// Seconds that an example takes in the detector's training.
        let example: Double

        init(
            of classifier: any TunableClassifier, _ recipe: UniversalRecipe, device: Device
        ) throws {
            pass = try 1 / PassRate.measured(of: classifier, in: recipe.precision)
            let shape = classifier.inputShape
            let planes = shape.channels * (recipe.readsMap ? 2 : 1)
            var description = UniversalDetector.Description(
                imageShape: shape, readsMap: recipe.readsMap, noise: recipe.noise,
                width: recipe.width, planes: .identity(planes: planes),
                numbers: .identity(planes: 0))
            description.numbers = .identity(planes: description.numberCount)
            let detector = try UniversalDetector(description, seed: 0)
            try detector.network.move(to: device)
            let size = planes * shape.height * shape.width + description.numberCount
            let input = try Tensor.full([recipe.batchSize, size], 0.5, device: device)
            func step() throws {
                _ = try Gradient.valueAndGradient(at: input) { input in
                    try detector.network(input, mode: .evaluation)
                }
            }
            // The first one is slower than all others.
            try step()
            let clock = ContinuousClock()
            let started = clock.now
            for _ in 0..<3 { try step() }
            let seconds = started.duration(to: clock.now) / .seconds(1)
            example =
                seconds / Double(3 * recipe.batchSize) * WorkPlan.passesOfTraining / 2
        }
    }

    /// Passes of the classifier that a verdict takes.
    private var verdict: Double { Double(2 + noise.passes) }

    private func planTraining(on data: DataSet, _ speed: Speed, _ plan: inout WorkPlan) throws {
        let shape = data.sets.guard.shape
        let available = min(guardImages, data.sets.guard.count)
        let training = try families.map { try plans(of: [$0], for: shape) }
        let supplement = try supplement(of: data)?.families ?? []
        let fit = min(rectifierImages, data.sets.fit.count)
        let turned = training.map { WorkPlan.images(of: $0, sharing: available) }.reduce(0, +)
        let more = supplement.map { WorkPlan.images(of: $0, sharing: fit) }.reduce(0, +)
        let passes =
            training.map { WorkPlan.passes(of: $0, sharing: available) }.reduce(0, +)
            + supplement.map { WorkPlan.passes(of: $0, sharing: fit) }.reduce(0, +)
        plan.add(
            "\((training + supplement).joined().count) attacks on \(Int(turned + more)) images to train on",
            seconds: passes * speed.pass)
        // Originals, changed copies, and as many adversarial images and forgeries together.
        plan.add(
            "train the detector, \(epochs) times through its examples",
            seconds: turned * 4 * (verdict * speed.pass + Double(epochs) * speed.example))
        plan.add(
            "fine-tune the rectifier, \(rectifierEpochs) times through \(Int(turned + more)) images",
            seconds: (turned + more)
                * (2 + Double(rectifierEpochs) * WorkPlan.passesOfTraining) * speed.pass)
        let clean = min(calibrate, data.sets.calibrate.count)
        plan.add(
            "set alarm and threshold on \(clean) clean images and harmless changes of them",
            seconds: Double(clean) * Double(5 + EvaluationCells.corruptions(of: shape).count)
                * verdict * speed.pass)
    }

    /// Attacks on test images, and what the guard and the baselines make of them.
    private func measuring(_ attacks: [AttackPlan], on data: DataSet, _ speed: Speed) -> Double {
        let available = data.sets.test.count
        // The guard's rectifier, f on masked and on noisy copies, and the descent.
        let recovery = Double(2 * copies + 8 + 10)
        return attacks.map { plan in
            WorkPlan.passes(of: [plan], sharing: available)
                + WorkPlan.images(of: [plan], sharing: available) * (verdict + recovery)
        }.reduce(0, +) * speed.pass
    }

    /// Clean images, for false positives and thresholds.
    private func inspectingClean(_ data: DataSet, _ speed: Speed) -> Double {
        let clean = min(test, data.sets.test.count)
        let changes = EvaluationCells.corruptions(of: data.sets.test.shape).count
        let images =
            clean + changes * min(clean, 2_000) + 5 * min(calibrate, data.sets.calibrate.count)
        return Double(images) * verdict * speed.pass
    }
}
