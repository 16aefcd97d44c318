/// The type of a tensor's elements, by libtorch's own number.
///
/// Not every operator knows every type: the unsigned ones beyond `uint8` and the 8-bit floats are
/// for keeping, and are converted for computing.
public enum DType: Int32, Sendable, CaseIterable {
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
    /// Two `float32`, the real part first.
    case complex64 = 9
    /// Two `float64`, the real part first.
    case complex128 = 10
    /// A byte that is 0 or 1: what comparisons give.
    case bool = 11
    /// The range of float32 with 8 bits of precision.
    case bfloat16 = 15
    /// 3 bits of precision, up to 57,344.
    case float8E5M2 = 23
    /// 4 bits of precision, up to 448; no infinity.
    case float8E4M3 = 24
    /// 0…65,535.
    case uint16 = 27
    /// 0…2³² − 1.
    case uint32 = 28
    /// 0…2⁶⁴ − 1.
    case uint64 = 29
    /// Powers of two alone, the scales of block formats.
    case float8E8M0 = 44

    /// Bytes an element.
    public var byteCount: Int {
        switch self {
        case .uint8, .int8, .bool, .float8E5M2, .float8E4M3, .float8E8M0: 1
        case .uint16, .int16, .float16, .bfloat16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64, .complex64: 8
        case .complex128: 16
        }
    }

    /// Whether the elements are real floats of whatever width. Only floats have gradients.
    public var isFloatingPoint: Bool {
        switch self {
        case .float8E5M2, .float8E4M3, .float8E8M0, .float16, .bfloat16, .float32, .float64: true
        default: false
        }
    }
}

extension DType: CustomStringConvertible {
    /// PyTorch's name, such as `float32`.
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
        case .complex64: "complex64"
        case .complex128: "complex128"
        case .bool: "bool"
        case .bfloat16: "bfloat16"
        case .float8E5M2: "float8_e5m2"
        case .float8E4M3: "float8_e4m3fn"
        case .uint16: "uint16"
        case .uint32: "uint32"
        case .uint64: "uint64"
        case .float8E8M0: "float8_e8m0fnu"
        }
    }
}

/// A Swift number that a tensor can be made of and read into.
public protocol TensorElement: BitwiseCopyable, Sendable {
    /// The ``DType`` whose elements have this type's bytes.
    static var dtype: DType { get }
}

extension UInt8: TensorElement { public static var dtype: DType { .uint8 } }
extension UInt16: TensorElement { public static var dtype: DType { .uint16 } }
extension UInt32: TensorElement { public static var dtype: DType { .uint32 } }
extension UInt64: TensorElement { public static var dtype: DType { .uint64 } }
extension Int8: TensorElement { public static var dtype: DType { .int8 } }
extension Int16: TensorElement { public static var dtype: DType { .int16 } }
extension Int32: TensorElement { public static var dtype: DType { .int32 } }
extension Int64: TensorElement { public static var dtype: DType { .int64 } }
extension Int: TensorElement { public static var dtype: DType { .int64 } }
extension Float: TensorElement { public static var dtype: DType { .float32 } }
extension Double: TensorElement { public static var dtype: DType { .float64 } }
extension Bool: TensorElement { public static var dtype: DType { .bool } }
