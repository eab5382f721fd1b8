public import KeelModel
internal import KeelStatistics
internal import KeelTensor

/// A linear probe on the residual stream of a prompt's last token: log-odds `w·x + b` (Alain and Bengio 2017).
///
/// The stream of that token passes anyhow when an answer is written, so `reading` reads the probe off that
/// pass, and nothing is run for it.
public struct ActivationProbe: Hashable, Sendable, Codable {
    /// `[C]`.
    public var weights: [Float]
    /// Added to the product; log-odds, in nats.
    public var bias: Double
    /// The block whose output is read, from 0.
    public var layer: Int

    /// The streams of prompts' last tokens at a block's output.
    /// - Parameters:
    ///   - language: The model.
    ///   - prompts: Tokens of each, at least one.
    ///   - layer: The block, from 0.
    ///   - onRead: Called with the number of prompts read.
    /// - Returns: `[C]` for each prompt.
    /// - Throws: `ModelError` for a layer that the model lacks; what reading passages throws.
    public static func streams(
        _ language: LanguageModel, prompts: [[Int]], layer: Int, onRead: (Int) -> Void = { _ in }
    ) throws -> [[Float]] {
        try HookPoint.residPost(layer: layer).check(
            layers: language.model.configuration.numHiddenLayers)
        guard !prompts.isEmpty else { return [] }
        // A passage without an answer has its last token in an answer's place.
        let means = try PassageMeans(
            language, prompts.map { Passage(tokens: $0) }, layers: [layer], onPack: onRead)
        let values = try means.answers[0].array(Float.self)
        let width = language.model.configuration.hiddenSize
        return prompts.indices.map { Array(values[$0 * width..<($0 + 1) * width]) }
    }

    /// Fits a probe by logistic regression on standardised streams, classes of equal weight.
    /// - Parameters:
    ///   - streams: `[C]` each.
    ///   - labels: Whether each shows what is looked for.
    ///   - layer: Where the streams are from.
    ///   - penalty: λ of the standardised weights, above 0.
    /// - Throws: `InterpretabilityError.unsupported` where one class is empty, or streams differ in width
    ///   or hold what is no number.
    public init(
        _ streams: [[Float]], labels: [Bool], layer: Int, penalty: Double = 10
    ) throws(InterpretabilityError) {
        let width = streams.first?.count ?? 0
        let positives = labels.count { $0 }
        guard streams.count == labels.count, positives > 0, positives < labels.count, width > 0,
            streams.allSatisfy({ $0.count == width && $0.allSatisfy(\.isFinite) }), penalty > 0
        else {
            throw .unsupported(
                "A probe needs streams of one width, of both kinds, and a penalty above 0.")
        }
        let n = Double(streams.count)
        var means = [Double](repeating: 0, count: width)
        for stream in streams { for i in 0..<width { means[i] += Double(stream[i]) / n } }
        var scales = [Double](repeating: 0, count: width)
        for stream in streams {
            for i in 0..<width {
                let deviation = Double(stream[i]) - means[i]
                scales[i] += deviation * deviation / n
            }
        }
        // What is the same everywhere tells nothing, and its deviations are rounding.
        let varying = (0..<width).filter { scales[$0] > 1e-12 }
        scales = scales.map { $0 > 1e-12 ? $0.squareRoot() : 1 }
        let rows = zip(streams, labels).map { stream, label in
            LogisticRegression.Row(
                features: varying.map {
                    (index: $0, value: (Double(stream[$0]) - means[$0]) / scales[$0])
                }, isPositive: label,
                weight: n / 2 / Double(label ? positives : labels.count - positives))
        }
        let fitted = LogisticRegression(rows, width: width, penalty: penalty)
        let raw = zip(fitted.weights, scales).map { $0 / $1 }
        weights = raw.map { Float($0) }
        bias = fitted.bias - zip(raw, means).reduce(0) { $0 + $1.0 * $1.1 }
        self.layer = layer
        guard weights.contains(where: { $0 != 0 }), bias.isFinite else {
            throw .unsupported("The streams of both kinds are the same, so there is no probe.")
        }
    }

    /// Log-odds of a stream `[C]`.
    public func logit(of stream: [Float]) -> Double {
        zip(weights, stream).reduce(bias) { $0 + Double($1.0) * Double($1.1) }
    }

    /// Where it is read while an answer is written.
    public var reading: Reading { Reading(vector: weights, layer: layer) }

    /// Log-odds from a value of `reading`, which is the stream's share of the weights: `x·w / |w|²`.
    public func logit(ofReading value: Double) -> Double {
        value * weights.reduce(0) { $0 + Double($1) * Double($1) } + bias
    }

    /// - Throws: `InterpretabilityError.unsupported` for a probe that the model can't be read by.
    public func validate(for language: LanguageModel) throws(InterpretabilityError) {
        let configuration = language.model.configuration
        guard weights.count == configuration.hiddenSize,
            (0..<configuration.numHiddenLayers).contains(layer), bias.isFinite,
            weights.allSatisfy(\.isFinite), weights.contains(where: { $0 != 0 })
        else {
            throw .unsupported(
                "The probe reads \(weights.count) numbers at layer \(layer); the model has "
                    + "\(configuration.hiddenSize) at each of \(configuration.numHiddenLayers). Train the "
                    + "probe on this model.")
        }
    }
}
