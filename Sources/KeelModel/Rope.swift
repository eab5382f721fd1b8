internal import Foundation

/// Rotary position embedding (Su 2021): its base, and how it is stretched to texts longer than those
/// of the first training.
public struct Rope: Hashable, Sendable {
    /// How angles are stretched to longer texts.
    public enum Scaling: Hashable, Sendable {
        /// Angles as they were trained.
        case none
        /// Every angle is divided (Chen 2023).
        case linear(factor: Double)
        /// Slow rotations are divided, fast ones stay, those between are mixed (Llama 3.1).
        ///
        /// A rotation is slow when it turns once in more than `original / low` positions, and fast
        /// when it does in fewer than `original / high`.
        case llama3(factor: Double, low: Double, high: Double, original: Double)
    }

    /// The base of the angles, θ; usually 10,000 or more.
    public var theta: Double
    /// As the configuration file asks for; `none` where it asks for nothing.
    public var scaling = Scaling.none

    /// The angle, in radians, between neighbouring positions, for each of `dimension / 2` pairs.
    ///
    /// - Parameter plain: The same without scaling, as float32 numbers of the engine.
    /// - Returns: As many.
    func frequencies(_ plain: [Float]) -> [Float] {
        switch scaling {
        case .none: return plain
        case .linear(let factor): return plain.map { $0 / Float(factor) }
        case .llama3(let factor, let low, let high, let original):
            return plain.map { frequency in
                let wavelength = Float(2 * Double.pi) / frequency
                if wavelength > Float(original / low) { return frequency / Float(factor) }
                if wavelength < Float(original / high) { return frequency }
                let smooth = (Float(original) / wavelength - Float(low)) / Float(high - low)
                return (1 - smooth) * frequency / Float(factor) + smooth * frequency
            }
        }
    }
}

extension Rope {
    /// - Parameters:
    ///   - file: What `config.json` says.
    ///   - theta: The base where it says none.
    /// - Throws: `ModelError.configuration` for a type that is not known, or a number out of range.
    init(_ file: ConfigFile.Rope, theta: Double) throws(ModelError) {
        func number(_ name: String, _ value: Double?) throws(ModelError) -> Double {
            guard let value, value > 0, value.isFinite else {
                throw .configuration("rope's \(name) must be a number above 0")
            }
            return value
        }
        self.theta = try number("rope_theta", file.rope_theta ?? theta)
        switch file.rope_type ?? file.type ?? "default" {
        case "default": break
        case "linear": scaling = .linear(factor: try number("factor", file.factor))
        case "llama3":
            let low = try number("low_freq_factor", file.low_freq_factor)
            let high = try number("high_freq_factor", file.high_freq_factor)
            guard low < high else {
                throw .configuration("rope's low_freq_factor must be below its high_freq_factor")
            }
            scaling = .llama3(
                factor: try number("factor", file.factor), low: low, high: high,
                original: try number(
                    "original_max_position_embeddings", file.original_max_position_embeddings))
        case let type:
            throw .configuration(
                "rope type \"\(type)\" is not supported yet; supported: default, linear, llama3")
        }
    }
}
