import CLibTorch

/// A place where tensors live: `cpu`, `cuda`, `cuda:1`, or any other name that libtorch knows.
public struct Device: Sendable, Hashable, CustomStringConvertible {
    /// As libtorch spells it: the kind and, where there are several, a number, such as `cuda:1`.
    public let name: String

    /// The main memory and processor, which every libtorch can use.
    public static let cpu = Device(unchecked: "cpu")

    /// Throws ``TorchError/unknownDevice(name:reason:)`` when this libtorch cannot use the device.
    public init(_ name: String) throws {
        if let fault = lt_device_fault(name) {
            throw TorchError.unknownDevice(name: name, reason: Self.reason(firstSentence(fault)))
        }
        self.name = name
    }

    /// libtorch answers with lists of all that it was built for; a person needs one of two reasons.
    private static func reason(_ message: String) -> String {
        if message.contains("Expected one of") { return "it is no device that libtorch knows." }
        if message.contains("Could not run") { return "this libtorch was built without it." }
        return message
    }

    init(unchecked name: String) { self.name = name }

    public var description: String { name }
}
