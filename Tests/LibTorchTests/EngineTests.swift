import LibTorch
import Testing

@Suite("The engine")
struct EngineTests {
    @Test("is loaded in the version that the program was built against")
    func version() throws {
        try Engine.checkVersion()
        #expect(Engine.builtVersion.split(separator: ".").count == 3)
        #expect(Engine.builtVersion.allSatisfy { $0.isNumber || $0 == "." })
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
