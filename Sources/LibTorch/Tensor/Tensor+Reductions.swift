// Sums, extremes and products over dimensions.

private enum Op {
    static let sum = Operator("aten::sum")
    static let sumDims = Operator("aten::sum.dim_IntList")
    static let mean = Operator("aten::mean")
    static let meanDims = Operator("aten::mean.dim")
    static let amax = Operator("aten::amax")
    static let amin = Operator("aten::amin")
    static let argmax = Operator("aten::argmax")
    static let logsumexp = Operator("aten::logsumexp")
    static let softmax = Operator("aten::softmax.int")
    static let logSoftmax = Operator("aten::log_softmax.int")
    static let topk = Operator("aten::topk")
    static let norm = Operator("aten::linalg_vector_norm")
    static let matmul = Operator("aten::matmul")
    static let all = Operator("aten::all")
    static let any = Operator("aten::any")
    static let variance = Operator("aten::var.correction")
}

extension Tensor {
    /// The sum of all elements, a tensor without dimensions; of integers and booleans an int64.
    public func sum() throws -> Tensor { try Op.sum(.tensor(self)) }
    /// The sum over these dimensions, or over all where none is named.
    /// - Parameter keepDimensions: leaves each of them with size 1 instead of dropping it.
    public func sum(_ dimensions: [Int], keepDimensions: Bool = false) throws -> Tensor {
        try Op.sumDims(.tensor(self), .ints(dimensions), .bool(keepDimensions))
    }
    /// The mean of all elements, a tensor without dimensions; of floats only.
    public func mean() throws -> Tensor { try Op.mean(.tensor(self)) }
    /// The mean over these dimensions, or over all where none is named; of floats only.
    /// - Parameter keepDimensions: leaves each of them with size 1 instead of dropping it.
    public func mean(_ dimensions: [Int], keepDimensions: Bool = false) throws -> Tensor {
        try Op.meanDims(.tensor(self), .ints(dimensions), .bool(keepDimensions))
    }
    /// The variance over all elements, divided by their number (not one less).
    public func variance() throws -> Tensor {
        try Op.variance(.tensor(self), .none, named: ["correction": 0])
    }
    /// The largest element over these dimensions, all where none is named; NaN where one is.
    /// - Parameter keepDimensions: leaves each of them with size 1 instead of dropping it.
    /// - Throws: ``TorchError/operatorFailed(name:reason:)`` for a dimension without elements.
    public func maximum(over dimensions: [Int], keepDimensions: Bool = false) throws -> Tensor {
        try Op.amax(.tensor(self), .ints(dimensions), .bool(keepDimensions))
    }
    /// The smallest element over these dimensions, all where none is named; NaN where one is.
    /// - Parameter keepDimensions: leaves each of them with size 1 instead of dropping it.
    /// - Throws: ``TorchError/operatorFailed(name:reason:)`` for a dimension without elements.
    public func minimum(over dimensions: [Int], keepDimensions: Bool = false) throws -> Tensor {
        try Op.amin(.tensor(self), .ints(dimensions), .bool(keepDimensions))
    }
    /// The place of the largest element along a dimension, of int64.
    public func argmax(_ dimension: Int) throws -> Tensor {
        try Op.argmax(.tensor(self), .int(dimension))
    }
    /// ln Σ eˣ along a dimension, without overflow.
    public func logSumExp(_ dimension: Int) throws -> Tensor {
        try Op.logsumexp(.tensor(self), .ints([dimension]))
    }
    /// eˣ / Σ eˣ along a dimension, without overflow: probabilities that add up to 1.
    public func softmax(_ dimension: Int) throws -> Tensor {
        try Op.softmax(.tensor(self), .int(dimension))
    }
    /// The logarithm of ``softmax(_:)`` in nats, also where the probability itself would vanish.
    public func logSoftmax(_ dimension: Int) throws -> Tensor {
        try Op.logSoftmax(.tensor(self), .int(dimension))
    }
    /// The `count` largest elements along the last dimension, largest first, and their places.
    public func largest(_ count: Int) throws -> (values: Tensor, indices: Tensor) {
        let results = try Op.topk.call([.tensor(self), .int(count)])
        return (results[0], results[1])
    }
    /// The L2 norm over some dimensions.
    public func norm(_ dimensions: [Int], keepDimensions: Bool = false) throws -> Tensor {
        try Op.norm(.tensor(self), 2, .ints(dimensions), .bool(keepDimensions))
    }
    /// The L2 norm of each row (all dimensions but the first), as [N].
    public func rowNorms() throws -> Tensor { try overRows { try $0.norm($1) } }
    /// The sum of each row (all dimensions but the first), as [N].
    public func rowSums() throws -> Tensor { try overRows { try $0.sum($1) } }
    /// The largest element of each row (all dimensions but the first), as [N].
    public func rowMaxima() throws -> Tensor { try overRows { try $0.maximum(over: $1) } }
    /// The smallest element of each row (all dimensions but the first), as [N].
    public func rowMinima() throws -> Tensor { try overRows { try $0.minimum(over: $1) } }

    /// Reduces all dimensions but the first. A vector's rows have one element each: to libtorch, no
    /// dimensions would mean all of them.
    private func overRows(_ reduce: (Tensor, [Int]) throws -> Tensor) throws -> Tensor {
        guard rank > 0 else { throw TorchError.wrongShape(expected: "[N, …]", found: "[]") }
        return rank == 1 ? try reduce(unsqueezed(1), [1]) : try reduce(self, Array(1..<rank))
    }

    /// The matrix product of `[…, N, K]` and `[…, K, M]`; leading dimensions are broadcast.
    public func matmul(_ other: Tensor) throws -> Tensor {
        try Op.matmul(.tensor(self), .tensor(other))
    }
    /// Whether all elements are true.
    public func allTrue() throws -> Bool { try Op.all(.tensor(self)).bools()[0] }
    /// Whether an element is true.
    public func anyTrue() throws -> Bool { try Op.any(.tensor(self)).bools()[0] }
}
