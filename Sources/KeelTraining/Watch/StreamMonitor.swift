import KeelModel
public import KeelTensor

/// Reads the residual stream in the training pass itself, where a token is predicted that is trained on.
///
/// Such positions are those of the assistant's words, so this is what the model is while it says what
/// it is taught. Nothing is computed twice: the cost is the readout of the tokens that are read. In
/// preference training both answers are read.
public final class StreamMonitor: Monitor {
    private let layer: Int
    private let most: Int
    private let readout: (Tensor) throws -> Tensor
    private let clock = ContinuousClock()
    private var positions: [Int] = []
    private var parts: [(value: Tensor, weight: Double)] = []
    /// Seconds that reading took inside the training's passes, over all steps.
    public private(set) var secondsInPasses = 0.0

    /// - Parameters:
    ///   - layer: The block whose output is read, from 0.
    ///   - tokens: The most tokens of one pass that are read, spread evenly over it.
    ///   - readout: Mean over tokens of what is watched: `[n, C]`, float32 on the CPU, gives one number.
    public init(layer: Int, tokens: Int = 256, readout: @escaping (Tensor) throws -> Tensor) {
        self.layer = layer
        most = max(1, tokens)
        self.readout = readout
    }

    public func prepare(_ pass: inout ForwardPass, step: Int) {
        // A step that was broken off may have left some.
        parts = []
        positions = []
        pass.onBatch.append { [self] all in positions = Self.spread(all, most) }
        pass.hooks.at(.residPost(layer: layer)) { [self] x in
            // With gradient checkpointing a block runs twice for one batch.
            guard !positions.isEmpty else { return nil }
            let start = clock.now
            let rows = positions
            positions = []
            let value = try Engine.withoutGradients {
                try readout(
                    x.detached().squeezed(0).indexed(0, by: Tensor(rows).to(device: x.device))
                        .to(.float32, device: .cpu))
            }
            parts.append((value, Double(rows.count)))
            secondsInPasses += (clock.now - start) / .seconds(1)
            return nil
        }
    }

    public func reading(after report: StepReport) throws -> MonitorReading? {
        defer { parts = [] }
        var reading = MonitorReading(sum: 0, weight: 0)
        for (value, weight) in parts {
            reading.sum += try value.item() * weight
            reading.weight += weight
        }
        return reading.weight > 0 ? reading : nil
    }

    private static func spread(_ all: [Int], _ most: Int) -> [Int] {
        guard all.count > most else { return all }
        return (0..<most).map { all[$0 * all.count / most] }
    }
}
