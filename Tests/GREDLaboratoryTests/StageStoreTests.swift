import Foundation
import LibTorch
import TestSupport
import Testing

@testable import GREDLaboratory

@Suite("The store of finished stages")
struct StageStoreTests {
    private struct Settings: Codable {
        var steps = 10
        var rate = 0.1
    }

    private struct Killed: Error {}

    private let folder: TemporaryFolder
    private let store: StageStore

    init() throws {
        folder = try TemporaryFolder()
        store = StageStore(folder.url)
    }

    private func write(_ text: String, into folder: URL) throws {
        try Data(text.utf8).write(to: folder.appending(component: "result"))
    }

    private func read(_ folder: URL) throws -> String {
        try String(contentsOf: folder.appending(component: "result"), encoding: .utf8)
    }

    @Test("a stage is made once and read afterwards")
    func madeOnce() throws {
        var makes = 0
        for _ in 0..<3 {
            let text = try store.result(
                of: "stage", Settings(),
                make: {
                    makes += 1
                    try write("made \(makes)", into: $0)
                }, read: read)
            #expect(text == "made 1")
        }
        #expect(makes == 1)
        #expect(try store.has("stage", Settings()))
    }

    @Test("another store on the same folder finds the stage")
    func foundByOthers() throws {
        _ = try store.result(
            of: "stage", Settings(), make: { try write("kept", into: $0) }, read: read)
        let text = try StageStore(folder.url).result(
            of: "stage", Settings(), make: { _ in Issue.record("made again") }, read: read)
        #expect(text == "kept")
    }

    @Test("a finished stage holds its configuration and leaves neither lock nor partial folder")
    func finishedStageIsTidy() throws {
        _ = try store.result(
            of: "stage", Settings(), make: { try write("done", into: $0) }, read: read)
        let names = try folder.names
        #expect(names.count == 1)
        let name = try #require(names.first)
        #expect(name.wholeMatch(of: /stage-[0-9a-f]{20}/) != nil)
        let file = folder.url.appending(components: name, "configuration.json")
        let kept = try JSONDecoder().decode(Settings.self, from: Data(contentsOf: file))
        #expect(kept.steps == 10 && kept.rate == 0.1)
    }

    @Test("a stage that fails is not there, its error passes through, and the next try makes it")
    func failureLeavesNoStage() throws {
        #expect(throws: Killed.self) {
            try store.result(of: "stage", Settings(), make: { _ in throw Killed() }, read: read)
        }
        #expect(try !store.has("stage", Settings()))
        let text = try store.result(
            of: "stage", Settings(), make: { try write("second", into: $0) }, read: read)
        #expect(text == "second")
    }

    @Test("the next try finds what a killed one left in its partial folder")
    func partialFolderIsTakenUp() throws {
        #expect(throws: Killed.self) {
            try store.result(
                of: "stage", Settings(),
                make: {
                    try write("half", into: $0)
                    throw Killed()
                }, read: read)
        }
        let text = try store.result(
            of: "stage", Settings(),
            make: { try write(read($0) + " and whole", into: $0) }, read: read)
        #expect(text == "half and whole")
    }

    @Test("another configuration or another name is another stage")
    func otherConfiguration() throws {
        func made(_ name: String, _ settings: Settings, _ text: String) throws -> String {
            try store.result(
                of: name, settings, make: { try write(text, into: $0) }, read: read)
        }
        #expect(try made("stage", Settings(), "first") == "first")
        #expect(try made("stage", Settings(steps: 11), "steps") == "steps")
        #expect(try made("stage", Settings(rate: 0.100000001), "rate") == "rate")
        #expect(try made("other", Settings(), "name") == "name")
        #expect(try made("stage", Settings(), "not again") == "first")
        #expect(try folder.names.count == 4)
    }

    @Test("a folder that cannot be made is named, with the variable that names another")
    func unwritableFolder() throws {
        let file = folder.url.appending(component: "file")
        try Data().write(to: file)
        let blocked = StageStore(file.appending(component: "stages"))
        let fault = try #require(throws: FileFault.self) {
            try blocked.result(of: "stage", Settings(), make: { _ in }, read: { _ in })
        }
        #expect(fault.description.contains(file.path))
        #expect(fault.description.contains("GRED_CACHE"))
        #expect(try !blocked.has("stage", Settings()))
    }
}
