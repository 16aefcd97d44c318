import Foundation
import GREDClassifiers
import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GREDLaboratory

@Suite("Training classifiers as stages")
struct ClassifierTrainingTests {
    private let set: ImageSet
    private let training: ClassifierTraining

    init() throws {
        try Engine.setThreadCount(1)
        set = try Toys.darkAndBright(64)
        training = ClassifierTraining(
            description: NetworkClassifier.Description(
                architecture: Architecture(.vgg11, width: 1.0 / 16), inputShape: set.shape,
                classNames: set.classNames),
            plan: TrainingPlan(
                epochs: 6, batchSize: 8, learningRate: .oneCycle(peak: 2e-3, warmUp: 0.3),
                seed: 7),
            augmentation: Augmentation(shift: 1, flips: true))
    }

    @Test("training tells bright images from dark ones")
    func learns() throws {
        let folder = try TemporaryFolder()
        let classifier = try training.run(on: set, bench: .inside(folder))
        let others = try Toys.darkAndBright(64, seed: 8)
        #expect(try Accuracy.of(classifier, on: others).value > 0.9)
        let untrained = try NetworkClassifier(training.description, seed: 7)
        #expect(try Accuracy.of(untrained, on: others).value < 0.75)
    }

    @Test("the same seed gives the same weights, another seed others")
    func followsItsSeed() throws {
        func hash(seed: UInt64) throws -> String {
            var training = training
            training.plan.seed = seed
            return try training.run(on: set, bench: .inside(TemporaryFolder())).contentHash()
        }
        let first = try hash(seed: 1)
        #expect(try hash(seed: 1) == first)
        #expect(try hash(seed: 2) != first)
    }

    @Test("a run killed in its second epoch goes on there and ends with the same weights")
    func resumes() throws {
        let whole = try training.run(on: set, bench: .inside(TemporaryFolder())).contentHash()
        let folder = try TemporaryFolder()
        #expect(throws: StoppingObserver.Stopped.self) {
            try training.run(
                on: set, bench: .inside(folder, observer: StoppingObserver { $0 > 80 }))
        }
        let observer = RecordingObserver()
        let resumed = try training.run(on: set, bench: .inside(folder, observer: observer))
        #expect(try resumed.contentHash() == whole)
        #expect(observer.progress.first == 72, "the first epoch was not run again")
        #expect(try folder.names.count == 1, "neither checkpoint nor lock is left")
    }

    @Test("accuracy is the share of right labels, whatever the batches, with progress")
    func accuracy() throws {
        let classifier = try LinearClassifier(shape: Toys.shape)
        let right = try Toys.images(30, rightFor: classifier)
        let mixed = try ImageSet(
            name: "mixed", shape: right.shape, classNames: right.classNames,
            pixels: try right.pixels,
            labels: right.labels.enumerated().map { $0 < 9 ? ($1 + 1) % 3 : $1 })
        let observer = RecordingObserver()
        for batchSize in [1, 7, 256] {
            let found = try Accuracy.of(
                classifier, on: mixed, batchSize: batchSize, observer: observer)
            #expect(found.successes == 21 && found.trials == 30)
            #expect(observer.progress.last == 30)
        }
    }
}
