import Digests
import Foundation
import GREDClassifiers
import LibTorch

/// A guard as a folder: `guard.json` and a safetensors file for each network.
///
/// Nothing in a bundle is executed when it is read. It appears under its name when it is complete,
/// and every part is checked against the size and hash in `guard.json` before it is used, and
/// `guard.json` against its seal.
public enum GuardBundle {
    // MARK: Writing

    /// Writes a bundle. A bundle of the same name is replaced, anything else of that name is not.
    /// - Parameters:
    ///   - training: how the guard was trained, a sentence each.
    ///   - figures: what it was measured to do, where it was.
    public static func write(
        _ sentry: Guard, training: [String], figures: GuardFigures? = nil, madeBy: String,
        to folder: URL
    ) throws {
        try write(sentry, to: folder) { manifest in
            manifest.training = training
            manifest.figures = figures
            manifest.madeBy = madeBy
        }
    }

    /// Writes a guard that was read from a bundle and then changed. Which program made that bundle, how
    /// the guard was trained, and fields of `guard.json` that this program does not know are kept.
    /// - Parameters:
    ///   - older: the bundle that the guard was read from; it may be the one that is written.
    ///   - savedBy: the program that changed it.
    public static func save(
        _ sentry: Guard, changedFrom older: URL, savedBy: String, to folder: URL
    ) throws {
        let before = try manifest(of: older)
        let json = try Data(contentsOf: older.appending(component: manifestName))
        try write(sentry, to: folder, over: json) { manifest in
            manifest.training = before.training
            manifest.madeBy = before.madeBy
            manifest.savedBy = savedBy
        }
    }

    /// Writes into a bundle what an audit of it found; everything else stays as it is.
    /// - Throws: ``BundleFault``, and `FileFault` where the file cannot be written.
    public static func record(_ audit: GuardAudit, in folder: URL) throws {
        var manifest = try manifest(of: folder)
        manifest.audit = audit
        let file = folder.appending(component: manifestName)
        try AtomicFile.write(json(of: manifest, over: Data(contentsOf: file)), to: file)
    }

    /// - Parameters:
    ///   - older: a `guard.json` whose unknown fields are kept.
    ///   - finish: completes the manifest.
    private static func write(
        _ sentry: Guard, to folder: URL, over older: Data? = nil,
        finish: (inout GuardManifest) -> Void
    ) throws {
        guard let classifier = sentry.classifier as? any TunableClassifier,
            let rectifier = sentry.rectifier.network as? any TunableClassifier
        else { throw BundleFault.cannotBeKept }
        try AtomicFolder.write(to: folder, marker: manifestName) { partial in
            var parts: [String: GuardManifest.Part] = [:]
            func write(_ data: Data, _ name: String) throws {
                try AtomicFile.write(data, to: partial.appending(component: name))
                parts[name] = GuardManifest.Part(bytes: data.count, sha256: hash(data))
            }
            if let program = classifier as? ProgramClassifier {
                let contents = try program.fileContents()
                // The file alone is kept: a copy with weights of its own would come back as another model.
                guard try program.contentHash() == hash(contents) else {
                    throw BundleFault.tuned(path: program.file.path)
                }
                try write(contents, GuardManifest.PartName.program)
            } else {
                try write(
                    Safetensors.data(of: classifier.network.state),
                    GuardManifest.PartName.classifier)
            }
            try write(
                Safetensors.data(of: rectifier.network.state), GuardManifest.PartName.rectifier)
            if let chooser = sentry.chooser {
                try write(
                    Safetensors.data(of: chooser.network.state), GuardManifest.PartName.chooser)
            }
            for (name, network) in sentry.detection.networks {
                try write(
                    Safetensors.data(of: network.state), GuardManifest.PartName.detection(name))
            }
            var manifest = GuardManifest(
                schema: GuardManifest.currentSchema, madeBy: "",
                classifier: (classifier as? NetworkClassifier)?.description,
                program: (classifier as? ProgramClassifier)?.description,
                classifierHash: try classifier.contentHash(),
                threshold: sentry.threshold,
                masking: sentry.rectifier.masking, evidence: sentry.chooser?.standardisation,
                copies: sentry.rectifier.copies, training: [],
                parts: parts)
            switch sentry.detection {
            case .paper(let org, let sen):
                (manifest.org, manifest.sen) = (org.description, sen.description)
                if sentry.threshold == .evenOdds { manifest.threshold = nil }
            case .universal(let detector): manifest.detector = detector.description
            }
            finish(&manifest)
            try AtomicFile.write(
                json(of: manifest, over: older), to: partial.appending(component: manifestName))
        }
    }

