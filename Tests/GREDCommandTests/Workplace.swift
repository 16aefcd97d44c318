import Foundation

/// A folder that lasts as long as the value, with a cache of its own and no way to a network: where
/// the program is run.
final class Workplace {
    let url = FileManager.default.temporaryDirectory
        .appending(component: "gred-command-\(UUID().uuidString)", directoryHint: .isDirectory)
        .resolvingSymlinksInPath()

    init() throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    var cache: URL { url.appending(component: "cache", directoryHint: .isDirectory) }

    /// A place in the folder.
    subscript(_ name: String) -> URL { url.appending(path: name) }

    func write(_ bytes: [UInt8], as name: String) throws {
        let file = self[name]
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }

    /// Every file and folder inside but the cache, however deep.
    var contents: Set<String> {
        get throws {
            let paths = try FileManager.default.subpathsOfDirectory(atPath: url.path)
            return Set(paths.filter { !$0.hasPrefix("cache") })
        }
    }

    /// The names of the stages in the cache, those under work with their suffix.
    var stages: [String] {
        let folder = cache.appending(component: "stages").path
        return (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }

    // MARK: Running the program

    /// Runs the program to its end.
    /// - Parameters:
    ///   - environment: added to the workplace's own; an empty value unsets.
    ///   - input: a file for standard input.
    func gred(
        _ arguments: String..., environment: [String: String] = [:], input: URL? = nil
    ) throws -> Outcome {
        try run(arguments, environment: environment, input: input)
    }

    func run(
        _ arguments: [String], environment: [String: String] = [:], input: URL? = nil
    ) throws -> Outcome {
        let program = try start(arguments, environment: environment, input: input)
        program.process.waitUntilExit()
        return try program.outcome()
    }

    /// Starts the program.
    func start(
        _ arguments: [String], environment: [String: String] = [:], input: URL? = nil
    ) throws -> Running {
        let own = [
            "GRED_CACHE": cache.path, "GRED_MNIST_URL": "file:///nonexistent/", "HOME": url.path,
            "PATH": "/usr/bin:/bin", "OMP_WAIT_POLICY": "PASSIVE", "GRED_KEY": "of the tests",
        ]
        let process = Process()
        process.executableURL = try Program.executable()
        process.arguments = arguments
        process.currentDirectoryURL = url
        process.environment = own.merging(environment) { $1 }.filter { !$0.value.isEmpty }
        return try Running(process, input: input)
    }
}
