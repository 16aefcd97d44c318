import Foundation
import GREDImages
import LibTorch
import TestSupport
import Testing

@testable import GRED
@testable import GREDClassifiers

@Suite("A guard as a folder")
struct GuardBundleTests {
    let outer: TemporaryFolder
    let small: SmallGuard
    var folder: URL { outer.url.appending(component: "guard") }
    var manifest: URL { folder.appending(component: "guard.json") }

    static let parts = ["classifier", "org", "rectifier", "sen"].map { "\($0).safetensors" }

    init() throws {
        outer = try TemporaryFolder()
        small = try SmallGuard()
    }

    func write(_ sentry: Guard? = nil, to folder: URL? = nil) throws {
        try GuardBundle.write(
            sentry ?? small.sentry, training: ["on nothing", "at once"], madeBy: "gred 0.0.1",
            to: folder ?? self.folder)
    }

    /// A guard with everything that a bundle may hold.
    func universal() throws -> Guard {
        let detector = try UniversalDetector(
            .init(
                imageShape: SmallGuard.shape, readsMap: false, noise: .none, width: 4,
                planes: .identity(planes: 1), numbers: .identity(planes: 5)), seed: 1)
        return Guard(
            classifier: small.sentry.classifier, detection: .universal(detector),
            threshold: try Threshold(falsePositiveRate: 0.1, over: (0..<20).map(Float.init)),
            rectifier: small.sentry.rectifier,
            chooser: try RecoveryChooser(
                .identity(planes: RecoveryEvidence.count(strengths: 0)), strengths: 0, seed: 1))
    }

    /// The manifest, changed as JSON and sealed again.
    func edit(_ change: (inout [String: Any]) -> Void) throws {
        let data = try Data(contentsOf: manifest)
        var fields = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        change(&fields)
        try ManifestSeal.renewed(JSONSerialization.data(withJSONObject: fields)).write(to: manifest)
    }

    /// As a later program might write them.
    private func addUnknownFields() throws {
        try edit { fields in
            fields["later"] = ["auroc": 0.9]
            var org = fields["org"] as? [String: Any]
            org?["note"] = "new"
            fields["org"] = org
        }
    }

    // MARK: What is sound