    /// A manifest as sealed JSON, and beside it whatever an older `guard.json` says that no manifest has.
    private static func json(of manifest: GuardManifest, over older: Data?) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        var manifest = manifest
        manifest.seal = ManifestSeal.pending
        let json = try encoder.encode(manifest)
        guard let older else { return ManifestSeal.renewed(json) }
        // What the older manifest knew goes, also where the newer one is silent: a guard that lost its
        // chooser, its threshold or its figures must not get them back.
        let known = try encoder.encode(JSONDecoder().decode(GuardManifest.self, from: older))
        func fields(_ data: Data) throws -> [String: Any] {
            try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
        }
        let unknown = try fields(older).without(fields(known))
        return try ManifestSeal.renewed(
            JSONSerialization.data(
                withJSONObject: unknown.joined(by: fields(json)),
                options: [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]))
    }

    // MARK: Reading

    /// Reads `guard.json` alone.
    /// - Throws: ``BundleFault``, also where it was changed since it was written.
    public static func manifest(of folder: URL) throws -> GuardManifest {
        let file = folder.appending(component: manifestName)
        guard let json = try? Data(contentsOf: file) else {
            throw BundleFault.noBundle(path: folder.path)
        }
        // The schema first: a newer manifest may have another shape altogether.
        struct Version: Decodable {
            var schema: Int
            var madeBy: String?
            var seal: String?
        }
        guard let version = try? JSONDecoder().decode(Version.self, from: json) else {
            throw BundleFault.badManifest(path: file.path, reason: "it states no schema version")
        }
        guard (1...GuardManifest.currentSchema).contains(version.schema) else {
            throw BundleFault.otherSchema(
                path: folder.path, found: version.schema, madeBy: version.madeBy ?? "unknown")
        }
        // Whatever schema it states: that may be what was changed.
        let mayHaveNone = version.schema < GuardManifest.firstSealedSchema
        guard ManifestSeal.holds(in: json) || mayHaveNone && version.seal == nil else {
            throw BundleFault.badManifest(
                path: file.path, reason: "its seal is not that of its contents, which were changed")
        }
        do {
            return try JSONDecoder().decode(GuardManifest.self, from: json)
        } catch DecodingError.keyNotFound(let key, _) {
            throw BundleFault.badManifest(
                path: file.path, reason: "'\(key.stringValue)' is missing")
        } catch {
            throw BundleFault.badManifest(path: file.path, reason: "a value has the wrong form")
        }
    }

    /// Reads a guard, checking each part before it is used.
    /// - Parameter key: the deployment's secret, on which the rectifier's masks depend.
    public static func read(_ folder: URL, key: GuardKey = .published) throws -> Guard {
        let manifest = try manifest(of: folder)
        if let contradiction = manifest.contradiction {
            throw BundleFault.badManifest(
                path: folder.appending(component: manifestName).path, reason: contradiction)
        }
        /// A network of the weights in a part; what the manifest says of it may be wrong.
        func network<Network>(
            _ name: String, _ build: (Safetensors.Contents, _ path: String) throws -> Network
        ) throws -> Network {
            let path = folder.appending(component: name).path
            let weights = try Safetensors.read(
                checkedPart(name, of: manifest, in: folder), path: path)
            do {
                return try build(weights, path)
            } catch TorchError.badFile(let path, let reason) {
                throw BundleFault.badPart(path: path, reason: reason.replacing(/\.$/, with: ""))
            } catch {
                // Its sentence stands inside another.
                throw BundleFault.badManifest(
                    path: folder.appending(component: manifestName).path,
                    reason: "\(error)".replacing(/\.$/, with: ""))
            }
        }
        let classifier: any TunableClassifier
        let rectifier: any TunableClassifier
        if let description = manifest.classifier {
            func read(_ name: String) throws -> NetworkClassifier {
                try network(name) { try NetworkClassifier(description, weights: $0, from: $1) }
            }
            classifier = try read(GuardManifest.PartName.classifier)
            rectifier = try read(GuardManifest.PartName.rectifier)
        } else {
            let program = try program(of: manifest, in: folder)
            if let contradiction = manifest.contradiction(to: program.inputShape) {
                throw BundleFault.badManifest(
                    path: folder.appending(component: manifestName).path, reason: contradiction)
            }
            classifier = program
            rectifier = try network(GuardManifest.PartName.rectifier) {
                let tuned = try program.copied()
                try tuned.load(weights: $0, from: $1)
                return tuned
            }
        }
        func detection() throws -> Detection {
            func path(_ name: String) -> String { GuardManifest.PartName.detection(name) }
            if let description = manifest.detector {
                return .universal(
                    try network(path("detector")) {
                        try UniversalDetector(description, weights: $0, from: $1)
                    })
            }
            func detector(_ name: String, _ description: Detector.Description?) throws -> Detector {
                guard let description else {
                    throw BundleFault.badManifest(
                        path: folder.appending(component: manifestName).path,
                        reason: "'\(name)' is missing")
                }
                return try network(path(name)) {
                    try Detector(description, weights: $0, from: $1)
                }
            }
            return .paper(
                org: try detector("org", manifest.org), sen: try detector("sen", manifest.sen))
        }
        let detects = try detection()
        return Guard(
            classifier: classifier, detection: detects, threshold: manifest.threshold ?? .evenOdds,
            rectifier: Rectifier(
                network: rectifier,
                masking: manifest.masking, copies: manifest.copies),
            chooser: try manifest.evidence.map { evidence in
                try network(GuardManifest.PartName.chooser) {
                    try RecoveryChooser(
                        evidence, strengths: detects.noiseStrengths, weights: $0, from: $1)
                }
            }, key: key)
    }

    /// Reads a guard and attaches it to a model that is there already, on that model's device.
    /// - Parameters:
    ///   - model: the one that was protected, and no other: what the guard reads depends on its weights.
    ///   - key: the deployment's secret, on which the rectifier's masks depend.
    /// - Throws: ``BundleFault/otherModel(path:made:found:)`` for a model of other weights or from another
    ///   file, and ``BundleFault/otherDescription(path:)`` for one that takes its images otherwise.
    public static func read(
        _ folder: URL, for model: any TunableClassifier, key: GuardKey = .published
    ) throws -> Guard {
        let manifest = try manifest(of: folder)
        let found = try model.contentHash()
        guard found == manifest.classifierHash else {
            throw BundleFault.otherModel(
                path: folder.path, made: manifest.classifierHash, found: found)
        }
        // The hash says nothing of normalisation, shape and output.
        let isDescribed =
            switch model {
            case let network as NetworkClassifier: network.description == manifest.classifier
            case let program as ProgramClassifier: program.description == manifest.program
            default: true
            }
        guard isDescribed else { throw BundleFault.otherDescription(path: folder.path) }
        let own = try read(folder, key: key)
        let sentry = Guard(
            classifier: model, detection: own.detection, threshold: own.threshold,
            rectifier: own.rectifier, chooser: own.chooser, key: key)
        try sentry.move(to: model.device)
        return sentry
    }

    private static func program(of manifest: GuardManifest, in folder: URL) throws
        -> ProgramClassifier
    {
        let file = folder.appending(component: GuardManifest.PartName.program)
        _ = try checkedPart(GuardManifest.PartName.program, of: manifest, in: folder)
        do {
            return try ProgramClassifier(file, manifest.program ?? .init())
        } catch {
            throw BundleFault.badPart(
                path: file.path, reason: "\(error)".replacing(/\.$/, with: ""))
        }
    }

    private static func checkedPart(
        _ name: String, of manifest: GuardManifest, in folder: URL
    ) throws -> Data {
        let file = folder.appending(component: name)
        guard let expected = manifest.parts[name] else {
            throw BundleFault.badPart(path: file.path, reason: "guard.json does not list it")
        }
        // The size first, so that a huge file is refused without being read.
        guard
            let size = (try? FileManager.default.attributesOfItem(atPath: file.path))?[.size]
                as? Int
        else { throw BundleFault.badPart(path: file.path, reason: "it is missing") }
        guard size == expected.bytes else {
            throw BundleFault.badPart(
                path: file.path,
                reason: "it has \(size) bytes, and guard.json says \(expected.bytes)")
        }
        let data: Data
        do {
            data = try Data(contentsOf: file)
        } catch {
            throw BundleFault.badPart(path: file.path, reason: "it cannot be read")
        }
        guard hash(data) == expected.sha256 else {
            throw BundleFault.badPart(
                path: file.path, reason: "its SHA-256 is not the one in guard.json")
        }
        return data
    }

    private static let manifestName = "guard.json"

    private static func hash(_ data: Data) -> String {
        SHA256.digest(of: data).hexadecimal
    }
}

