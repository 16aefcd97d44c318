import GRED
import GREDClassifiers
import GREDImages
import LibTorch

extension Recipe {
    /// Says what ``protect(_:data:bench:)`` is going to do, and ``evaluate(_:of:on:bench:)`` where the guard
    /// is to be measured, and about how long it takes.
    /// - Throws: ``LaboratoryFault`` where the guard cannot be trained.
    public func sayPlan(
        for classifier: any TunableClassifier, on data: DataSet, isMeasured: Bool, bench: Workbench
    ) throws {
        try classifier.checkTakes(data.sets.guard)
        let shape = classifier.inputShape
        let detector = try NetworkClassifier(
            NetworkClassifier.Description(
                architecture: Architecture(.vgg11, width: detectorWidth), inputShape: shape,
                classNames: ["benign", "adversarial"]), seed: 0)
        try detector.move(to: bench.device)
        let pass = try 1 / PassRate.measured(of: classifier, in: precision)
        let judging = try 2 / PassRate.measured(of: detector, in: precision)
        let training = WorkPlan.passesOfTraining
        var plan = WorkPlan()

        let attacks = try attacks(trainingAttacks, shape: shape)
        let available = min(guardImages, data.sets.guard.count)
        let turned = WorkPlan.images(of: attacks, sharing: available)
        plan.add(
            "\(attacks.count) attacks on \(Int(turned)) images to train on",
            seconds: WorkPlan.passes(of: attacks, sharing: available) * pass)
        plan.add(
            "train two detectors, \(detectorEpochs) times through their examples",
            seconds: turned * 2 * (2 * pass + Double(detectorEpochs) * training * judging))
        plan.add(
            "fine-tune the rectifier, \(rectifierEpochs) times through \(Int(turned)) images",
            seconds: turned * (2 + Double(rectifierEpochs) * training) * pass)
        if isMeasured {
            let attacks = try self.attacks(testAttacks, shape: shape)
            let images = data.sets.test.count
            let attacked = attacks.map { WorkPlan.images(of: [$0], sharing: images) }.reduce(0, +)
            let passes = attacks.map { WorkPlan.passes(of: [$0], sharing: images) }.reduce(0, +)
            let clean = Double(min(test, images) + 2 * min(calibrate, data.sets.calibrate.count))
            plan.add(
                "\(attacks.count) attacks on test images, and what the guard makes of them",
                seconds: (passes + attacked * Double(2 * copies + 20)) * pass + attacked * judging)
            plan.add("clean test images", seconds: clean * (2 * pass + judging))
        }
        plan.say(to: bench.observer)
    }
}
