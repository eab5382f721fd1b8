internal import CTorch

// Shapes are broadcast as in NumPy: from the last dimension, sizes must agree or be 1.

extension Tensor {
    private func unary(_ operation: CTUnary, _ name: String) throws(TensorError) -> Tensor {
        try Tensor(owning: ct_unary(operation, raw), name, [self])
    }

    private static func binary(_ operation: CTBinary, _ name: String, _ a: Tensor, _ b: Tensor)
        throws(TensorError) -> Tensor
    {
        try Tensor(owning: ct_binary(operation, a.raw, b.raw), name, [a, b])
    }

    private static func scalar(_ operation: CTBinary, _ name: String, _ a: Tensor, _ b: Double)
        throws(TensorError) -> Tensor
    {
        try Tensor(owning: ct_binary_scalar(operation, a.raw, b), name, [a])
    }

    public static prefix func - (a: Tensor) throws(TensorError) -> Tensor {
        try a.unary(CT_NEG, "negate")
    }
    public func abs() throws(TensorError) -> Tensor { try unary(CT_ABS, "abs") }
    public func exp() throws(TensorError) -> Tensor { try unary(CT_EXP, "exp") }
    public func log() throws(TensorError) -> Tensor { try unary(CT_LOG, "log") }
    /// `log(1 + x)`, exact for small x.
    public func log1p() throws(TensorError) -> Tensor { try unary(CT_LOG1P, "log1p") }
    public func sqrt() throws(TensorError) -> Tensor { try unary(CT_SQRT, "sqrt") }
    /// `1 / sqrt(x)`.
    public func rsqrt() throws(TensorError) -> Tensor { try unary(CT_RSQRT, "rsqrt") }
    public func square() throws(TensorError) -> Tensor { try unary(CT_SQUARE, "square") }
    public func sin() throws(TensorError) -> Tensor { try unary(CT_SIN, "sin") }
    public func cos() throws(TensorError) -> Tensor { try unary(CT_COS, "cos") }
    public func tanh() throws(TensorError) -> Tensor { try unary(CT_TANH, "tanh") }
    public func sigmoid() throws(TensorError) -> Tensor { try unary(CT_SIGMOID, "sigmoid") }
    /// `log(sigmoid(x))`, stable for large negative x.
    public func logSigmoid() throws(TensorError) -> Tensor {
        try unary(CT_LOG_SIGMOID, "log-sigmoid")
    }
    public func relu() throws(TensorError) -> Tensor { try unary(CT_RELU, "relu") }
    /// `x * sigmoid(x)`.
    public func silu() throws(TensorError) -> Tensor { try unary(CT_SILU, "silu") }
    /// Gaussian error linear unit; `approximate` is the tanh form that Gemma uses.
    public func gelu(approximate: Bool = false) throws(TensorError) -> Tensor {
        try unary(approximate ? CT_GELU_TANH : CT_GELU, "gelu")
    }
    public func sign() throws(TensorError) -> Tensor { try unary(CT_SIGN, "sign") }
    public func isFinite() throws(TensorError) -> Tensor { try unary(CT_IS_FINITE, "is-finite") }
    /// The same elements laid out row by row.
    public func contiguous() throws(TensorError) -> Tensor {
        try unary(CT_CONTIGUOUS, "contiguous")
    }
    /// The same elements, cut off from gradients.
    public func detached() throws(TensorError) -> Tensor { try unary(CT_DETACH, "detach") }

    public static func + (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
        try binary(CT_ADD, "add", a, b)
    }
    public static func - (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
        try binary(CT_SUB, "subtract", a, b)
    }
    public static func * (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
        try binary(CT_MUL, "multiply", a, b)
    }
    public static func / (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
        try binary(CT_DIV, "divide", a, b)
    }
    public static func + (a: Tensor, b: Double) throws(TensorError) -> Tensor {
        try scalar(CT_ADD, "add", a, b)
    }
    public static func - (a: Tensor, b: Double) throws(TensorError) -> Tensor {
        try scalar(CT_SUB, "subtract", a, b)
    }
    public static func * (a: Tensor, b: Double) throws(TensorError) -> Tensor {
        try scalar(CT_MUL, "multiply", a, b)
    }
    public static func / (a: Tensor, b: Double) throws(TensorError) -> Tensor {
        try scalar(CT_DIV, "divide", a, b)
    }
    public func power(_ exponent: Double) throws(TensorError) -> Tensor {
        try Self.scalar(CT_POW, "power", self, exponent)
    }
    public func power(_ exponent: Tensor) throws(TensorError) -> Tensor {
        try Self.binary(CT_POW, "power", self, exponent)
    }

    /// The larger of two numbers, element by element.
    public static func max(_ a: Tensor, _ b: Tensor) throws(TensorError) -> Tensor {
        try binary(CT_MAX, "maximum", a, b)
    }
    /// The smaller of two numbers, element by element.
    public static func min(_ a: Tensor, _ b: Tensor) throws(TensorError) -> Tensor {
        try binary(CT_MIN, "minimum", a, b)
    }
    public func clamped(to range: ClosedRange<Double>) throws(TensorError) -> Tensor {
        try Tensor(owning: ct_clamp(raw, range.lowerBound, range.upperBound), "clamp", [self])
    }

    // Comparisons give tensors of `bool`; the dot keeps them apart from Swift's own, which give one.
    public static func .== (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
        try binary(CT_EQ, "equal", a, b)
    }
    public static func .== (a: Tensor, b: Double) throws(TensorError) -> Tensor {
        try scalar(CT_EQ, "equal", a, b)
    }
    public static func .!= (a: Tensor, b: Double) throws(TensorError) -> Tensor {
        try scalar(CT_NE, "not equal", a, b)
    }
    public static func .< (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
        try binary(CT_LT, "less", a, b)
    }
    public static func .< (a: Tensor, b: Double) throws(TensorError) -> Tensor {
        try scalar(CT_LT, "less", a, b)
    }
    public static func .<= (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
        try binary(CT_LE, "at most", a, b)
    }
    public static func .> (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
        try binary(CT_GT, "greater", a, b)
    }
    public static func .> (a: Tensor, b: Double) throws(TensorError) -> Tensor {
        try scalar(CT_GT, "greater", a, b)
    }
    public static func .>= (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
        try binary(CT_GE, "at least", a, b)
    }
    public static func .& (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
        try binary(CT_AND, "and", a, b)
    }
    public static func .| (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
        try binary(CT_OR, "or", a, b)
    }
    public static prefix func ! (a: Tensor) throws(TensorError) -> Tensor {
        try a.unary(CT_NOT, "not")
    }

    /// `a` where `self` is true, else `b`.
    public func select(_ a: Tensor, else b: Tensor) throws(TensorError) -> Tensor {
        try Tensor(owning: ct_where(raw, a.raw, b.raw), "select", [self, a, b])
    }
}
