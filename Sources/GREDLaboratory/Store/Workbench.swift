import LibTorch

/// Where experiments are done: the store of finished stages, the seed and device that they share,
/// who watches, and the command that a report names.
public struct Workbench {
    public let store: StageStore
    public let seed: UInt64
    public let device: Device
    public let command: String
    public let observer: any WorkObserver

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
