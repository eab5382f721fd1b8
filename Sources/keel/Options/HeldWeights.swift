import ArgumentParser
import KeelTensor

/// How a command holds a model's weights: what it computes in, and in how many bits.
enum HeldWeights: String, ExpressibleByArgument, CaseIterable, Sendable {
    case f32, bf16, f16, int8, int4

    /// What is computed in.
    var type: ElementType {
        switch self {
        case .f32, .int8, .int4: .float32
        case .bf16: .bfloat16
        case .f16: .float16
        }
    }

    var precision: WeightPrecision {
        switch self {
        case .f32, .bf16, .f16: .full
        case .int8: .int8
        case .int4: .int4
        }
    }

    /// Those of a run's facts; nil where nothing but float32 is noted.
    init?(facts: [String: String]) {
        let found = Self.allCases.first {
            $0.type.rawValue == facts["type"] && $0.facts["weights"] == facts["weights"]
        }
        guard let found, found != .f32 else { return nil }
        self = found
    }

    /// What a run notes of them.
    var facts: [String: String] {
        var facts = ["type": type.rawValue]
        if precision != .full { facts["weights"] = rawValue }
        return facts
    }
}
