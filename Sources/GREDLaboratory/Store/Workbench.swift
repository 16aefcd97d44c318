import Foundation
import LibTorch

/// Where experiments are done: the store of finished stages, the seed and device that they share,
/// who watches, and the command that a report names.
public struct Workbench {
    /// Where finished stages are kept and looked for.
    public let store: StageStore
    /// Of the random numbers of all attacks; training has the seed of its plan.
    public let seed: UInt64
    /// Where networks are trained.
    public let device: Device
    /// The command as a report quotes it; no result depends on it.
    public let command: String
    /// Is told of all progress, and may stop the work.
    public let observer: any WorkObserver

    /// On the CPU and unwatched, unless told otherwise.
    public init(
        store: StageStore, seed: UInt64, device: Device = .cpu, command: String,
        observer: any WorkObserver = SilentObserver()
    ) {
        self.store = store
        self.seed = seed
        self.device = device
        self.command = command
        self.observer = observer
    }

    /// The result of a stage, as ``StageStore/result(of:_:waiting:make:read:)``; a wait for another
    /// process that makes the same one is shown.
    package func result<Result>(
        of name: String, _ configuration: some Encodable, make: (URL) throws -> Void,
        read: (URL) throws -> Result
    ) throws -> Result {
        var isWaiting = false
        return try store.result(
            of: name, configuration,
            waiting: {
                if !isWaiting {
                    observer.begin("waiting for another run of \(name)", total: 0, unit: "done")
                }
                isWaiting = true
                try observer.advance(to: 0, note: "")
            }, make: make, read: read)
    }

    /// What training depends on beside its plan: it is repeatable bit by bit at the same number of
    /// threads, version of libtorch and kind of device.
    struct Conditions: Encodable {
        var threads: Int
        var torch: String
        var device: String
    }

    var conditions: Conditions {
        Conditions(
            threads: Engine.threadCount, torch: Engine.loadedVersion, device: device.name)
    }
}
