import CLibTorch

/// An array of numbers in any number of dimensions, held by libtorch.
///
/// A tensor is a reference: two variables may name the same numbers, as in PyTorch. It is not
/// `Sendable`; between tasks, pass its ``scalars(as:)``.
public final class Tensor: CustomStringConvertible {
    let handle: lt_tensor

    /// Takes over a handle that the door returned.
    init(owning handle: lt_tensor) { self.handle = handle }

    deinit { lt_tensor_release(handle) }

    /// Makes a tensor on the CPU from its elements, row-major.
    /// - Throws: ``TorchError`` when the shape does not hold as many elements as there are.
    public convenience init<Element: TensorElement>(_ elements: [Element], shape: [Int]) throws {
        try self.init(elements[...], shape: shape)
    }

    /// Makes a tensor on the CPU from a slice of elements, row-major.
    public convenience init<Element: TensorElement>(
        _ elements: ArraySlice<Element>, shape: [Int]
    ) throws {
        let handle = try elements.withUnsafeBytes {
            try Tensor.handle(fromBytes: $0, dtype: Element.dtype, shape: shape)
        }
        self.init(owning: handle)
    }

    /// Makes a tensor on the CPU from raw little-endian bytes, row-major.
    public convenience init(
        bytes: UnsafeRawBufferPointer, dtype: DType, shape: [Int]
    ) throws {
        self.init(owning: try Tensor.handle(fromBytes: bytes, dtype: dtype, shape: shape))
    }

    /// Makes a one-dimensional tensor.
    public convenience init<Element: TensorElement>(_ elements: [Element]) throws {
        try self.init(elements, shape: [elements.count])
    }

    private static func handle(
        fromBytes bytes: UnsafeRawBufferPointer, dtype: DType, shape: [Int]
    ) throws -> lt_tensor {
        var error: UnsafeMutablePointer<CChar>?
        let sizes = shape.map(Int64.init)
        guard
            let handle = lt_tensor_from_bytes(
                bytes.baseAddress, bytes.count, dtype.rawValue, sizes, Int32(sizes.count), &error)
        else {
            throw TorchError.operatorFailed(name: "A new tensor", reason: firstSentence(error))
        }
        return handle
    }

    // MARK: What it is

    /// The number of dimensions: 4 for a batch of images, 0 for a single number.
    public var rank: Int { Int(lt_tensor_rank(handle)) }

    /// The size of each dimension.
    public var shape: [Int] { (0..<lt_tensor_rank(handle)).map { Int(lt_tensor_size(handle, $0)) } }

    /// For each dimension, how many elements of storage lie between two neighbours.
    public var strides: [Int] {
        (0..<lt_tensor_rank(handle)).map { Int(lt_tensor_stride(handle, $0)) }
    }

    /// The number of elements.
    public var count: Int { Int(lt_tensor_element_count(handle)) }

    /// The type of the elements, or nil for one that ``DType`` does not name (complex, quantised).
    public var dtype: DType? { DType(rawValue: lt_tensor_dtype(handle)) }

    /// Where the elements lie, with its number where it has one: `cpu`, `cuda:0`.
    public var device: Device { Device(unchecked: takeString(lt_tensor_device(handle)) ?? "cpu") }

    /// Equal for two variables that name the same tensor, whatever its values.
    public var identity: UnsafeRawPointer? { lt_tensor_identity(handle) }

    public var description: String {
        let kind = dtype.map(String.init(describing:)) ?? "other"
        return "Tensor(\(kind), shape: \(shape), device: \(device))"
    }

    // MARK: Its elements

    /// The elements, row-major.
    /// - Throws: ``TorchError/wrongElementType(expected:found:)`` for a tensor of another type:
    ///   convert it first with ``to(_:)-(DType)``.
    public func scalars<Element: TensorElement>(as type: Element.Type = Element.self) throws
        -> [Element]
    {
        guard dtype == Element.dtype else {
            throw TorchError.wrongElementType(
                expected: "\(Element.dtype)", found: dtype.map { "\($0)" } ?? "another type")
        }
        let elements = count
        var error: UnsafeMutablePointer<CChar>?
        let result = [Element](unsafeUninitializedCapacity: elements) { buffer, initialized in
            let bytes = UnsafeMutableRawBufferPointer(buffer)
            let copied = lt_tensor_copy_bytes(
                handle, bytes.baseAddress, elements * MemoryLayout<Element>.stride, &error)
            initialized = copied ? elements : 0
        }
        guard error == nil else {
            throw TorchError.operatorFailed(name: "Reading a tensor", reason: firstSentence(error))
        }
        return result
    }

    /// The elements as raw little-endian bytes, row-major, of whatever type.
    public func bytes() throws -> [UInt8] {
        let size = count * (dtype?.byteCount ?? 0)
        var error: UnsafeMutablePointer<CChar>?
        let result = [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
            initialized = lt_tensor_copy_bytes(handle, buffer.baseAddress, size, &error) ? size : 0
        }
        guard error == nil else {
            throw TorchError.operatorFailed(name: "Reading a tensor", reason: firstSentence(error))
        }
        return result
    }

    /// The single number of a tensor with one element, converted to `Double`.
    public func item() throws -> Double {
        guard count == 1 else { throw TorchError.wrongShape(expected: "[1]", found: "\(shape)") }
        return try to(.float64).scalars(as: Double.self)[0]
    }

    /// The elements converted to `Float`.
    public func floats() throws -> [Float] { try to(.float32).scalars() }

    /// The elements converted to `Double`.
    public func doubles() throws -> [Double] { try to(.float64).scalars() }

    /// The elements converted to `Int`.
    public func ints() throws -> [Int] { try to(.int64).scalars() }

    /// The elements compared with zero.
    public func bools() throws -> [Bool] { try to(.bool).scalars() }
}
