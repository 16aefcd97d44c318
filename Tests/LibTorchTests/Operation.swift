import LibTorch
import TestSupport
import Testing

/// A method of ``Tensor`` whose golden value has the same name: a row of a table of tests.
struct Operation: Sendable, CustomTestStringConvertible {
    let name: String
    private let run: @Sendable (Inputs) throws -> Tensor

    init(_ name: String, _ run: @escaping @Sendable (Inputs) throws -> Tensor) {
        self.name = name
        self.run = run
    }

    var testDescription: String { name }

    /// Runs the operation on PyTorch's inputs and expects its result: the same type and numbers.
    func check() throws {
        let golden = try Golden("operations")
        let expected = try golden["out \(name)"]
        let found = try run(Inputs(golden: golden))
        #expect(found.dtype == expected.dtype)
        try expect(found, near: expected, within: 1e-13, name)
    }

    struct Inputs {
        let golden: Golden

        func callAsFunction(_ name: String) throws -> Tensor { try golden["in \(name)"] }
        var a: Tensor { get throws { try self("a") } }
        var b: Tensor { get throws { try self("b") } }
    }
}

@Suite("The tables of operations")
struct OperationTableTests {
    @Test("leave out no operation that PyTorch has a golden value for")
    func complete() throws {
        let tables = [
            TensorArithmeticTests.operations, TensorReductionTests.operations,
            TensorShapeTests.operations, TensorNetworkTests.operations,
        ]
        let tested = tables.joined().map(\.name)
        let golden = try Golden("operations").all("out ").keys
        #expect(tested.sorted() == golden.sorted())
    }
}
