import Foundation
import Synchronization
import TestSupport
import Testing

@testable import GREDImages

@Suite("Downloads")
struct DownloadTests {
    let folder: TemporaryFolder
    let payload = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 9) }

    init() throws { folder = try TemporaryFolder() }

    private var destination: URL { folder.url.appendingPathComponent("file.gz") }

    private func download(
        from url: URL, timeout: TimeInterval = 10, maximumBytes: Int = 1 << 20,
        check: (URL) throws -> Void = { _ in },
        progress: (DownloadProgress) throws -> Void = { _ in }
    ) throws {
        try Download(
            source: url.appendingPathComponent("file.gz"), timeout: timeout,
            maximumBytes: maximumBytes
        ).run(to: destination, check: check, progress: progress)
    }

    @Test("a file arrives whole, with its progress")
    func arrives() throws {
        let payload = payload
        let server = try LoopbackServer { $0 == "/file.gz" ? .bytes(payload) : .status(404) }
        var last: DownloadProgress?
        try download(from: server.url, progress: { last = $0 })
        #expect(try [UInt8](Data(contentsOf: destination)) == payload)
        #expect(try folder.names == ["file.gz"])
        let expected = DownloadProgress(
            file: "file.gz", received: payload.count, total: payload.count)
        #expect(last == expected)
    }

    @Test("a file address is copied")
    func fileURL() throws {
        let source = try TemporaryFolder()
        _ = try source.write([1, 2, 3], as: "file.gz")
        try download(from: source.url)
        #expect(try [UInt8](Data(contentsOf: destination)) == [1, 2, 3])
        #expect(
            message { try download(from: source.url.appendingPathComponent("no")) }.contains("no"))
    }

    @Test("nothing is left behind by a transfer that fails")
    func failures() throws {
        let payload = payload
        let answers: [(LoopbackServer.Answer, String)] = [
            (.status(404), "status 404"), (.status(500), "status 500"),
            (.cutShort(payload), "transfer failed"), (.silence, "transfer failed"),
        ]
        for (answer, expected) in answers {
            let server = try LoopbackServer { _ in answer }
            let text = message { try download(from: server.url, timeout: 1) }
            #expect(text.contains(expected))
            #expect(text.contains(server.url.absoluteString))
            #expect(try folder.names.isEmpty)
        }
    }

    @Test("a silent server is given up within its time")
    func timeout() throws {
        let server = try LoopbackServer { _ in .silence }
        let took = ContinuousClock().measure {
            #expect(throws: DownloadError.self) { try download(from: server.url, timeout: 1) }
        }
        #expect(took < .seconds(5))
    }

    @Test("a server that is slow but not silent is waited for")
    func slow() throws {
        let payload = payload
        let server = try LoopbackServer { _ in .slowly(payload, pause: 0.5) }
        try download(from: server.url, timeout: 2)
        #expect(try [UInt8](Data(contentsOf: destination)) == payload)
    }

    @Test("what the progress throws ends the transfer, and nothing is left behind")
    func stopped() throws {
        struct Stop: Error {}
        let payload = payload
        let server = try LoopbackServer { _ in .slowly(payload, pause: 0.5) }
        let took = ContinuousClock().measure {
            #expect(throws: Stop.self) {
                try download(from: server.url, progress: { _ in throw Stop() })
            }
        }
        #expect(took < .seconds(2))
        #expect(try folder.names.isEmpty)
    }

    @Test("a server that sends too much is cut off")
    func tooMuch() throws {
        let payload = payload
        let server = try LoopbackServer { _ in .bytes(payload) }
        let text = message { try download(from: server.url, maximumBytes: 100_000) }
        #expect(text.contains("at most 100000 bytes"))
        #expect(try folder.names.isEmpty)
    }

    @Test("a file that is not the one expected is thrown away")
    func check() throws {
        let server = try LoopbackServer { _ in .bytes([1, 2, 3]) }
        let text = message {
            try download(from: server.url) { _ in throw MNISTError.missing(folder: "f", file: "x") }
        }
        #expect(text.contains("expected the published file"))
        #expect(try folder.names.isEmpty)
    }

    @Test("mirrors come from the environment where it names any")
    func mirrors() {
        #expect(MNIST.mirrors(environment: [:]) == MNIST.mirrors)
        #expect(MNIST.mirrors.count == 2)
        let named = MNIST.mirrors(environment: ["GRED_MNIST_URL": "http://a/b http://c/"])
        #expect(named.map(\.absoluteString) == ["http://a/b/", "http://c/"])
    }

    @Test("files that are there are left alone, whatever they hold")
    func present() throws {
        try MNISTTests.lay(in: folder)
        let before = try folder.names
        try MNIST.download(into: folder.url, from: [])
        #expect(try folder.names == before)
    }

    @Test("files that are not MNIST are refused, and every mirror's fault is told")
    func impostor() throws {
        let wrong = gzip(idxImages(1, 28, 28, Array(repeating: 0, count: 784)))
        let impostor = try LoopbackServer { _ in .bytes(wrong) }
        let empty = try LoopbackServer { _ in .status(404) }
        let text = message {
            try MNIST.download(into: folder.url, from: [impostor.url, empty.url])
        }
        #expect(text.contains("ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"))
        #expect(text.contains("status 404"))
        #expect(text.contains("GRED_MNIST_URL"))
        #expect(try folder.names.isEmpty)
    }

    @Test("a folder that cannot be made is named")
    func unwritable() throws {
        let file = try folder.write([1], as: "occupied")
        let text = message {
            try MNIST.download(into: file.appendingPathComponent("mnist"), from: MNIST.mirrors)
        }
        #expect(text.contains("occupied/mnist: expected a folder to write to"))
    }

    @Test(
        "the published files are fetched from the second mirror, and what is missing again",
        .enabled(if: MNISTTests.isHere, "MNIST is not in the data home (set GRED_DATA)"))
    func published() throws {
        let source = DataHome.mnist
        let served = Mutex<[String]>([])
        let empty = try LoopbackServer { _ in .status(404) }
        let server = try LoopbackServer { path in
            served.withLock { $0.append(path) }
            let bytes = try? Data(contentsOf: source.appendingPathComponent(path))
            return bytes.map { .bytes([UInt8]($0)) } ?? .status(404)
        }
        try MNIST.download(into: folder.url, from: [empty.url, server.url])
        #expect(try folder.names.count == 4)
        #expect(try MNIST(folder: folder.url).integrity == .original)
        try FileManager.default.removeItem(
            at: folder.url.appendingPathComponent("t10k-labels-idx1-ubyte.gz"))
        try MNIST.download(into: folder.url, from: [server.url])
        #expect(served.withLock { $0 }.count == 5)
        #expect(served.withLock { $0.last } == "/t10k-labels-idx1-ubyte.gz")
    }
}
