internal import Foundation

/// How the learning rate changes over the steps.
///
/// During warm-up it rises in a line, from 0 at the first step. The formulas are those of
/// transformers (`optimization.py`).
public enum Schedule: String, Codable, Sendable, CaseIterable {
    case constant
    /// In a line to 0.
    case linear
    /// Along half a cosine to 0.
    case cosine

    /// Share of the highest rate.
    /// - Parameters:
    ///   - step: Counted from 0.
    ///   - warmup: Steps of warm-up.
    ///   - total: Steps in all.
    /// - Returns: 0 ... 1.
    public func share(step: Int, warmup: Int, total: Int) -> Double {
        if step < warmup { return Double(step) / Double(warmup) }
        let progress = min(1, Double(step - warmup) / Double(max(1, total - warmup)))
        return switch self {
        case .constant: 1
        case .linear: 1 - progress
        case .cosine: 0.5 * (1 + cos(.pi * progress))
        }
    }
}
