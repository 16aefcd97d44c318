import Foundation
import GREDImages
import LibTorch
import Testing

@testable import GRED

/// What is damaged, incomplete or of another version is refused with the file's name.
extension GuardBundleTests {
    /// Expects this very fault from reading, whose sentence names a file and a remedy.
    private func expect(
        _ expected: BundleFault, naming path: URL? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let fault = #expect(throws: BundleFault.self, sourceLocation: sourceLocation) {
            try GuardBundle.read(folder)
        }
        #expect(fault == expected, sourceLocation: sourceLocation)
        let sentence = fault?.description ?? ""
        #expect(sentence.contains((path ?? manifest).path), sourceLocation: sourceLocation)
        #expect(
            sentence.contains("`gred protect`") || sentence.contains("make the bundle anew"),
            sourceLocation: sourceLocation)
    }

    @Test("is refused where a part is missing", arguments: parts)
    func missingPart(_ name: String) throws {
        try write()
        let part = folder.appending(component: name)
        try FileManager.default.removeItem(at: part)
        try expect(.badPart(path: part.path, reason: "it is missing"), naming: part)
    }

    @Test(
        "is refused where a part is cut off or has bytes too many, and says how many it should have",
        arguments: parts, [-1, -10_000, 1, 3_000_000])
    func partSize(_ name: String, _ more: Int) throws {
        try write()
        let part = folder.appending(component: name)
        let whole = try Data(contentsOf: part)
        try (more < 0 ? whole.dropLast(-more) : whole + Data(count: more)).write(to: part)
        try expect(
            .badPart(
                path: part.path,
                reason: "it has \(whole.count + more) bytes, and guard.json says \(whole.count)"),
            naming: part)
    }

    @Test("is refused where one byte of a part was changed", arguments: parts, [0, 0.3, 0.999])
    func flippedByte(_ name: String, _ place: Double) throws {
        try write()
        let part = folder.appending(component: name)
        var data = try Data(contentsOf: part)
        data[Int(place * Double(data.count))] ^= 1
        try data.write(to: part)
        try expect(
            .badPart(path: part.path, reason: "its SHA-256 is not the one in guard.json"),
            naming: part)
    }

    @Test("is refused where one byte of guard.json was changed, wherever that is")
    func flippedManifest() throws {
        try write(universal())
        let sound = try Data(contentsOf: manifest)
        let numbers = sound.indices.filter { UInt8(ascii: "1")...UInt8(ascii: "8") ~= sound[$0] }
        // Digits, whose JSON stays sound, and any bytes.
        for place in numbers + Array(stride(from: 0, to: sound.count, by: 97)) {
            var data = sound
            data[place] ^= 1
            try data.write(to: manifest)
            #expect(throws: BundleFault.self, "byte \(place)") {
                try GuardBundle.manifest(of: folder)
            }
        }
        var data = sound
        let threshold = try #require(sound.range(of: Data(#""logOdds" : "#.utf8))).upperBound
        data[threshold] ^= 1
        try data.write(to: manifest)
        try expect(
            .badManifest(
                path: manifest.path,
                reason: "its seal is not that of its contents, which were changed"))
    }

    @Test("is refused without its seal")
    func unsealed() throws {
        try write()
        try edit { $0["seal"] = nil }
        try expect(
            .badManifest(
                path: manifest.path,
                reason: "its seal is not that of its contents, which were changed"))
    }

    @Test("is refused where a part's place is taken by a folder")
    func partIsFolder() throws {
        try write()
        let part = folder.appending(component: "sen.safetensors")
        try FileManager.default.removeItem(at: part)
        try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true)
        let fault = #expect(throws: BundleFault.self) { try GuardBundle.read(folder) }
        guard case .badPart(part.path, _) = fault else {
            Issue.record("not the error that was expected: \(String(describing: fault))")
            return
        }
    }

    @Test("is refused where guard.json does not list a part", arguments: parts)
    func unlistedPart(_ name: String) throws {
        try write()
        try edit { fields in
            var parts = fields["parts"] as? [String: Any]
            parts?[name] = nil
            fields["parts"] = parts
        }
        let part = folder.appending(component: name)
        try expect(.badPart(path: part.path, reason: "guard.json does not list it"), naming: part)
    }

    @Test("of another schema is refused, and both versions are named", arguments: [0, 4, -1, 99])
    func schema(_ version: Int) throws {
        try write()
        try edit {
            $0 = ["schema": version, "madeBy": "gred 9.1", "something": "else"]
        }
        let fault = BundleFault.otherSchema(
            path: folder.path, found: version, madeBy: "gred 9.1")
        try expect(fault, naming: folder)
        #expect("\(fault)".contains("schema \(version) (made by gred 9.1)"))
        #expect("\(fault)".contains("schemas 1 to 3"))
        #expect(throws: fault) { try GuardBundle.manifest(of: folder) }
    }

    @Test(
        "is refused where a field is missing, and the field is named",
        arguments: [
            "madeBy", "classifier", "classifierHash", "org", "sen", "masking", "copies", "training",
            "parts",
        ])
    func missingField(_ name: String) throws {
        try write()
        try edit { $0[name] = nil }
        try expect(.badManifest(path: manifest.path, reason: "'\(name)' is missing"))
    }

    @Test(
        "of a universal guard is refused without its threshold, and without what its chooser goes by",
        arguments: ["threshold", "evidence"])
    func missingOfUniversal(_ name: String) throws {
        try write(universal())
        #expect(try GuardBundle.read(folder).chooser != nil)
        try edit { $0[name] = nil }
        try expect(.badManifest(path: manifest.path, reason: "'\(name)' is missing"))
    }

    @Test("is refused where its classifier is another than it says")
    func otherClassifierHash() throws {
        try write()
        try edit { $0["classifierHash"] = String(repeating: "0", count: 64) }
        try expect(
            .badManifest(
                path: manifest.path,
                reason: "'classifierHash' names another classifier than the one beside it"))
    }

    @Test("is refused where a field has the wrong form")
    func wrongForm() throws {
        try write()
        for (name, value) in [("copies", "three"), ("parts", [1, 2]), ("org", 7)] as [(String, Any)]
        {
            let sound = try Data(contentsOf: manifest)
            try edit { $0[name] = value }
            try expect(.badManifest(path: manifest.path, reason: "a value has the wrong form"))
            try sound.write(to: manifest)
        }
    }

    @Test("is refused where guard.json is not JSON, or states no schema")
    func notJSON() throws {
        try write()
        for text in ["", "{", "schema: 1", "[]", "{}", #"{"schema": "1"}"#, #"{"schema": 1.5}"#] {
            try Data(text.utf8).write(to: manifest)
            try expect(.badManifest(path: manifest.path, reason: "it states no schema version"))
        }
    }

    @Test("is refused where its description contradicts itself, before anything is built")
    func contradictions() throws {
        try write()
        let sound = try Data(contentsOf: manifest)
        func check(_ path: [String], _ value: Any, _ part: String) throws {
            try sound.write(to: manifest)
            try edit { $0 = replaced($0, path[...], value) as? [String: Any] ?? [:] }
            let fault = #expect(throws: BundleFault.self) { try GuardBundle.read(folder) }
            guard case .badManifest(manifest.path, let reason) = fault else {
                Issue.record("not the error that was expected: \(String(describing: fault))")
                return
            }
            #expect(reason.contains(part))
        }
        try check(["classifier", "classNames"], ["one"], "two classes")
        try check(["classifier", "architecture", "width"], 1e300, "width")
        try check(["org", "architecture", "width"], 0, "width")
        try check(["org", "standardisation", "means"], [Double](), "1 planes")
        try check(["sen", "standardisation", "deviations"], [1.0, 1], "3 planes")
        try check(["sen", "imageShape", "height"], 9, "1×9×8")
        try check(["masking", "alpha"], 1.5, "α")
        try check(["copies"], 0, "copies")
        try check(["copies"], 1 << 40, "copies")
    }

    @Test("is refused with the part's path where it holds another network than is described")
    func otherNetwork() throws {
        try write()
        try edit {
            $0 =
                replaced($0, ["classifier", "architecture", "width"], 1.0 / 32) as? [String: Any]
                ?? [:]
        }
        let fault = #expect(throws: BundleFault.self) { try GuardBundle.read(folder) }
        guard case .badPart(let path, let reason) = fault else {
            Issue.record("not the error that was expected: \(String(describing: fault))")
            return
        }
        #expect(path == folder.appending(component: Self.parts[0]).path)
        #expect(reason.contains("'features.0.weight' has shape [4, 1, 3, 3]"))
    }

    private func replaced(_ object: Any, _ path: ArraySlice<String>, _ value: Any) -> Any {
        guard let key = path.first, var fields = object as? [String: Any] else { return value }
        fields[key] = replaced(fields[key] ?? value, path.dropFirst(), value)
        return fields
    }

    @Test("is not found in an empty folder, in none, and in a file")
    func noBundle() throws {
        let fault = BundleFault.noBundle(path: folder.path)
        try expect(fault, naming: folder)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try expect(fault, naming: folder)
        try FileManager.default.removeItem(at: folder)
        try Data([1]).write(to: folder)
        try expect(fault, naming: folder)
    }
}
