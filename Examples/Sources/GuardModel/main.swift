// Guards a PyTorch model that was exported to a .pt2 file, with images that it was not trained on.
import Foundation
import GRED
import GREDClassifiers
import GREDLaboratory
import LibTorch

guard CommandLine.arguments.count == 4 else {
    print("usage: GuardModel MODEL.pt2 FOLDER-OF-IMAGES BUNDLE")
    exit(64)
}
let (model, images, bundle) = (
    CommandLine.arguments[1], CommandLine.arguments[2], URL(filePath: CommandLine.arguments[3])
)
do {
    let classifier = try ProgramClassifier(URL(filePath: model))
    let data = try DataSet(
        named: images, reading: FolderReading(for: classifier), observer: SilentObserver())
    let bench = Workbench(
        store: StageStore(bundle.appendingPathExtension("stages")), seed: 0, command: "GuardModel")
    let recipe = UniversalRecipe.smoke
    let sentry = try recipe.protect(classifier, data: data, bench: bench)
    try GuardBundle.write(sentry, training: [], madeBy: "GuardModel", to: bundle)
    for verdict in try sentry.inspect(data.sets.test.prefix(8).tensor()).verdicts {
        print(
            verdict.isAdversarial ? "adversarial" : "benign", classifier.classNames[verdict.answer])
    }
} catch {
    print(error)
    exit(1)
}
