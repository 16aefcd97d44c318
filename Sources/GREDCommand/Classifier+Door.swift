import ArgumentParser
import GREDClassifiers
import GREDImages
import GREDLaboratory

extension Classifier {
    /// A stranger's model is looked at before anything is said of it; what is wrong is said, and a fault
    /// ends the command.
    func checkAtTheDoor(on set: ImageSet, _ bench: Workbench) throws {
        guard let model = self as? ProgramClassifier, set.shape == model.inputShape else { return }
        let images = set.prefix(512)
        let check = try DoorCheck(
            of: model, images: images.tensor(), labels: images.labels,
            batchSizes: model.program.batchSizes)
        for finding in check.findings where finding.verdict != .fine {
            bench.observer.say("\(finding.subject): \(finding.sentence)")
        }
        guard check.isSound else { throw ExitCode.failure }
    }
}
