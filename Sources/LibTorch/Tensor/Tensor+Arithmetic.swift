// Element by element. Shapes are broadcast as in PyTorch; every method says which operator it is.

private enum Op {
    static let add = Operator("aten::add.Tensor")
    static let addScalar = Operator("aten::add.Scalar")
    static let sub = Operator("aten::sub.Tensor")
    static let subScalar = Operator("aten::sub.Scalar")
    static let rsubScalar = Operator("aten::rsub.Scalar")
    static let mul = Operator("aten::mul.Tensor")
    static let mulScalar = Operator("aten::mul.Scalar")
    static let div = Operator("aten::div.Tensor")
    static let divScalar = Operator("aten::div.Scalar")
    static let reciprocal = Operator("aten::reciprocal")
    static let neg = Operator("aten::neg")
    static let abs = Operator("aten::abs")
    static let sign = Operator("aten::sign")
    static let exp = Operator("aten::exp")
    static let log = Operator("aten::log")
    static let sqrt = Operator("aten::sqrt")
    static let square = Operator("aten::square")
    static let tanh = Operator("aten::tanh")
    static let atanh = Operator("aten::atanh")
    static let sigmoid = Operator("aten::sigmoid")
    static let softplus = Operator("aten::softplus")
    static let round = Operator("aten::round")
    static let clamp = Operator("aten::clamp")
    static let maximum = Operator("aten::maximum")
    static let minimum = Operator("aten::minimum")
    static let isnan = Operator("aten::isnan")
    static let isfinite = Operator("aten::isfinite")
    static let logicalAnd = Operator("aten::logical_and")
    static let logicalOr = Operator("aten::logical_or")
    static let logicalNot = Operator("aten::logical_not")
    static let whereSelf = Operator("aten::where.self")
    static let gt = Operator("aten::gt.Tensor")
    static let gtScalar = Operator("aten::gt.Scalar")
    static let ge = Operator("aten::ge.Tensor")
    static let geScalar = Operator("aten::ge.Scalar")
    static let lt = Operator("aten::lt.Tensor")
    static let ltScalar = Operator("aten::lt.Scalar")
    static let le = Operator("aten::le.Tensor")
    static let leScalar = Operator("aten::le.Scalar")
    static let eq = Operator("aten::eq.Tensor")
    static let eqScalar = Operator("aten::eq.Scalar")
    static let ne = Operator("aten::ne.Tensor")
    static let neScalar = Operator("aten::ne.Scalar")
}

extension Tensor {
    /// The sums of the elements (`aten::add.Tensor`).
    public static func + (a: Tensor, b: Tensor) throws -> Tensor {
        try Op.add(.tensor(a), .tensor(b))
    }
    /// `b` added to each element (`aten::add.Scalar`).
    public static func + (a: Tensor, b: Double) throws -> Tensor {
        try Op.addScalar(.tensor(a), .double(b))
    }
    /// The differences of the elements (`aten::sub.Tensor`).
    public static func - (a: Tensor, b: Tensor) throws -> Tensor {
        try Op.sub(.tensor(a), .tensor(b))
    }
    /// `b` taken off each element (`aten::sub.Scalar`).
    public static func - (a: Tensor, b: Double) throws -> Tensor {
        try Op.subScalar(.tensor(a), .double(b))
    }
    /// Each element taken off `a` (`aten::rsub.Scalar`).
    public static func - (a: Double, b: Tensor) throws -> Tensor {
        try Op.rsubScalar(.tensor(b), .double(a))
    }
    /// The products of the elements (`aten::mul.Tensor`); for matrices see ``matmul(_:)``.
    public static func * (a: Tensor, b: Tensor) throws -> Tensor {
        try Op.mul(.tensor(a), .tensor(b))
    }
    /// Each element `b` times (`aten::mul.Scalar`).
    public static func * (a: Tensor, b: Double) throws -> Tensor {
        try Op.mulScalar(.tensor(a), .double(b))
    }
    /// Each element `a` times (`aten::mul.Scalar`).
    public static func * (a: Double, b: Tensor) throws -> Tensor { try b * a }
    /// The quotients of the elements, also of integers as floats (`aten::div.Tensor`).
    public static func / (a: Tensor, b: Tensor) throws -> Tensor {
        try Op.div(.tensor(a), .tensor(b))
    }
    /// Each element divided by `b`, integers as floats (`aten::div.Scalar`).
    public static func / (a: Tensor, b: Double) throws -> Tensor {
        try Op.divScalar(.tensor(a), .double(b))
    }
    /// `a` divided by each element, integers as floats (`aten::reciprocal`, then `aten::mul.Scalar`).
    public static func / (a: Double, b: Tensor) throws -> Tensor {
        try Op.reciprocal(.tensor(b)) * a
    }
    /// Each element with the other sign (`aten::neg`).
    public static prefix func - (a: Tensor) throws -> Tensor { try Op.neg(.tensor(a)) }

