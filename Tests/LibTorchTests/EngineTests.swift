import Testing

@testable import LibTorch

@Suite("The engine")
struct EngineTests {
    @Test("is loaded in the version that the program was built against")
    func version() throws {
        try Engine.checkVersion()
        #expect(Engine.builtVersion.split(separator: ".").count == 3)
        #expect(Engine.builtVersion.allSatisfy { $0.isNumber || $0 == "." })
    }

    @Test("may be loaded in another build of the same version")
    func sameVersion() throws {
        let plain = ["2.13.0", "2.13.0+cpu", "2.13.0+cu130"].map(Engine.plainVersion)
        #expect(plain == ["2.13.0", "2.13.0", "2.13.0"])
        try Engine.check(built: plain[0], loaded: plain[1])
    }

    @Test(
        "may not be loaded in another version, and both versions are named",
        arguments: [
            "2.13.1", "2.12.0", "2.14.0", "1.13.0", "3.13.0", "2.13", "2.13.0a0", "unknown",
        ])
    func otherVersion(_ loaded: String) throws {
        let expected = TorchError.wrongVersion(built: "2.13.0", loaded: loaded)
        let error = #expect(throws: expected) {
            try Engine.check(built: "2.13.0", loaded: loaded)
        }
        let sentence = "\(try #require(error))"
        #expect(sentence.contains("built against libtorch 2.13.0,"))
        #expect(sentence.contains("libtorch \(loaded) was loaded"))
    }

    @Test("takes a number of threads")
    func threads() throws {
        try Engine.setThreadCount(1)
        #expect(Engine.threadCount == 1)
    }

    @Test("refuses a number of threads that makes no sense", arguments: [0, -1, Int.min, Int.max])
    func noThreads(_ count: Int) throws {
        try Engine.setThreadCount(1)
        let error = #expect(throws: TorchError.threadCount(count)) {
            try Engine.setThreadCount(count)
        }
        #expect("\(try #require(error))".contains("\(count)"))
        #expect(Engine.threadCount == 1)
    }
}
