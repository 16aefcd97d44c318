import CLibTorch

/// A place where tensors live: `cpu`, `cuda`, `cuda:1`, or any other name that libtorch knows.
public struct Device: Sendable, Hashable, CustomStringConvertible {
    public let name: String

    public static let cpu = Device(unchecked: "cpu")

    /// Throws ``TorchError/unknownDevice(name:reason:)`` when this libtorch cannot use the device.
    public init(_ name: String) throws {
        if let fault = lt_device_fault(name) {
            throw TorchError.unknownDevice(name: name, reason: firstSentence(fault))
        }
        self.name = name
    }

    init(unchecked name: String) { self.name = name }

    public var description: String { name }
}