    /// Each element without its sign (`aten::abs`).
    public func abs() throws -> Tensor { try Op.abs(.tensor(self)) }
    /// −1, 0 or 1.
    public func sign() throws -> Tensor { try Op.sign(.tensor(self)) }
    /// eˣ of each element (`aten::exp`).
    public func exp() throws -> Tensor { try Op.exp(.tensor(self)) }
    /// The natural logarithm, −∞ at 0 and NaN below (`aten::log`).
    public func log() throws -> Tensor { try Op.log(.tensor(self)) }
    /// The square root, NaN below 0 (`aten::sqrt`).
    public func sqrt() throws -> Tensor { try Op.sqrt(.tensor(self)) }
    /// x² of each element (`aten::square`).
    public func square() throws -> Tensor { try Op.square(.tensor(self)) }
    /// The hyperbolic tangent, in −1…1 (`aten::tanh`).
    public func tanh() throws -> Tensor { try Op.tanh(.tensor(self)) }
    /// The inverse of ``tanh()``: ±∞ at ±1 and NaN beyond (`aten::atanh`).
    public func atanh() throws -> Tensor { try Op.atanh(.tensor(self)) }
    /// σ(x) = 1 / (1 + e⁻ˣ), in 0…1 (`aten::sigmoid`).
    public func sigmoid() throws -> Tensor { try Op.sigmoid(.tensor(self)) }
    /// ln(1 + eˣ). Beyond `threshold` it is x itself: in float32 they no longer differ at 20.
    public func softplus(threshold: Double = 20) throws -> Tensor {
        try Op.softplus(.tensor(self), 1, .double(threshold))
    }
    /// To the nearest whole number, halves to the even one.
    public func round() throws -> Tensor { try Op.round(.tensor(self)) }

    /// Elements below `min` become `min`, those above become `max`; NaN stays (`aten::clamp`).
    /// - Throws: ``TorchError/operatorFailed(name:reason:)`` where both bounds are nil.
    public func clamped(min: Double? = nil, max: Double? = nil) throws -> Tensor {
        try Op.clamp(
            .tensor(self), min.map(Argument.double) ?? .none, max.map(Argument.double) ?? .none)
    }
    /// The larger of two elements, NaN where one is (`aten::maximum`).
    public func maximum(_ other: Tensor) throws -> Tensor {
        try Op.maximum(.tensor(self), .tensor(other))
    }
    /// The smaller of two elements, NaN where one is (`aten::minimum`).
    public func minimum(_ other: Tensor) throws -> Tensor {
        try Op.minimum(.tensor(self), .tensor(other))
    }

    // MARK: Comparisons, each a tensor of booleans

