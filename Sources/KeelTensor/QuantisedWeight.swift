internal import CTorch

/// A weight `[out, in]` in 8 or 4 bits a number, for products on the CPU that no gradient passes.
///
/// In 8 bits a row `w` is `s · q` with `s = max |w| / 127` and whole `q`, so no number is off by more
/// than `s / 2`. In 4 bits 32 neighbours of a row are `z + s (q - 8)` with `q` from 0 to 15, and none
/// is off by more than `s / 2`, or by what rounding moves their ends: `(15 s + |z|) / 256`. `s` and `z`
/// are bfloat16. Products round activations and results to bfloat16, except that of 32 rows and more
/// with a weight of 8 bits, which is widened first.
public final class QuantisedWeight {
    /// Neighbours of a row that share a scale and a zero in 4 bits.
    static let group = 32

    /// `[out, in]`.
    public let shape: [Int]
    /// `int8` or `int4`.
    public let precision: WeightPrecision
    private let values: Tensor
    private let scales: Tensor

    /// Nil for `full`, and for a shape that 8 bits cannot hold: rows must be a multiple of 16 numbers,
    /// and for 4 bits of 32, with a multiple of 16 rows.
    /// - Parameters:
    ///   - weight: `[out, in]`, real numbers, on the CPU.
    ///   - precision: At most so few bits; a shape that 4 bits cannot hold gets 8.
    /// - Throws: `TensorError` for a weight elsewhere, or with what is no number.
    public init?(_ weight: Tensor, precision: WeightPrecision) throws(TensorError) {
        let held = Self.precision(shape: weight.shape, atMost: precision)
        var values: OpaquePointer?
        var scales: OpaquePointer?
        switch held {
        case .full: return nil
        case .int8:
            try KeelTensor.check(
                ct_pack_int8(weight.raw, &values, &scales), "pack in 8 bits", [weight])
        case .int4:
            try KeelTensor.check(
                ct_pack_int4(weight.raw, Int64(Self.group), &values, &scales), "pack in 4 bits",
                [weight])
        }
        shape = weight.shape
        self.precision = held
        self.values = try Tensor(owning: values, "pack")
        self.scales = try Tensor(owning: scales, "pack")
    }

    /// What holds a weight of this shape in as few bits as asked for, or the next higher.
    static func precision(shape: [Int], atMost asked: WeightPrecision) -> WeightPrecision {
        guard asked != .full, shape.count == 2, ct_holds_int8(Int64(shape[1])) else { return .full }
        let (rows, columns) = (Int64(shape[0]), Int64(shape[1]))
        return asked == .int4 && ct_holds_int4(rows, columns, Int64(group)) ? .int4 : .int8
    }

    /// `x Wᵀ`: float32 `[…, in]` gives `[…, out]`.
    /// - Throws: `TensorError` when shapes do not fit, or a gradient was to pass.
    public func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor {
        guard !(Engine.recordsGradients && x.requiresGradient) else {
            throw TensorError(
                operation: "linear", shapes: [x.shape, shape],
                reason: "no gradient passes a weight of \(precision == .int8 ? 8 : 4) bits; load "
                    + "the model with weights as f32")
        }
        let raw =
            precision == .int8
            ? ct_int8_linear(x.raw, values.raw, scales.raw)
            : ct_int4_linear(x.raw, values.raw, Int64(Self.group), scales.raw)
        return try Tensor(owning: raw, "linear", [x])
    }

    /// Rows of a weight in 8 bits, as float32: `indices` (int64, any shape) give `[…, in]`.
    /// - Throws: `TensorError` for an index that is no row, or a weight in 4 bits.
    public func rows(_ indices: Tensor) throws(TensorError) -> Tensor {
        guard precision == .int8 else {
            throw TensorError(
                operation: "rows", shapes: [shape, indices.shape],
                reason: "of a weight in 4 bits no row can be read by itself")
        }
        return try Tensor(
            owning: ct_int8_rows(values.raw, scales.raw, indices.raw), "rows", [indices])
    }
}
