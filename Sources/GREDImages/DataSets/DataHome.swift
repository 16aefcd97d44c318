import Foundation

/// Where everything that can be made again is kept.
public enum GREDCache {
    /// `$GRED_CACHE`, by default `~/.cache/gred`. The folder need not exist yet.
    public static var url: URL { url(environment: ProcessInfo.processInfo.environment) }

    /// As ``url``, for the given environment; a variable that is set but empty counts as unset.
    public static func url(environment: [String: String]) -> URL {
        if let path = environment.path(named: "GRED_CACHE") { return path }
        let home =
            environment.path(named: "HOME") ?? FileManager.default.homeDirectoryForCurrentUser
        return home.appendingPathComponent(".cache/gred", isDirectory: true)
    }
}

/// Where the data sets are kept.
public enum DataHome {
    /// `$GRED_DATA`, by default `data/` in the cache. The folder need not exist yet.
    public static var url: URL { url(environment: ProcessInfo.processInfo.environment) }

    /// As ``url``, for the given environment; a variable that is set but empty counts as unset.
    public static func url(environment: [String: String]) -> URL {
        environment.path(named: "GRED_DATA")
            ?? GREDCache.url(environment: environment)
            .appendingPathComponent("data", isDirectory: true)
    }

    /// The folder of the six CIFAR-10 files, or of the folder that holds them: `cifar10/` in the
    /// data home.
    public static var cifar10: URL { url.appendingPathComponent("cifar10", isDirectory: true) }
    /// The folder of the four MNIST files, `mnist/` in the data home.
    public static var mnist: URL { url.appendingPathComponent("mnist", isDirectory: true) }
}

extension [String: String] {
    /// The folder that a variable names; a leading `~` is the home folder, since a quoted one
    /// reaches us as it stands.
    fileprivate func path(named name: String) -> URL? {
        guard let value = self[name], !value.isEmpty else { return nil }
        let path = NSString(string: value).expandingTildeInPath
        return URL(fileURLWithPath: path, isDirectory: true)
    }
}
