// Says of images whether they were manipulated, and what they show.
import Foundation
import GRED
import GREDImages
import LibTorch

let arguments = CommandLine.arguments.dropFirst()
guard let bundle = arguments.first, arguments.count > 1 else {
    print("usage: GuardImages BUNDLE IMAGES …   (PNG, idx or safetensors files)")
    exit(64)
}
do {
    let sentry = try GuardBundle.read(URL(filePath: bundle))
    for file in arguments.dropFirst() {
        let source = try ImageFiles(URL(filePath: file))
        for start in stride(from: 0, to: source.names.count, by: 256) {
            let batch = start..<min(start + 256, source.names.count)
            let verdicts = try sentry.inspect(source.images.sliced(batch)).verdicts
            for (name, verdict) in zip(source.names[batch], verdicts) {
                let finding = verdict.isAdversarial ? "adversarial" : "benign     "
                print(finding, sentry.classifier.classNames[verdict.answer], name)
            }
        }
    }
} catch {
    print(error)
    exit(1)
}
