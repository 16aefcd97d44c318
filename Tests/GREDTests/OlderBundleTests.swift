import Foundation
import LibTorch
import TestSupport
import Testing

@testable import GRED

/// A bundle of the first format, which `Scripts/golden/guard.py` wrote and judged with PyTorch. It
/// stays as it is when the format goes on.
@Suite("A guard of an older format")
struct OlderBundleTests {
    @Test("is read, and gives the verdicts that PyTorch gives")
    func verdicts() throws {
        let golden = try Golden("verdicts")
        let folder = try Golden.url("verdicts", in: .module).deletingLastPathComponent()
            .appending(component: "guard-of-format-1")
        #expect(try GuardBundle.manifest(of: folder).schema == 1)
        let sentry = try GuardBundle.read(folder)
        let images = try golden["images"]
        try expect(
            sentry.classifier.logits(of: images), near: golden["logits"], within: 1e-4, "logits")
        let verdicts = try sentry.inspect(images).verdicts
        #expect(try verdicts.map(\.label) == golden["labels"].ints())
        #expect(try verdicts.map { $0.recoveredLabel ?? -1 } == golden["recovered"].ints())
        for (name, found) in [
            ("org", verdicts.compactMap { $0.org?.logOdds }),
            ("sen", verdicts.compactMap { $0.sen?.logOdds }),
            ("joined", verdicts.map(\.logOdds)),
        ] {
            let tensor = try Tensor(found, shape: [found.count])
            try expect(tensor, near: golden[name], within: 1e-4, name)
        }
        #expect(try verdicts.map(\.isAdversarial) == golden["joined"].doubles().map { $0 > 0 })
    }
}
