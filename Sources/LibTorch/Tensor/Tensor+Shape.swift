// Shape, selection, type and place.
import CLibTorch

private enum Op {
    static let reshape = Operator("aten::reshape")
    static let asStrided = Operator("aten::as_strided")
    static let flatten = Operator("aten::flatten.using_ints")
    static let permute = Operator("aten::permute")
    static let expand = Operator("aten::expand")
    static let unsqueeze = Operator("aten::unsqueeze")
    static let squeeze = Operator("aten::squeeze.dim")
    static let cat = Operator("aten::cat")
    static let stack = Operator("aten::stack")
    static let slice = Operator("aten::slice.Tensor")
    static let indexSelect = Operator("aten::index_select")
    static let indexCopy = Operator("aten::index_copy")
    static let gather = Operator("aten::gather")
    static let scatterValue = Operator("aten::scatter.value")
    static let flip = Operator("aten::flip")
    static let pad = Operator("aten::constant_pad_nd")
    static let toDType = Operator("aten::to.dtype")
    static let toDevice = Operator("aten::to.device")
    static let contiguous = Operator("aten::contiguous")
    static let clone = Operator("aten::clone")
    static let detach = Operator("aten::detach")
    static let copy = Operator("aten::copy_")
    static let oneHot = Operator("aten::one_hot")
    static let zerosLike = Operator("aten::zeros_like")
    static let onesLike = Operator("aten::ones_like")
    static let fullLike = Operator("aten::full_like")
    static let full = Operator("aten::full")
}

extension Tensor {
    /// A view of the same storage: element (i, j, …) lies at offset + i·strides[0] + j·strides[1] ….
    public func strided(shape: [Int], strides: [Int], offset: Int = 0) throws -> Tensor {
        try Op.asStrided(.tensor(self), .ints(shape), .ints(strides), .int(offset))
    }

    // MARK: New tensors

    /// A tensor whose elements are all `value`.
    public static func full(
        _ shape: [Int], _ value: Double, dtype: DType = .float32, device: Device = .cpu
    ) throws -> Tensor {
        try Op.full(
            .ints(shape), .double(value),
            named: ["dtype": .dtype(dtype), "device": .device(device)]
        )
    }
    /// A tensor of zeros; of booleans, of `false`.
    public static func zeros(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) throws
        -> Tensor
    {
        try full(shape, 0, dtype: dtype, device: device)
    }
    /// A tensor of ones; of booleans, of `true`.
    public static func ones(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) throws
        -> Tensor
    {
        try full(shape, 1, dtype: dtype, device: device)
    }
    /// Zeros in the shape and type and on the device of this tensor.
    public func zerosLike() throws -> Tensor { try Op.zerosLike(.tensor(self)) }
    /// Ones in the shape and type and on the device of this tensor.
    public func onesLike() throws -> Tensor { try Op.onesLike(.tensor(self)) }
    /// `value` everywhere, in the shape and type and on the device of this tensor.
    public func fullLike(_ value: Double) throws -> Tensor {
        try Op.fullLike(.tensor(self), .double(value))
    }

    // MARK: Shape

    /// The same elements in another shape; one size may be −1.
    public func reshaped(_ shape: [Int]) throws -> Tensor {
        try Op.reshape(.tensor(self), .ints(shape))
    }
    /// Joins the dimensions from `start` on into one.
    public func flattened(from start: Int = 0) throws -> Tensor {
        try Op.flatten(.tensor(self), .int(start), -1)
    }
    /// The dimensions in another order, without copying: `[0, 3, 1, 2]` makes [N, C, H, W] of
    /// [N, H, W, C].
    public func permuted(_ dimensions: [Int]) throws -> Tensor {
        try Op.permute(.tensor(self), .ints(dimensions))
    }
    /// Repeats dimensions of size 1 without copying.
    public func expanded(_ shape: [Int]) throws -> Tensor {
        try Op.expand(.tensor(self), .ints(shape))
    }
    /// Inserts a dimension of size 1 at this place, without copying; −1 is behind the last.
    public func unsqueezed(_ dimension: Int) throws -> Tensor {
        try Op.unsqueeze(.tensor(self), .int(dimension))
    }
    /// Drops this dimension where its size is 1 and leaves it otherwise, without copying.
    public func squeezed(_ dimension: Int) throws -> Tensor {
        try Op.squeeze(.tensor(self), .int(dimension))
    }
    /// A vector of N values as [N, 1, 1, …], to scale the rows of a tensor of this rank.
    public func perRow(rank: Int) throws -> Tensor {
        try reshaped([-1] + Array(repeating: 1, count: rank - 1))
    }
    /// Adds a border of `value` around the last two dimensions.
    public func padded(
        left: Int, right: Int, top: Int, bottom: Int, value: Double = 0
    ) throws -> Tensor {
        try Op.pad(.tensor(self), .ints([left, right, top, bottom]), .double(value))
    }
    /// A copy with the order along these dimensions reversed.
    public func flipped(_ dimensions: [Int]) throws -> Tensor {
        try Op.flip(.tensor(self), .ints(dimensions))
    }

