import CLibTorch

/// The numbers that convolutions and matrix products are computed in.
///
/// In a 16-bit precision libtorch mixes: products run in 16 bits, and what is delicate (losses,
/// norms, sums) and all parameters stay in float32. It pays where the processor has instructions
/// for the type (AVX512-BF16, AMX, a GPU) and is slower elsewhere: measure. Sensitivities are never
/// computed in it.
///
///     let logits = try Precision.bfloat16.during(on: .cpu) { try network(images) }
public enum Precision: String, Sendable, Hashable, Codable, CaseIterable {
    /// Everything in float32.
    case float32
    /// The range of float32 with 8 bits of precision: trains without any scaling of the loss.
    case bfloat16
    /// 11 bits of precision in a narrow range: gradients below 6e-8 vanish. For passes without
    /// training.
    case float16

    /// Runs `body` in this precision. The setting belongs to this thread, so `body` is synchronous;
    /// afterwards it is what it was, also where `body` throws.
    /// - Parameter device: where the tensors are.
    public func during<Result>(on device: Device, _ body: () throws -> Result) throws -> Result {
        let before = try Self.set(setting, on: device)
        // It was set once, so it can be set again.
        defer { _ = try? Self.set(before, on: device) }
        return try body()
    }

    /// What products are computed in; nil where nothing is mixed.
    var productType: DType? {
        switch self {
        case .float32: nil
        case .bfloat16: .bfloat16
        case .float16: .float16
        }
    }

    private var setting: lt_mixed_precision {
        lt_mixed_precision(
            enabled: productType != nil, dtype: (productType ?? .bfloat16).rawValue)
    }

    private static func set(
        _ now: lt_mixed_precision, on device: Device
    ) throws -> lt_mixed_precision {
        var before = lt_mixed_precision()
        var error: UnsafeMutablePointer<CChar>?
        let kind = String(device.name.prefix { $0 != ":" })
        guard lt_set_mixed_precision(kind, now, &before, &error) else {
            throw TorchError.operatorFailed(name: "Mixed precision", reason: firstSentence(error))
        }
        return before
    }
}
