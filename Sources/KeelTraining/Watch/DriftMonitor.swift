public import KeelModel
import KeelTensor

/// How far the weights have gone: the Frobenius norm of the adapter's whole update, `√Σ ‖s B A‖²`.
///
/// `‖B A‖² = Σ (BᵀB) ∘ (A Aᵀ)`, so no matrix larger than the rank is made.
public final class DriftMonitor: Monitor {
    private let adapter: LoRA
    private let every: Int

    public init(_ adapter: LoRA, every: Int = 1) {
        self.adapter = adapter
        self.every = max(1, every)
    }

    public func readingBefore() throws -> MonitorReading? { MonitorReading(sum: try norm()) }

    public func reading(after report: StepReport) throws -> MonitorReading? {
        guard report.isDue(every: every) else { return nil }
        return MonitorReading(sum: try norm())
    }

    private func norm() throws -> Double {
        try Engine.withoutGradients {
            let squares = try adapter.updates.sorted { $0.key < $1.key }.map { _, update in
                let a = try update.a.to(.float32), b = try update.b.to(.float32)
                let inner = try a.matmul(a.transposed(0, 1)) * b.transposed(0, 1).matmul(b)
                return try inner.sum() * (update.scale * update.scale)
            }
            guard !squares.isEmpty else { return 0 }
            return max(0, try Tensor.stacked(squares).sum().item()).squareRoot()
        }
    }
}