    // MARK: Joining and choosing

    /// Joins tensors along a dimension that they have; all their other sizes must agree.
    public static func concatenated(_ tensors: [Tensor], dimension: Int = 0) throws -> Tensor {
        try Op.cat(.tensors(tensors), .int(dimension))
    }
    /// Joins tensors of one shape along a new dimension at this place.
    public static func stacked(_ tensors: [Tensor], dimension: Int = 0) throws -> Tensor {
        try Op.stack(.tensors(tensors), .int(dimension))
    }
    /// The part of a dimension in `range`.
    public func sliced(_ range: Range<Int>, dimension: Int = 0) throws -> Tensor {
        try Op.slice(
            .tensor(self), .int(dimension), .int(range.lowerBound), .int(range.upperBound), 1)
    }
    /// The rows (first dimension) at these places, in this order.
    public func rows(_ indices: [Int]) throws -> Tensor {
        try Op.indexSelect(.tensor(self), 0, .tensor(Tensor(indices).to(device)))
    }
    /// A copy with the rows (first dimension) at these places replaced.
    public func replacingRows(_ indices: [Int], with rows: Tensor) throws -> Tensor {
        try Op.indexCopy(.tensor(self), 0, .tensor(Tensor(indices).to(device)), .tensor(rows))
    }
    /// For a matrix [N, C] and N column numbers: the N chosen values, as [N].
    public func picked(_ columns: Tensor) throws -> Tensor {
        try Op.gather(.tensor(self), 1, .tensor(columns.unsqueezed(1))).squeezed(1)
    }
    /// The elements at these places along the last dimension; `places` has the result's shape.
    public func gathered(_ places: Tensor) throws -> Tensor {
        try Op.gather(.tensor(self), -1, .tensor(places))
    }
    /// For a matrix [N, C] and N column numbers: a copy with `value` in the chosen places.
    public func replacing(_ columns: Tensor, with value: Double) throws -> Tensor {
        try Op.scatterValue(.tensor(self), 1, .tensor(columns.unsqueezed(1)), .double(value))
    }
    /// Class numbers [N] as rows of zeros and a one, [N, classes], of int64.
    public func oneHot(classes: Int) throws -> Tensor {
        try Op.oneHot(.tensor(self), .int(classes))
    }

    // MARK: Type, place, copies

    /// The elements converted to another type; the tensor itself where it has that type already.
    public func to(_ type: DType) throws -> Tensor {
        dtype == type ? self : try Op.toDType(.tensor(self), .dtype(type))
    }
    /// The same values on another device; without a copy where they are there already.
    public func to(_ device: Device) throws -> Tensor {
        try Op.toDevice(.tensor(self), .device(device), .int(Int(rawDType)))
    }
    /// Channels-last storage, which oneDNN and cuDNN convolve faster; the values are the same.
    public func channelsLast() throws -> Tensor {
        try Op.contiguous(.tensor(self), named: ["memory_format": 2])
    }
    /// The same values row-major in memory; without a copy where they lie so already.
    public func contiguous() throws -> Tensor { try Op.contiguous(.tensor(self)) }
    /// A copy with memory of its own; gradients still flow through it.
    public func cloned() throws -> Tensor { try Op.clone(.tensor(self)) }
    /// The same values, cut off from the graph of gradients.
    public func detached() throws -> Tensor { try Op.detach(.tensor(self)) }
    /// Gives this tensor the values, type and device of another, for all who hold it.
    func replace(with source: Tensor) throws {
        var error: UnsafeMutablePointer<CChar>?
        guard lt_tensor_replace(handle, source.handle, &error) else {
            throw TorchError.operatorFailed(name: "Moving a tensor", reason: firstSentence(error))
        }
    }
    /// Moves this tensor to a device, for all who hold it.
    public func move(to device: Device) throws { try replace(with: to(device)) }
    /// Overwrites the elements in place.
    public func assign(_ source: Tensor) throws {
        try Op.copy.call([.tensor(self), .tensor(source)])
    }
}
