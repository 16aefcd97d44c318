// Guards a PyTorch model that was exported to a .pt2 file, with images that it was not trained on.
import Foundation
import GRED
import GREDClassifiers
import GREDLaboratory

let arguments = CommandLine.arguments
guard arguments.count == 4 else {
    print("usage: GuardModel MODEL.pt2 FOLDER-OF-IMAGES BUNDLE")
    exit(64)
}
do {
    let classifier = try ProgramClassifier(URL(filePath: arguments[1]))
    let data = try DataSet(
        named: arguments[2], reading: FolderReading(for: classifier), observer: SilentObserver())
    let bundle = URL(filePath: arguments[3])
    let bench = Workbench(
        store: StageStore(bundle.appendingPathExtension("stages")), seed: 0, command: "GuardModel")
    let recipe = UniversalRecipe.demo
    let sentry = try recipe.protect(classifier, data: data, bench: bench)
    let training = try recipe.trainingDescription(of: classifier, on: data, bench: bench)
    try GuardBundle.write(sentry, training: training, madeBy: "GuardModel", to: bundle)
    for verdict in try sentry.inspect(data.sets.test.prefix(8).tensor()).verdicts {
        print(verdict.isAdversarial, classifier.classNames[verdict.answer])
    }
} catch {
    print(error)
    exit(1)
}
