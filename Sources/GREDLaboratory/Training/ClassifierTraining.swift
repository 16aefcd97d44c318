import Foundation
import GREDClassifiers
import GREDImages
import LibTorch

/// Trains a built-in network on a data set, as a stage that survives being killed.
public struct ClassifierTraining {
    /// The network, the shape of its images, and its classes.
    public var description: NetworkClassifier.Description
    /// Its seed gives the fresh weights too.
    public var plan: TrainingPlan
    /// How images are varied, anew each time that they are seen.
    public var augmentation: Augmentation

    /// Names all settings; by default images are not varied.
    public init(
        description: NetworkClassifier.Description, plan: TrainingPlan,
        augmentation: Augmentation = .none
    ) {
        self.description = description
        self.plan = plan
        self.augmentation = augmentation
    }

    private struct Configuration: Encodable {
        var version = 1
        var description: NetworkClassifier.Description
        var plan: TrainingPlan
        var augmentation: Augmentation
        var data: String
        var conditions: Workbench.Conditions
    }

    /// The trained classifier, from the store where it is done.
    public func run(on set: ImageSet, bench: Workbench) throws -> NetworkClassifier {
        let configuration = Configuration(
            description: description, plan: plan, augmentation: augmentation,
            data: try set.contentHash, conditions: bench.conditions)
        return try bench.result(
            of: "classifier", configuration,
            make: { folder in
                let classifier = try NetworkClassifier(description, seed: plan.seed)
                try classifier.move(to: bench.device)
                let checkpoint = folder.appending(component: "checkpoint.safetensors")
                let training = Training(
                    plan: plan, checkpoint: checkpoint,
                    identity: try ContentKey.of(configuration))
                try training.reporting(
                    to: bench.observer,
                    title: "training \(description.architecture.family.rawValue) on \(set.name)",
                    network: classifier.network, count: set.count
                ) { indices, stream in
                    (
                        try augmentation.applied(to: set.tensor(indices), stream: &stream)
                            .to(bench.device),
                        try Tensor(indices.map { set.labels[$0] }).to(bench.device)
                    )
                }
                try classifier.save(into: folder)
                try? FileManager.default.removeItem(at: checkpoint)
            },
            read: { folder in
                let classifier = try NetworkClassifier(folder: folder)
                try classifier.move(to: bench.device)
                return classifier
            })
    }
}

extension Training {
    /// Runs with progress shown: examples a second, loss, time left.
    package func reporting(
        to observer: any WorkObserver, title: String, network: any Layer, count: Int,
        batch: ([Int], inout RandomStream) throws -> (inputs: Tensor, labels: Tensor)
    ) throws {
        let started = Date()
        observer.begin(title, total: plan.epochs * count, unit: "images")
        var loss = 0.0
        try run(
            network, count: count,
            progress: {
                loss = $0.loss
                try observer.advance(
                    to: $0.examples,
                    note: String(format: "epoch %d/%d, loss %.4f", $0.epoch, plan.epochs, $0.loss))
            }, batch: batch)
        observer.finish(
            String(
                format: "%@: %d images × %d epochs, loss %.4f, %.1f s", title, count, plan.epochs,
                loss, Date().timeIntervalSince(started)))
    }
}
