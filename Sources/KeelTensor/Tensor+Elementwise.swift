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

    /// `-x`.
    public static prefix func - (a: Tensor) throws(TensorError) -> Tensor {
        try a.unary(CT_NEG, "negate")
    }
    /// The magnitude of each element.
    public func abs() throws(TensorError) -> Tensor { try unary(CT_ABS, "abs") }
    /// `eˣ`.
    public func exp() throws(TensorError) -> Tensor { try unary(CT_EXP, "exp") }
    /// Natural logarithm; -infinity at 0, NaN below.
    public func log() throws(TensorError) -> Tensor { try unary(CT_LOG, "log") }
    /// `log(1 + x)`, exact for small x.
    public func log1p() throws(TensorError) -> Tensor { try unary(CT_LOG1P, "log1p") }
    /// Square root; NaN below 0.
    public func sqrt() throws(TensorError) -> Tensor { try unary(CT_SQRT, "sqrt") }
    /// `1 / sqrt(x)`.
    public func rsqrt() throws(TensorError) -> Tensor { try unary(CT_RSQRT, "rsqrt") }
    /// `x²`.
    public func square() throws(TensorError) -> Tensor { try unary(CT_SQUARE, "square") }
    /// Sine, of radians.
    public func sin() throws(TensorError) -> Tensor { try unary(CT_SIN, "sin") }
    /// Cosine, of radians.
    public func cos() throws(TensorError) -> Tensor { try unary(CT_COS, "cos") }
    /// Hyperbolic tangent, from -1 to 1.
    public func tanh() throws(TensorError) -> Tensor { try unary(CT_TANH, "tanh") }
    /// `1 / (1 + e⁻ˣ)`, from 0 to 1.
    public func sigmoid() throws(TensorError) -> Tensor { try unary(CT_SIGMOID, "sigmoid") }
    /// `log(sigmoid(x))`, stable for large negative x.
    public func logSigmoid() throws(TensorError) -> Tensor {
        try unary(CT_LOG_SIGMOID, "log-sigmoid")
    }
    /// `max(x, 0)`.
    public func relu() throws(TensorError) -> Tensor { try unary(CT_RELU, "relu") }
    /// `x * sigmoid(x)`.
    public func silu() throws(TensorError) -> Tensor { try unary(CT_SILU, "silu") }
    /// Gaussian error linear unit; `approximate` is the tanh form that Gemma uses.
    public func gelu(approximate: Bool = false) throws(TensorError) -> Tensor {
        try unary(approximate ? CT_GELU_TANH : CT_GELU, "gelu")
    }
    /// -1, 0 or 1, in the type of the elements.
    public func sign() throws(TensorError) -> Tensor { try unary(CT_SIGN, "sign") }
    /// Where elements are neither NaN nor infinite: `bool`.
    public func isFinite() throws(TensorError) -> Tensor { try unary(CT_IS_FINITE, "is-finite") }
    /// The same elements laid out row by row.
    public func contiguous() throws(TensorError) -> Tensor {
        try unary(CT_CONTIGUOUS, "contiguous")
    }
    /// The same elements, cut off from gradients.
    public func detached() throws(TensorError) -> Tensor { try unary(CT_DETACH, "detach") }

    /// Sum, element by element; `TensorError` where shapes do not broadcast, as for all pairs.
    public static func + (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
        try binary(CT_ADD, "add", a, b)
    }
    /// Difference, element by element.
    public static func - (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
        try binary(CT_SUB, "subtract", a, b)
    }
    /// Product, element by element; `matmul` is that of matrices.
    public static func * (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
        try binary(CT_MUL, "multiply", a, b)
    }
    /// Quotient, element by element; by 0 infinite or NaN, no error.
    public static func / (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
        try binary(CT_DIV, "divide", a, b)
    }
    /// A number added to every element.
    public static func + (a: Tensor, b: Double) throws(TensorError) -> Tensor {
        try scalar(CT_ADD, "add", a, b)
    }
    /// A number taken off every element.
    public static func - (a: Tensor, b: Double) throws(TensorError) -> Tensor {
        try scalar(CT_SUB, "subtract", a, b)
    }
    /// Every element times a number.
    public static func * (a: Tensor, b: Double) throws(TensorError) -> Tensor {
        try scalar(CT_MUL, "multiply", a, b)
    }
    /// Every element divided by a number.
    public static func / (a: Tensor, b: Double) throws(TensorError) -> Tensor {
        try scalar(CT_DIV, "divide", a, b)
    }
    /// `xᵉ` with one exponent for all elements.
    public func power(_ exponent: Double) throws(TensorError) -> Tensor {
        try Self.scalar(CT_POW, "power", self, exponent)
    }
    /// `xᵉ` with an exponent for each element.
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
    /// Elements below the range at its lower end, those above at its upper.
    public func clamped(to range: ClosedRange<Double>) throws(TensorError) -> Tensor {
        try Tensor(owning: ct_clamp(raw, range.lowerBound, range.upperBound), "clamp", [self])
    }

    // Comparisons give tensors of `bool`; the dot keeps them apart from Swift's own, which give one.
    /// Where elements are equal; NaN equals nothing.
    public static func .== (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
        try binary(CT_EQ, "equal", a, b)
    }
    /// Where elements equal a number.
    public static func .== (a: Tensor, b: Double) throws(TensorError) -> Tensor {
        try scalar(CT_EQ, "equal", a, b)
    }
    /// Where elements differ from a number.
    public static func .!= (a: Tensor, b: Double) throws(TensorError) -> Tensor {
        try scalar(CT_NE, "not equal", a, b)
    }
    /// Where elements are less.
    public static func .< (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
        try binary(CT_LT, "less", a, b)
    }
    /// Where elements are less than a number.
    public static func .< (a: Tensor, b: Double) throws(TensorError) -> Tensor {
        try scalar(CT_LT, "less", a, b)
    }
    /// Where elements are at most as large.
    public static func .<= (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
        try binary(CT_LE, "at most", a, b)
    }
    /// Where elements are greater.
    public static func .> (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
        try binary(CT_GT, "greater", a, b)
    }
    /// Where elements are greater than a number.
    public static func .> (a: Tensor, b: Double) throws(TensorError) -> Tensor {
        try scalar(CT_GT, "greater", a, b)
    }
    /// Where elements are at least as large.
    public static func .>= (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
        try binary(CT_GE, "at least", a, b)
    }
    /// Where both are true, of `bool`.
    public static func .& (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
        try binary(CT_AND, "and", a, b)
    }
    /// Where either is true, of `bool`.
    public static func .| (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
        try binary(CT_OR, "or", a, b)
    }
    /// Where the element is false, of `bool`.
    public static prefix func ! (a: Tensor) throws(TensorError) -> Tensor {
        try a.unary(CT_NOT, "not")
    }

    /// `a` where `self` is true, else `b`.
    public func select(_ a: Tensor, else b: Tensor) throws(TensorError) -> Tensor {
        try Tensor(owning: ct_where(raw, a.raw, b.raw), "select", [self, a, b])
    }
}
