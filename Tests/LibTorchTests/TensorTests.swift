import LibTorch
import Testing

@Suite("Tensors")
struct TensorTests {
    @Test("give back the elements that they were made of, of every type")
    func elements() throws {
        func check<Element: TensorElement & Equatable>(
            _ elements: [Element], _ type: DType
        ) throws {
            let tensor = try Tensor(elements, shape: [1, elements.count])
            #expect(tensor.dtype == type)
            #expect(tensor.shape == [1, elements.count])
            #expect(try tensor.scalars(as: Element.self) == elements)
            #expect(try tensor.bytes().count == elements.count * type.byteCount)
        }
        try check([UInt8.min, .max, 7], .uint8)
        try check([Int8.min, .max, 7], .int8)
        try check([Int16.min, .max, 7], .int16)
        try check([Int32.min, .max, 7], .int32)
        try check([Int64.min, .max, 7], .int64)
        try check([Int.min, .max, 7], .int64)
        try check([Float.leastNonzeroMagnitude, -.greatestFiniteMagnitude, .infinity], .float32)
        try check([Double.leastNonzeroMagnitude, -.greatestFiniteMagnitude, .infinity], .float64)
        try check([true, false, true], .bool)
    }

    @Test("convert their elements when asked to")
    func conversions() throws {
        let tensor = try Tensor([-1.75, 0, 2.5])
        #expect(try tensor.floats() == [-1.75, 0, 2.5])
        #expect(try tensor.ints() == [-1, 0, 2])
        #expect(try tensor.bools() == [true, false, true])
        #expect(try Tensor([2.5]).item() == 2.5)
        #expect(try Tensor.full([], 3, dtype: .bfloat16).item() == 3)
    }

    @Test("may hold a single number, a slice, or nothing")
    func smallest() throws {
        let number = try Tensor([5.0], shape: [])
        #expect(number.rank == 0 && number.shape == [] && number.count == 1)
        let empty = try Tensor([Float](), shape: [3, 0])
        #expect(empty.shape == [3, 0] && empty.count == 0)
        #expect(try empty.scalars(as: Float.self) == [])
        #expect(try empty.bytes() == [])
        let slice = try Tensor([1.0, 2, 3, 4][1..<3], shape: [2])
        #expect(try slice.doubles() == [2, 3])
    }

    @Test("name their type, shape and place")
    func description() throws {
        #expect(
            try Tensor.zeros([2, 3]).description == "Tensor(float32, shape: [2, 3], device: cpu)")
    }

    @Test("have an identity, whatever their values")
    func identity() throws {
        let one = try Tensor([1.0])
        let same = one
        #expect(one.identity == same.identity)
        #expect(one.identity != (try one.cloned()).identity)
    }

    @Test(
        "refuse elements that do not fill the shape",
        arguments: [[2, 2], [4], [], [0], [-1, -3], [1 << 62, 4], [1 << 62, 1 << 62, 1 << 62]])
    func wrongCount(_ shape: [Int]) throws {
        let error = #expect(throws: TorchError.self) { try Tensor([1.0, 2, 3], shape: shape) }
        guard case .operatorFailed("A new tensor", let reason) = error else {
            Issue.record("not the error that was expected: \(String(describing: error))")
            return
        }
        if shape == [4] { #expect(reason.contains("32 bytes") && reason.contains("24")) }
    }

    @Test("refuse to be read as another type, naming both")
    func wrongType() throws {
        #expect(throws: TorchError.wrongElementType(expected: "float32", found: "float64")) {
            try Tensor([1.0]).scalars(as: Float.self)
        }
        #expect(throws: TorchError.wrongElementType(expected: "bool", found: "uint8")) {
            try Tensor([UInt8(2)]).scalars(as: Bool.self)
        }
    }

    @Test("refuse to be one number when they are more or none", arguments: [[0], [2], [1, 2]])
    func notOne(_ shape: [Int]) throws {
        #expect(throws: TorchError.wrongShape(expected: "[1]", found: "\(shape)")) {
            try Tensor.zeros(shape).item()
        }
    }

    @Test("of a type without a name say so")
    func unnamed() throws {
        // Complex numbers of two halves, libtorch's number 8.
        let complex = try Operator("aten::zeros")(.ints([1]), .int(8))
        #expect(complex.dtype == nil)
        #expect(complex.description.contains("other"))
        #expect(throws: TorchError.self) { try complex.bytes() }
        #expect(
            throws: TorchError.wrongElementType(expected: "float32", found: "another type")
        ) { try complex.scalars(as: Float.self) }
    }
}
