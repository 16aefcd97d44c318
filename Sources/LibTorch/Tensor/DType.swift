/// The type of a tensor's elements, by libtorch's own number.
public enum DType: Int32, Sendable, CaseIterable, CustomStringConvertible {
    /// 0…255, as pixels lie in files.
    case uint8 = 0
    /// −128…127.
    case int8 = 1
    /// −32,768…32,767.
    case int16 = 2
    /// −2³¹…2³¹ − 1.
    case int32 = 3
    /// Swift's `Int`: class numbers and places.
    case int64 = 4
    /// IEEE half: 11 bits of precision, up to 65,504.
    case float16 = 5
    /// Swift's `Float`, 24 bits of precision: what images, weights and logits are in.
    case float32 = 6
    /// Swift's `Double`, 53 bits of precision.
    case float64 = 7
    /// A byte that is 0 or 1: what comparisons give.
    case bool = 11
    /// The range of float32 with 8 bits of precision.
    case bfloat16 = 15

    /// Bytes an element.
    public var byteCount: Int {
        switch self {
        case .uint8, .int8, .bool: 1
        case .int16, .float16, .bfloat16: 2
        case .int32, .float32: 4
        case .int64, .float64: 8
        }
    }

    /// Whether the elements are floats of whatever width: only such tensors have gradients.
    public var isFloatingPoint: Bool {
        switch self {
        case .float16, .bfloat16, .float32, .float64: true
        default: false
        }
    }

    public var description: String {
        switch self {
        case .uint8: "uint8"
        case .int8: "int8"
        case .int16: "int16"
        case .int32: "int32"
        case .int64: "int64"
        case .float16: "float16"
        case .float32: "float32"
        case .float64: "float64"
        case .bool: "bool"
        case .bfloat16: "bfloat16"
        }
    }
}

/// A Swift number that a tensor can be made of and read into.
public protocol TensorElement: BitwiseCopyable, Sendable {
    /// The ``DType`` whose elements have this type's bytes.
    static var dtype: DType { get }
}

extension UInt8: TensorElement { public static var dtype: DType { .uint8 } }
extension Int8: TensorElement { public static var dtype: DType { .int8 } }
extension Int16: TensorElement { public static var dtype: DType { .int16 } }
extension Int32: TensorElement { public static var dtype: DType { .int32 } }
extension Int64: TensorElement { public static var dtype: DType { .int64 } }
extension Int: TensorElement { public static var dtype: DType { .int64 } }
extension Float: TensorElement { public static var dtype: DType { .float32 } }
extension Double: TensorElement { public static var dtype: DType { .float64 } }
extension Bool: TensorElement { public static var dtype: DType { .bool } }
