import LibTorch
import Testing

@Suite("Shapes of tensors")
struct TensorShapeTests {
    static let operations: [Operation] = [
        Operation("reshaped") { try $0.a.reshaped([4, -1]) },
        Operation("flattened") { try $0.a.flattened() },
        Operation("flattened from 1") { try $0("images").flattened(from: 1) },
        Operation("permuted") { try $0("images").permuted([0, 2, 3, 1]) },
        Operation("expanded") { try $0("column").expanded([2, 3, 4]) },
        Operation("unsqueezed") { try $0.a.unsqueezed(1) },
        Operation("squeezed") { try $0("column").squeezed(1) },
        Operation("perRow") { try $0("row").perRow(rank: 3) },
        Operation("padded") {
            try $0("images").padded(left: 1, right: 2, top: 3, bottom: 4, value: 0.25)
        },
        Operation("flipped") { try $0("images").flipped([3]) },
        Operation("concatenated") { try .concatenated([$0.a, $0.b], dimension: 1) },
        Operation("stacked") { try .stacked([$0.a, $0.b], dimension: -1) },
        Operation("sliced") { try $0("images").sliced(1..<3, dimension: 2) },
        Operation("sliced rows") { try $0("matrix").sliced(2..<4) },
        Operation("rows") { try $0("matrix").rows([3, 0, 3]) },
        Operation("replacingRows") {
            try $0("matrix").replacingRows([2, 0], with: $0("matrix").rows([0, 1]))
        },
        Operation("picked") { try $0("matrix").picked($0("labels")) },
        Operation("gathered") { try $0("matrix").gathered($0("places")) },
        Operation("replacing") { try $0("matrix").replacing($0("labels"), with: -9) },
        Operation("oneHot") { try $0("labels").oneHot(classes: 6) },
        Operation("to float32") { try $0.a.to(.float32) },
        Operation("to int64") { try ($0.a * 10).to(.int64) },
        Operation("channelsLast") { try $0("images").channelsLast() },
    ]

    @Test("agrees with PyTorch", arguments: operations)
    func agrees(_ operation: Operation) throws { try operation.check() }

    @Test("makes tensors of one value, of every type", arguments: DType.allCases)
    func full(_ type: DType) throws {
        let ones = try Tensor.ones([2, 3], dtype: type)
        #expect(ones.dtype == type)
        #expect(try ones.doubles() == [1, 1, 1, 1, 1, 1])
        let zeros = try ones.zerosLike()
        #expect(zeros.dtype == type && zeros.shape == [2, 3])
        // A power of two is never 0.
        let isZero = try zeros.doubles().allSatisfy { $0 == 0 }
        #expect(isZero || type == .float8E8M0)
        #expect(try zeros.onesLike().bytes() == ones.bytes())
        #expect(try zeros.fullLike(1).bytes() == ones.bytes())
    }

    @Test("leaves the tensors alone that it copies from")
    func originals() throws {
        let matrix = try Tensor([1.0, 2, 3, 4], shape: [2, 2])
        _ = try matrix.replacingRows([0], with: Tensor.zeros([1, 2], dtype: .float64))
        _ = try matrix.replacing(Tensor([0, 1]), with: 9)
        let copy = try matrix.cloned()
        try copy.assign(copy.zerosLike())
        #expect(try matrix.doubles() == [1, 2, 3, 4])
        #expect(try copy.doubles() == [0, 0, 0, 0])
    }

    @Test("shares the numbers of a detached tensor, as PyTorch does")
    func detached() throws {
        let vector = try Tensor([1.0, 2])
        let detached = try vector.detached()
        try detached.assign(Tensor([5.0, 6]))
        #expect(try vector.doubles() == [5, 6])
        #expect(detached.identity != vector.identity)
    }

    @Test("gives row-major elements whatever the storage")
    func storage() throws {
        let image = try Tensor((0..<24).map(Float.init), shape: [1, 2, 3, 4])
        #expect(try image.channelsLast().bytes() == image.bytes())
        #expect(
            try image.permuted([0, 3, 2, 1]).permuted([0, 3, 2, 1]).floats() == image.floats())
        #expect(try image.channelsLast().contiguous().floats() == image.floats())
    }

    @Test("refuses a shape with another number of elements, naming both")
    func reshape() throws {
        let error = #expect(throws: TorchError.self) { try Tensor.zeros([2, 3]).reshaped([4, 2]) }
        guard case .operatorFailed("aten::reshape", let reason) = error else {
            Issue.record("not the error that was expected: \(String(describing: error))")
            return
        }
        #expect(reason.contains("[4, 2]") && reason.contains("6"))
    }

    @Test("refuses rows and columns that are not there")
    func outOfRange() throws {
        let matrix = try Tensor.zeros([2, 3])
        let attempts: [(String, () throws -> Tensor)] = [
            ("aten::index_select", { try matrix.rows([2]) }),
            ("aten::index_select", { try matrix.rows([-1]) }),
            ("aten::index_copy", { try matrix.replacingRows([5], with: .zeros([1, 3])) }),
            ("aten::gather", { try matrix.picked(Tensor([0, 3])) }),
            ("aten::gather", { try matrix.gathered(Tensor([0, -1], shape: [2, 1])) }),
            ("aten::scatter.value", { try matrix.replacing(Tensor([0, 3]), with: 1) }),
            ("aten::one_hot", { try Tensor([0, 3]).oneHot(classes: 3) }),
            ("aten::permute", { try matrix.permuted([0, 2]) }),
            ("aten::squeeze.dim", { try matrix.squeezed(7) }),
            ("aten::cat", { try .concatenated([matrix, .zeros([2, 4])]) }),
            ("aten::stack", { try .stacked([]) }),
            ("aten::full", { try .zeros([-1]) }),
        ]
        for (name, attempt) in attempts {
            let error = #expect(throws: TorchError.self, "\(name)") { try attempt() }
            guard case .operatorFailed(let found, let reason)? = error else { continue }
            #expect(found == name)
            #expect(!reason.isEmpty)
        }
    }
}
