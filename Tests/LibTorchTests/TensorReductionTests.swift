import LibTorch
import Testing

@Suite("Reductions of tensors")
struct TensorReductionTests {
    static let operations: [Operation] = [
        Operation("sum") { try $0.a.sum() },
        Operation("sum [0, 2]") { try $0.a.sum([0, 2]) },
        Operation("sum [1] kept") { try $0.a.sum([1], keepDimensions: true) },
        Operation("mean") { try $0.a.mean() },
        Operation("mean [1, 2]") { try $0.a.mean([1, 2]) },
        Operation("mean [0] kept") { try $0.a.mean([0], keepDimensions: true) },
        Operation("variance") { try $0.a.variance() },
        Operation("maximum over [1, 2]") { try $0.a.maximum(over: [1, 2]) },
        Operation("minimum over [0] kept") { try $0.a.minimum(over: [0], keepDimensions: true) },
        Operation("argmax 1") { try $0.a.argmax(1) },
        Operation("argmax -1") { try $0.a.argmax(-1) },
        Operation("logSumExp") { try $0("logits").logSumExp(1) },
        Operation("softmax") { try $0("logits").softmax(1) },
        Operation("logSoftmax") { try $0("logits").logSoftmax(1) },
        Operation("largest values") { try $0("matrix").largest(3).values },
        Operation("largest indices") { try $0("matrix").largest(3).indices },
        Operation("norm [1]") { try $0.a.norm([1]) },
        Operation("norm [1, 2] kept") { try $0.a.norm([1, 2], keepDimensions: true) },
        Operation("rowNorms") { try $0("images").rowNorms() },
        Operation("rowSums") { try $0("images").rowSums() },
        Operation("rowMaxima") { try $0("images").rowMaxima() },
        Operation("rowMinima") { try $0("images").rowMinima() },
        Operation("rowNorms of a vector") { try $0("row").rowNorms() },
        Operation("rowSums of a vector") { try $0("row").rowSums() },
        Operation("rowMaxima of a vector") { try $0("row").rowMaxima() },
        Operation("rowMinima of a vector") { try $0("row").rowMinima() },
        Operation("matmul") { try $0("matrix").matmul($0("matrix").permuted([1, 0])) },
    ]

    @Test("agrees with PyTorch", arguments: operations)
    func agrees(_ operation: Operation) throws { try operation.check() }

    @Test("says whether all or any elements are true")
    func quantifiers() throws {
        let mixed = try Tensor([true, false])
        #expect(try !mixed.allTrue())
        #expect(try mixed.anyTrue())
        #expect(try Tensor([true, true]).allTrue())
        #expect(try !Tensor([false, false]).anyTrue())
        let nothing = try Tensor([Bool]())
        #expect(try nothing.allTrue())
        #expect(try !nothing.anyTrue())
    }

    @Test("has no rows in a single number, and says so")
    func rowsOfANumber() throws {
        let number = try Tensor.zeros([])
        let methods: [(Tensor) throws -> Tensor] = [
            { try $0.rowNorms() }, { try $0.rowSums() }, { try $0.rowMaxima() },
            { try $0.rowMinima() },
        ]
        for method in methods {
            #expect(throws: TorchError.wrongShape(expected: "[N, …]", found: "[]")) {
                try method(number)
            }
        }
    }

    @Test("refuses more of the largest elements than there are")
    func tooMany() throws {
        let error = #expect(throws: TorchError.self) { try Tensor([1.0, 2.0]).largest(3) }
        #expect("\(try #require(error))".contains("aten::topk"))
    }
}
