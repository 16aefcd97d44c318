import CLibTorch

/// Settings of the engine that hold for the whole process.
public enum Engine {
    /// The libtorch that this program was built against, such as `2.13.0`.
    public static var builtVersion: String { plainVersion(String(cString: lt_version_built())) }

    /// The libtorch that is loaded now.
    public static var loadedVersion: String { plainVersion(takeString(lt_version_loaded()) ?? "") }

    /// Throws ``TorchError/wrongVersion(built:loaded:)`` where another libtorch is loaded than the
    /// one that the program was built against: their C++ interfaces differ, and a call may crash.
    public static func checkVersion() throws {
        try check(built: builtVersion, loaded: loadedVersion)
    }

    /// Not even a patch may lie between them: the C++ interface promises nothing.
    static func check(built: String, loaded: String) throws {
        guard built == loaded else {
            throw TorchError.wrongVersion(built: built, loaded: loaded)
        }
    }

    /// The number of threads that an operator may use on the CPU; at least 1.
    public static var threadCount: Int { Int(lt_thread_count()) }

    /// Sets ``threadCount``; throws ``TorchError/threadCount(_:)`` below 1.
    public static func setThreadCount(_ count: Int) throws {
        guard count >= 1, let small = Int32(exactly: count) else {
            throw TorchError.threadCount(count)
        }
        var error: UnsafeMutablePointer<CChar>?
        guard lt_set_thread_count(small, &error) else {
            throw TorchError.operatorFailed(
                name: "Setting the number of threads", reason: firstSentence(error))
        }
    }

    /// Keeps memory that tensors have freed for the next ones, rather than give it back to the system, which
    /// would have to clear it again: on two cores, attacks on a VGG11 took 6 to 8% less time, and the peak of
    /// memory was 5 to 16% higher.
    ///
    /// It holds for all memory of the process from then on, so it is for programs to decide and not for
    /// libraries. Where the C library is not glibc, nothing changes.
    /// - Returns: whether memory is kept.
    @discardableResult
    public static func keepMemory() -> Bool { lt_keep_memory() }

    /// "2.13.0+cpu" names the build too, which does not matter for the interface.
    static func plainVersion(_ version: String) -> String {
        String(version.prefix { $0 != "+" })
    }
}