/// A bundle that cannot be written or read.
public enum BundleFault: Error, Equatable, CustomStringConvertible {
    /// On writing: the classifier or the rectifier's network is a type of your own, which nothing here
    /// knows how to write.
    case cannotBeKept
    /// On writing: the guarded program's weights are not those of its file, which is what a bundle keeps.
    case tuned(path: String)
    /// A guard was to be attached to another model than the one that it was made for; both by SHA-256.
    case otherModel(path: String, made: String, found: String)
    /// A guard was to be attached to its own model under another description.
    case otherDescription(path: String)
    /// The folder has no `guard.json` that can be opened.
    case noBundle(path: String)
    /// `guard.json` is malformed, incomplete or not what its seal was made for, or describes a guard that cannot be built.
    case badManifest(path: String, reason: String)
    /// The bundle's format is not one of 1 to ``GuardManifest/currentSchema``.
    case otherSchema(path: String, found: Int, madeBy: String)
    /// A file of weights is missing, is not the one that `guard.json` lists by size and SHA-256, or
    /// does not fit its network.
    case badPart(path: String, reason: String)

    public var description: String {
        switch self {
        case .cannotBeKept:
            "Only guards of built-in networks and of exported programs can be saved as a bundle."
        case .tuned(let path):
            "A bundle keeps an exported program as the file that it came from, \(path), and this guard's classifier is a tuned copy of it: guard the program as it was read, or export the tuned model from PyTorch and make a guard for that with `gred protect`."
        case .otherModel(let path, let made, let found):
            "\(path) holds a guard that was made for the model of SHA-256 \(made), and this model's is \(found): make a guard for this one with `gred protect`."
        case .otherDescription(let path):
            "\(path) holds a guard that was made for this model's weights under another description (shape of the images, normalisation, class names or output): describe the model as it was for `gred protect`, or make a guard for it with that."
        case .noBundle(let path):
            "\(path) holds no guard (there is no guard.json in it): make one with `gred protect`."
        case .badManifest(let path, let reason):
            "\(path) is no description of a guard: \(reason). Make the bundle anew with `gred protect`."
        case .otherSchema(let path, let found, let madeBy):
            "\(path) has schema \(found) (made by \(madeBy)), and this program reads schemas 1 to \(GuardManifest.currentSchema): use a newer program, or make the bundle anew."
        case .badPart(let path, let reason):
            "\(path) cannot be trusted: \(reason). Copy the bundle again, or make it anew with `gred protect`."
        }
    }
}

extension [String: Any] {
    /// Less the fields of another object, and less the fields of theirs.
    fileprivate func without(_ other: [String: Any]) -> [String: Any] {
        reduce(into: [:]) { rest, field in
            guard let known = other[field.key] else {
                rest[field.key] = field.value
                return
            }
            if let inner = field.value as? [String: Any], let known = known as? [String: Any] {
                let unknown = inner.without(known)
                if !unknown.isEmpty { rest[field.key] = unknown }
            }
        }
    }

    /// With the fields of another object; an object that both have is joined as well.
    fileprivate func joined(by other: [String: Any]) -> [String: Any] {
        merging(other) { old, new in
            guard let old = old as? [String: Any], let new = new as? [String: Any] else {
                return new
            }
            return old.joined(by: new)
        }
    }
}