    /// Where an element is NaN (`aten::isnan`).
    public func isNaN() throws -> Tensor { try Op.isnan(.tensor(self)) }
    /// Where an element is neither infinite nor NaN (`aten::isfinite`).
    public func isFinite() throws -> Tensor { try Op.isfinite(.tensor(self)) }
    /// Where `a` is larger; nowhere that one is NaN (`aten::gt.Tensor`).
    public static func .> (a: Tensor, b: Tensor) throws -> Tensor {
        try Op.gt(.tensor(a), .tensor(b))
    }
    /// Where an element is larger than `b` (`aten::gt.Scalar`).
    public static func .> (a: Tensor, b: Double) throws -> Tensor {
        try Op.gtScalar(.tensor(a), .double(b))
    }
    /// Where `a` is at least `b`; nowhere that one is NaN (`aten::ge.Tensor`).
    public static func .>= (a: Tensor, b: Tensor) throws -> Tensor {
        try Op.ge(.tensor(a), .tensor(b))
    }
    /// Where an element is at least `b` (`aten::ge.Scalar`).
    public static func .>= (a: Tensor, b: Double) throws -> Tensor {
        try Op.geScalar(.tensor(a), .double(b))
    }
    /// Where `a` is smaller; nowhere that one is NaN (`aten::lt.Tensor`).
    public static func .< (a: Tensor, b: Tensor) throws -> Tensor {
        try Op.lt(.tensor(a), .tensor(b))
    }
    /// Where an element is smaller than `b` (`aten::lt.Scalar`).
    public static func .< (a: Tensor, b: Double) throws -> Tensor {
        try Op.ltScalar(.tensor(a), .double(b))
    }
    /// Where `a` is at most `b`; nowhere that one is NaN (`aten::le.Tensor`).
    public static func .<= (a: Tensor, b: Tensor) throws -> Tensor {
        try Op.le(.tensor(a), .tensor(b))
    }
    /// Where an element is at most `b` (`aten::le.Scalar`).
    public static func .<= (a: Tensor, b: Double) throws -> Tensor {
        try Op.leScalar(.tensor(a), .double(b))
    }
    /// Where the elements are equal; NaN equals nothing (`aten::eq.Tensor`).
    public static func .== (a: Tensor, b: Tensor) throws -> Tensor {
        try Op.eq(.tensor(a), .tensor(b))
    }
    /// Where an element equals `b` (`aten::eq.Scalar`).
    public static func .== (a: Tensor, b: Double) throws -> Tensor {
        try Op.eqScalar(.tensor(a), .double(b))
    }
    /// Where the elements differ, as NaN does from itself (`aten::ne.Tensor`).
    public static func .!= (a: Tensor, b: Tensor) throws -> Tensor {
        try Op.ne(.tensor(a), .tensor(b))
    }
    /// Where an element differs from `b` (`aten::ne.Scalar`).
    public static func .!= (a: Tensor, b: Double) throws -> Tensor {
        try Op.neScalar(.tensor(a), .double(b))
    }
    /// Where both hold; a number holds that is not 0 (`aten::logical_and`).
    public static func .& (a: Tensor, b: Tensor) throws -> Tensor {
        try Op.logicalAnd(.tensor(a), .tensor(b))
    }
    /// Where at least one holds; a number holds that is not 0 (`aten::logical_or`).
    public static func .| (a: Tensor, b: Tensor) throws -> Tensor {
        try Op.logicalOr(.tensor(a), .tensor(b))
    }
    /// Where it does not hold: where a number is 0 (`aten::logical_not`).
    public static prefix func .! (a: Tensor) throws -> Tensor { try Op.logicalNot(.tensor(a)) }

    /// `yes` where this tensor of booleans holds, `no` elsewhere.
    public func choose(_ yes: Tensor, _ no: Tensor) throws -> Tensor {
        try Op.whereSelf(.tensor(self), .tensor(yes), .tensor(no))
    }
}

infix operator .> : ComparisonPrecedence
infix operator .>= : ComparisonPrecedence
infix operator .< : ComparisonPrecedence
infix operator .<= : ComparisonPrecedence
infix operator .== : ComparisonPrecedence
infix operator .!= : ComparisonPrecedence
infix operator .& : LogicalConjunctionPrecedence
infix operator .| : LogicalDisjunctionPrecedence
prefix operator .!
