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
    public static func + (a: Tensor, b: Tensor) throws -> Tensor {
        try Op.add(.tensor(a), .tensor(b))
    }
    public static func + (a: Tensor, b: Double) throws -> Tensor {
        try Op.addScalar(.tensor(a), .double(b))
    }
    public static func - (a: Tensor, b: Tensor) throws -> Tensor {
        try Op.sub(.tensor(a), .tensor(b))
    }
    public static func - (a: Tensor, b: Double) throws -> Tensor {
        try Op.subScalar(.tensor(a), .double(b))
    }
    public static func - (a: Double, b: Tensor) throws -> Tensor {
        try Op.rsubScalar(.tensor(b), .double(a))
    }
    public static func * (a: Tensor, b: Tensor) throws -> Tensor {
        try Op.mul(.tensor(a), .tensor(b))
    }
    public static func * (a: Tensor, b: Double) throws -> Tensor {
        try Op.mulScalar(.tensor(a), .double(b))
    }
    public static func * (a: Double, b: Tensor) throws -> Tensor { try b * a }
    public static func / (a: Tensor, b: Tensor) throws -> Tensor {
        try Op.div(.tensor(a), .tensor(b))
    }
    public static func / (a: Tensor, b: Double) throws -> Tensor {
        try Op.divScalar(.tensor(a), .double(b))
    }
    public static prefix func - (a: Tensor) throws -> Tensor { try Op.neg(.tensor(a)) }

    public func abs() throws -> Tensor { try Op.abs(.tensor(self)) }
    /// −1, 0 or 1.
    public func sign() throws -> Tensor { try Op.sign(.tensor(self)) }
    public func exp() throws -> Tensor { try Op.exp(.tensor(self)) }
    public func log() throws -> Tensor { try Op.log(.tensor(self)) }
    public func sqrt() throws -> Tensor { try Op.sqrt(.tensor(self)) }
    public func square() throws -> Tensor { try Op.square(.tensor(self)) }
    public func tanh() throws -> Tensor { try Op.tanh(.tensor(self)) }
    public func atanh() throws -> Tensor { try Op.atanh(.tensor(self)) }
    public func sigmoid() throws -> Tensor { try Op.sigmoid(.tensor(self)) }
    /// ln(1 + eˣ). Beyond `threshold` it is x itself: in float32 they no longer differ at 20.
    public func softplus(threshold: Double = 20) throws -> Tensor {
        try Op.softplus(.tensor(self), 1, .double(threshold))
    }
    /// To the nearest whole number, halves to the even one.
    public func round() throws -> Tensor { try Op.round(.tensor(self)) }

    public func clamped(min: Double? = nil, max: Double? = nil) throws -> Tensor {
        try Op.clamp(
            .tensor(self), min.map(Argument.double) ?? .none, max.map(Argument.double) ?? .none)
    }
    public func maximum(_ other: Tensor) throws -> Tensor {
        try Op.maximum(.tensor(self), .tensor(other))
    }
    public func minimum(_ other: Tensor) throws -> Tensor {
        try Op.minimum(.tensor(self), .tensor(other))
    }

    // MARK: Comparisons, each a tensor of booleans

    public func isNaN() throws -> Tensor { try Op.isnan(.tensor(self)) }
    public func isFinite() throws -> Tensor { try Op.isfinite(.tensor(self)) }
    public static func .> (a: Tensor, b: Tensor) throws -> Tensor {
        try Op.gt(.tensor(a), .tensor(b))
    }
    public static func .> (a: Tensor, b: Double) throws -> Tensor {
        try Op.gtScalar(.tensor(a), .double(b))
    }
    public static func .>= (a: Tensor, b: Tensor) throws -> Tensor {
        try Op.ge(.tensor(a), .tensor(b))
    }
    public static func .>= (a: Tensor, b: Double) throws -> Tensor {
        try Op.geScalar(.tensor(a), .double(b))
    }
    public static func .< (a: Tensor, b: Tensor) throws -> Tensor {
        try Op.lt(.tensor(a), .tensor(b))
    }
    public static func .< (a: Tensor, b: Double) throws -> Tensor {
        try Op.ltScalar(.tensor(a), .double(b))
    }
    public static func .<= (a: Tensor, b: Tensor) throws -> Tensor {
        try Op.le(.tensor(a), .tensor(b))
    }
    public static func .<= (a: Tensor, b: Double) throws -> Tensor {
        try Op.leScalar(.tensor(a), .double(b))
    }
    public static func .== (a: Tensor, b: Tensor) throws -> Tensor {
        try Op.eq(.tensor(a), .tensor(b))
    }
    public static func .== (a: Tensor, b: Double) throws -> Tensor {
        try Op.eqScalar(.tensor(a), .double(b))
    }
    public static func .!= (a: Tensor, b: Tensor) throws -> Tensor {
        try Op.ne(.tensor(a), .tensor(b))
    }
    public static func .!= (a: Tensor, b: Double) throws -> Tensor {
        try Op.neScalar(.tensor(a), .double(b))
    }
    public static func .& (a: Tensor, b: Tensor) throws -> Tensor {
        try Op.logicalAnd(.tensor(a), .tensor(b))
    }
    public static func .| (a: Tensor, b: Tensor) throws -> Tensor {
        try Op.logicalOr(.tensor(a), .tensor(b))
    }
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
