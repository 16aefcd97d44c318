import Foundation
import LibTorch
import TestSupport
import Testing

@testable import GRED

/// A bundle of each format, which `Scripts/golden/guard.py` and `Scripts/golden/universal.py`
/// wrote and judged with PyTorch. They stay as they are when the format goes on.
@Suite("A guard of an older format, or of another writer")
struct OlderBundleTests {
    /// The bundle of a format.
    private func bundle(format: Int) throws -> URL {
        try Golden.url("verdicts", in: .module).deletingLastPathComponent()
            .appending(component: "guard-of-format-\(format)")
    }

    @Test("is read, and gives the verdicts that PyTorch gives")
    func verdicts() throws {
        let golden = try Golden("verdicts")
        let folder = try bundle(format: 1)
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

    @Test(
        "is read with its universal detector, and gives the verdicts that PyTorch gives",
        arguments: [(2, "logOdds"), (3, "alarmed")])
    func universalVerdicts(format: Int, decides: String) throws {
        let golden = try Golden("universal-verdicts")
        let folder = try bundle(format: format)
        #expect(try GuardBundle.manifest(of: folder).schema == format)
        let sentry = try GuardBundle.read(folder)
        guard case .universal(let detector) = sentry.detection else {
            Issue.record("the bundle's detector is read as the paper's two")
            return
        }
        let images = try golden["images"]
        try expect(
            sentry.classifier.logits(of: images), near: golden["logits"], within: 1e-4, "logits")
        let inspection = try sentry.inspect(images)
        // PyTorch in float32 is off by up to 6e-5, and a rounded noisy copy would be by 0.1.
        let reading = try detector.read(
            images, sensitivity: inspection.sensitivity, in: sentry.classifier, key: .published)
        try expect(reading.numbers, near: golden["numbers"], within: 5e-4, "numbers")
        let alone = try #require(detector.description.scalarsAlone)
            .scores(inspection.sensitivity)
        try expect(
            Tensor(alone, shape: [alone.count]), near: golden["scalars alone"], within: 5e-4,
            "scalars alone")

        let verdicts = inspection.verdicts
        #expect(try verdicts.map(\.label) == golden["labels"].ints())
        #expect(try verdicts.map { $0.recoveredLabel ?? -1 } == golden["recovered"].ints())
        let logOdds = try Tensor(verdicts.map(\.logOdds), shape: [verdicts.count])
        try expect(logOdds, near: golden[decides], within: 5e-4, "logOdds")
        let threshold = Double(sentry.threshold.logOdds)
        #expect(
            try verdicts.map(\.isAdversarial) == golden[decides].doubles().map { $0 > threshold })
    }
}
