// /work/main/Sources/GRED/Documentation.docc/GRED.md
import Foundation
import GRED
import GREDImages
func snippet1() throws {

    let sentry = try GuardBundle.read(URL(filePath: "digits-guard"))
    let source = try ImageFiles(URL(filePath: "images.png"))
    for (name, verdict) in zip(source.names, try sentry.inspect(source.images).verdicts) {
        let answer = sentry.classifier.classNames[verdict.answer]
        print(name, verdict.isAdversarial ? "adversarial, really" : "shows", answer)
    }
}
