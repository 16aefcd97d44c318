import LibTorch

private enum Op {
    static let sort = Operator("aten::sort")
    static let cumulativeSum = Operator("aten::cumsum")
    static let gather = Operator("aten::gather")
}

/// The step from points to the nearest point of a hyperplane that lies in the box 0…1, in L2.
///
/// Along the normal every coordinate moves until it meets the box's side and stays there, so how far
/// the hyperplane comes nearer is a piecewise linear function of the length of the way, and the place
/// where it is met follows from its corners, sorted.
enum BoxedHyperplane {
    /// - Parameters:
    ///   - points: `[N, D]` in 0…1.
    ///   - normals: `[N, D]`.
    ///   - gaps: the values at the points, `[N]`, of the linear function whose zeros the hyperplane is.
    /// - Returns: `[N, D]`; where the box does not meet the hyperplane, the step to the corner that
    ///   comes nearest to it.
    static func step(from points: Tensor, normals: Tensor, gaps: Tensor) throws -> Tensor {
        // Up the normal where the value is negative, down it otherwise.
        let sign = try gaps.sign().unsqueezed(1)
        let direction = try -normals * sign
        let goal = try (direction .> 0).to(points.dtype ?? .float32)
        let squares = try direction.square()
        // When each coordinate meets its side; one that does not move never contributes.
        let moves = try squares .> 0
        let times = try moves.choose(
            (goal - points) / moves.choose(direction, direction.onesLike()), points.zerosLike())
        let sorted = try Op.sort.call([.tensor(times), .int(1)])
        let ordered = try Op.gather(.tensor(squares), .int(1), .tensor(sorted[1]))
        let stopped = try Op.cumulativeSum(.tensor(ordered * sorted[0]), .int(1))
        let moving =
            try ordered.sum([1], keepDimensions: true)
            - Op.cumulativeSum(.tensor(ordered), .int(1))
        let wanted = try gaps.abs().unsqueezed(1)
        // The corners of the function that lie before the hyperplane.
        let before = try (stopped + sorted[0] * moving .< wanted).to(.int64)
            .sum([1], keepDimensions: true)
        let last = try (before - 1).clamped(min: 0).to(.int64)
        let isFirst = try before .== 0
        let gained = try isFirst.choose(
            wanted.zerosLike(), Op.gather(.tensor(stopped), .int(1), .tensor(last)))
        let speed = try isFirst.choose(
            ordered.sum([1], keepDimensions: true),
            Op.gather(.tensor(moving), .int(1), .tensor(last)))
        // Beyond the last corner nothing moves any more.
        let isOut = try before .>= Double(points.shape[1])
        let time = try isOut.choose(
            times.maximum(over: [1], keepDimensions: true),
            (wanted - gained) / speed.clamped(min: 1e-30))
        return try direction * time.minimum(times)
    }
}