    @Test("gives the same verdicts after it was written and read")
    func roundTrip() throws {
        try write()
        #expect(
            try outer.contents
                == ["guard"] + (Self.parts + ["guard.json"]).map { "guard/\($0)" }.sorted())
        let read = try GuardBundle.read(folder)
        let (before, after) = (
            try small.sentry.inspect(small.images), try read.inspect(small.images)
        )
        #expect(before.verdicts == after.verdicts)
        #expect(try before.masked.bytes() == after.masked.bytes())
    }

    @Test("states what it holds")
    func states() throws {
        try write()
        let found = try GuardBundle.manifest(of: folder)
        let classifier = try #require(small.sentry.classifier as? NetworkClassifier)
        #expect(found.schema == 3 && GuardManifest.currentSchema == 3)
        #expect(found.madeBy == "gred 0.0.1" && found.training == ["on nothing", "at once"])
        #expect(found.classifier == classifier.description)
        #expect(try found.classifierHash == classifier.contentHash())
        #expect(try found.org == small.sentry.org.description)
        #expect(try found.sen == small.sentry.sen.description)
        #expect(found.masking == small.sentry.rectifier.masking && found.copies == 3)
        #expect(found.parts.keys.sorted() == Self.parts)
    }

    @Test("is told what an audit found, and keeps everything else")
    func audit() throws {
        try write()
        try edit { $0["somethingNewer"] = 7 }
        let audit = GuardAudit(
            data: "digits", profile: "smoke", images: 12,
            cells: [.init(within: "L2 0.5", passes: .init(0.25, interval: [0.1, 0.5]))],
            doubts: ["Twice the steps change nothing"])
        try GuardBundle.record(audit, in: folder)
        let found = try GuardBundle.manifest(of: folder)
        #expect(found.audit == audit && found.training == ["on nothing", "at once"])
        #expect(try String(contentsOf: manifest, encoding: .utf8).contains("somethingNewer"))
        let verdicts = try GuardBundle.read(folder).inspect(small.images).verdicts
        #expect(try verdicts == small.sentry.inspect(small.images).verdicts)
    }

    @Test("holds no key: who reads it brings the deployment's own")
    func key() throws {
        let secret = "the deployment's own"
        let small = try SmallGuard(key: GuardKey(secret))
        try write(small.sentry)
        let verdicts = try small.sentry.inspect(small.images)
        #expect(
            try GuardBundle.read(folder, key: GuardKey(secret)).inspect(small.images).masked.bytes()
                == verdicts.masked.bytes())
        #expect(
            try GuardBundle.read(folder).inspect(small.images).masked.bytes()
                != verdicts.masked.bytes())
        #expect(try !String(contentsOf: manifest, encoding: .utf8).contains(secret))
    }

    @Test("is the same bytes when it is written again, and replaces an older one as a whole")
    func replaces() throws {
        try write()
        let first = try (Self.parts + ["guard.json"]).map {
            try Data(contentsOf: folder.appending(component: $0))
        }
        try AtomicFile.write(Data([1]), to: folder.appending(component: "left over"))
        try write()
        #expect(
            try (Self.parts + ["guard.json"]).map {
                try Data(contentsOf: folder.appending(component: $0))
            } == first)
        try write(SmallGuard(alpha: 0.7, copies: 2).sentry)
        let found = try GuardBundle.read(folder)
        #expect(found.rectifier.masking.alpha == 0.7 && found.rectifier.copies == 2)
        #expect(try outer.contents.count == 6)
    }

    @Test("loads from wherever it was moved to, under whatever name")
    func moved() throws {
        try write()
        let elsewhere = outer.url.appending(components: "deep", "another name ü")
        try FileManager.default.createDirectory(
            at: elsewhere.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.moveItem(at: folder, to: elsewhere)
        #expect(
            try GuardBundle.read(elsewhere).inspect(small.images).verdicts
                == small.sentry.inspect(small.images).verdicts)
    }

    @Test("may hold fields that this program does not know, at every level")
    func unknownFields() throws {
        try write()
        try addUnknownFields()
        #expect(try GuardBundle.read(folder).inspect(small.images).verdicts.count == 8)
    }

    @Test("saved again, keeps who made it, how it was trained, and what this program does not know")
    func savedAgain() throws {
        try write()
        try addUnknownFields()
        let read = try GuardBundle.read(folder)
        let changed = Guard(
            classifier: read.classifier, detection: read.detection,
            rectifier: Rectifier(
                network: read.rectifier.network, masking: read.rectifier.masking, copies: 3))
        try GuardBundle.save(changed, changedFrom: folder, savedBy: "gred 9.9", to: folder)
        let found = try GuardBundle.manifest(of: folder)
        #expect(found.madeBy == "gred 0.0.1" && found.savedBy == "gred 9.9")
        #expect(found.training == ["on nothing", "at once"] && found.copies == 3)
        let fields = try #require(
            JSONSerialization.jsonObject(with: Data(contentsOf: manifest)) as? [String: Any])
        #expect((fields["later"] as? [String: Double]) == ["auroc": 0.9])
        #expect((fields["org"] as? [String: Any])?["note"] as? String == "new")
        #expect(try GuardBundle.read(folder).rectifier.copies == 3)
    }

    @Test("saved again, says nothing of what the changed guard no longer has")
    func savedAgainWithLess() throws {
        let share = GuardFigures.Share(0.5, interval: [0.4, 0.6])
        try GuardBundle.write(
            universal(), training: ["on nothing"],
            figures: GuardFigures(
                data: "some", cleanImages: 10, accuracy: share, guardedAccuracy: 0.5,
                falsePositives: share, attacks: []), madeBy: "gred 0.0.1", to: folder)
        try GuardBundle.record(
            GuardAudit(data: "some", profile: "smoke", images: 1, cells: [], doubts: []), in: folder
        )
        try edit { $0["later"] = ["auroc": 0.9] }

        try GuardBundle.save(small.sentry, changedFrom: folder, savedBy: "gred 9.9", to: folder)
        let found = try GuardBundle.manifest(of: folder)
        #expect(found.detector == nil && found.evidence == nil && found.threshold == nil)
        #expect(found.figures == nil && found.audit == nil)
        #expect(Set(found.parts.keys) == Set(Self.parts))
        let fields = try #require(
            JSONSerialization.jsonObject(with: Data(contentsOf: manifest)) as? [String: Any])
        #expect((fields["later"] as? [String: Double]) == ["auroc": 0.9])
        let read = try GuardBundle.read(folder)
        #expect(read.threshold == .evenOdds && read.chooser == nil)
        #expect(
            try read.inspect(small.images).verdicts == small.sentry.inspect(small.images).verdicts)
    }

    @Test("is made of networks of its own: the guard that was written stays as it was")
    func independent() throws {
        try write()
        let before = try small.sentry.inspect(small.images).verdicts
        let read = try GuardBundle.read(folder)
        try read.org.network.poison()
        #expect(try small.sentry.inspect(small.images).verdicts == before)
    }

    // MARK: The model that it guards

    private var classifier: NetworkClassifier {
        get throws { try #require(small.sentry.classifier as? NetworkClassifier) }
    }

    @Test("is attached to the model that it was made for, and says the same of images")
    func attached() throws {
        try write()
        let model = try classifier.copied()
        let sentry = try GuardBundle.read(folder, for: model)
        let attached = try #require(sentry.classifier as? NetworkClassifier)
        #expect(attached === model)
        #expect(
            try sentry.inspect(small.images).verdicts == small.sentry.inspect(small.images).verdicts
        )
    }

    @Test("is attached to no other model, and both are named")
    func otherModel() throws {
        try write()
        let other = try NetworkClassifier(classifier.description, seed: 7)
        let (made, found) = (try classifier.contentHash(), try other.contentHash())
        let fault = BundleFault.otherModel(path: folder.path, made: made, found: found)
        #expect(throws: fault) { try GuardBundle.read(folder, for: other) }
        for words in [folder.path, made, found, "`gred protect`"] {
            #expect("\(fault)".contains(words))
        }
    }

    @Test("is not attached to its model's weights behind another normalisation")
    func otherDescription() throws {
        try write()
        var description = try classifier.description
        description.normalisation = Normalisation(mean: [0.5], std: [0.5])
        let other = try NetworkClassifier(description, seed: 0)
        try other.network.load(from: classifier.network)
        #expect(try other.contentHash() == classifier.contentHash())
        #expect(throws: BundleFault.otherDescription(path: folder.path)) {
            try GuardBundle.read(folder, for: other)
        }
    }

    // MARK: What cannot be written

    @Test("does not take the place of something else, and leaves it as it was")
    func somethingElse() throws {
        try AtomicFile.write(Data([7]), to: folder.appending(component: "precious"))
        try expectNotWritten(to: folder, sentence: "guard.json")
        #expect(try outer.contents == ["guard", "guard/precious"])
        try FileManager.default.removeItem(at: folder)
        try Data([7]).write(to: folder)
        try expectNotWritten(to: folder, sentence: "guard.json")
        #expect(try Data(contentsOf: folder) == Data([7]))
        #expect(try outer.contents == ["guard"])
    }

    @Test("takes the place of an empty folder")
    func emptyFolder() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try write()
        #expect(try outer.contents.count == 6)
    }

    @Test("leaves nothing behind where its folder cannot be made")
    func impossiblePath() throws {
        try Data([7]).write(to: outer.url.appending(component: "file"))
        try expectNotWritten(
            to: outer.url.appending(components: "file", "guard"), sentence: "a file and no folder")
        #expect(try outer.contents == ["file"])
    }

    @Test(
        "leaves nothing behind where the disk is full, and keeps the older one",
        .enabled(if: SmallDisk.isPossible, "only the superuser may mount a small disk"))
    func fullDisk() throws {
        let disk = try SmallDisk()
        let target = disk.folder.url.appending(component: "guard")
        try expectNotWritten(to: target, sentence: "full")
        #expect(try disk.folder.contents.isEmpty)
        // A bundle of the same name that did fit.
        let old = target.appending(component: "guard.json")
        try AtomicFile.write(Data("{}".utf8), to: old)
        try expectNotWritten(to: target, sentence: "full")
        #expect(try disk.folder.contents == ["guard", "guard/guard.json"])
        #expect(try Data(contentsOf: old) == Data("{}".utf8))
    }

    @Test(
        "leaves nothing behind on a disk that can only be read",
        .enabled(if: SmallDisk.isPossible, "only the superuser may mount a small disk"))
    func readOnly() throws {
        let disk = try SmallDisk()
        try disk.makeReadOnly()
        try expectNotWritten(
            to: disk.folder.url.appending(component: "guard"), sentence: "can only be read")
        #expect(try disk.folder.contents.isEmpty)
    }

    @Test("is not made of a guard whose networks are somebody else's, and leaves nothing behind")
    func cannotBeKept() throws {
        let sentry = small.sentry
        let stranger = Function(SmallGuard.shape, classes: 3) {
            try sentry.classifier.logits(of: $0)
        }
        let foreign = Guard(
            classifier: stranger, detection: sentry.detection, rectifier: sentry.rectifier)
        #expect(throws: BundleFault.cannotBeKept) { try write(foreign) }
        #expect(try outer.contents.isEmpty)
    }

    private func expectNotWritten(
        to folder: URL, sentence: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let fault = #expect(throws: FileFault.self, sourceLocation: sourceLocation) {
            try write(to: folder)
        }
        let text = fault?.description ?? ""
        #expect(text.contains(sentence), sourceLocation: sourceLocation)
        #expect(text.contains(folder.lastPathComponent), sourceLocation: sourceLocation)
    }
}
