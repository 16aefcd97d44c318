import Foundation

/// The program `gred`, which is built with these tests.
enum Program {
    struct NotBuilt: Error, CustomStringConvertible {
        var description: String {
            "The program gred is not beside its tests: build it with `make build-tests`."
        }
    }

    static func executable() throws -> URL {
        guard let found else { throw NotBuilt() }
        return found
    }

    /// Beside the test bundle; otherwise where SwiftPM puts it in the package that this file is of.
    private static let found: URL? = {
        let running = [
            Bundle.main.executableURL, CommandLine.arguments.first.map { URL(filePath: $0) },
        ]
        var folders = running.compactMap { $0?.deletingLastPathComponent() }
        folders += Bundle.allBundles.map { $0.bundleURL.deletingLastPathComponent() }
        let package = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        folders += ["release", "debug"].map { package.appending(components: ".build", $0) }
        return folders.map { $0.appending(component: "gred") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }()
}
