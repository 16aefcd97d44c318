import CLibTorch

/// A source of random numbers inside libtorch, with a seed of its own: nothing here ever draws
/// from the process-wide default generator.
public final class Generator {
    let handle: lt_generator

    /// Begins a stream of numbers: the same seed on the same device gives the same ones.
    /// - Throws: ``TorchError/unknownDevice(name:reason:)`` where the device cannot be used.
    public init(seed: UInt64, device: Device = .cpu) throws {
        var error: UnsafeMutablePointer<CChar>?
        guard let handle = lt_generator_new(device.name, seed, &error) else {
            throw TorchError.unknownDevice(name: device.name, reason: firstSentence(error))
        }
        self.handle = handle
    }

    deinit { lt_generator_release(handle) }
}
