internal import Foundation
internal import KeelLanguage

/// The fields on drawing tokens that chat and plain completions share.
struct SamplingFields: Decodable {
    /// Bounds of what one request may ask for.
    static let samples = 1...16
    static let stopTexts = 16
    static let stopLength = 256
    static let candidates = 0...20

    var temperature: JSON.Number<Double>?
    var topP: JSON.Number<Double>?
    var n: JSON.Number<Int>?
    var seed: JSON.Number<Int64>?
    var stop: TextOrTexts?
    var maxTokens: JSON.Number<Int>?
    var maxCompletionTokens: JSON.Number<Int>?
    var presencePenalty: JSON.Number<Double>?
    var frequencyPenalty: JSON.Number<Double>?
    var logitBias: [String: JSON.Number<Double>]?
    /// Fields of Keel's own, which other open servers have under these names.
    var topK: JSON.Number<Int>?
    var minP: JSON.Number<Double>?
    var repetitionPenalty: JSON.Number<Double>?
    /// What no other server has.
    var keel: KeelFields?

    enum CodingKeys: String, CodingKey {
        case temperature, n, seed, stop, keel
        case topP = "top_p"
        case maxTokens = "max_tokens"
        case maxCompletionTokens = "max_completion_tokens"
        case presencePenalty = "presence_penalty"
        case frequencyPenalty = "frequency_penalty"
        case logitBias = "logit_bias"
        case topK = "top_k"
        case minP = "min_p"
        case repetitionPenalty = "repetition_penalty"
    }

    enum TextOrTexts: Decodable {
        case text(String)
        case texts([String])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self = .text(text)
            } else {
                self = .texts(try container.decode([String].self))
            }
        }

        var all: [String] {
            switch self {
            case .text(let text): [text]
            case .texts(let texts): texts
            }
        }
    }

    /// All as the server's defaults have it.
    init() {}

    /// - Throws: `APIError` for a number out of its range.
    var samples: Range<Int> {
        get throws(APIError) {
            try 0..<Self.check(n?.value ?? 1, Self.samples, "n")
        }
    }

    /// How tokens are drawn.
    /// - Parameters:
    ///   - defaultTokens: The most tokens of an answer where the request does not say.
    ///   - mostTokens: What a larger number is cut to.
    /// - Returns: Options that are all within their bounds.
    /// - Throws: `APIError`.
    func options(defaultTokens: Int, mostTokens: Int) throws(APIError) -> SamplingOptions {
        for (value, name) in [
            (presencePenalty, "presence_penalty"), (frequencyPenalty, "frequency_penalty"),
        ] where value?.value ?? 0 != 0 {
            throw .unsupported(
                name, "\(name) is not offered here; repetition_penalty is, a number above 0.")
        }
        guard logitBias?.isEmpty ?? true else {
            throw .unsupported("logit_bias", "logit_bias is not offered here; leave it out.")
        }
        let asked = (maxCompletionTokens ?? maxTokens)?.value
        let field = maxCompletionTokens == nil ? "max_tokens" : "max_completion_tokens"
        let limit = try Self.check(asked ?? defaultTokens, 1...Int.max, field)
        let stop = stop?.all ?? []
        guard stop.count <= Self.stopTexts,
            stop.allSatisfy({ !$0.isEmpty && $0.utf8.count <= Self.stopLength })
        else {
            throw .invalid(
                "stop takes up to \(Self.stopTexts) texts of 1 to \(Self.stopLength) bytes.",
                param: "stop")
        }
        return SamplingOptions(
            temperature: try Self.check(temperature?.value ?? 1, 0...2, "temperature"),
            topK: try topK.map { (k) throws(APIError) in
                try Self.check(k.value, 1...1_000_000, "top_k")
            },
            topP: try Self.check(topP?.value ?? 1, Double.leastNonzeroMagnitude...1, "top_p"),
            minP: try Self.check(minP?.value ?? 0, 0...1, "min_p"),
            repetitionPenalty: try Self.check(
                repetitionPenalty?.value ?? 1, 0.01...100, "repetition_penalty"),
            maxTokens: min(limit, mostTokens), stop: stop,
            seed: seed.map { UInt64(bitPattern: $0.value) } ?? .random(in: 0..<1 << 53))
    }

    static func check<Value: Comparable>(
        _ value: Value, _ range: ClosedRange<Value>, _ name: String
    ) throws(APIError) -> Value {
        guard range.contains(value) else {
            let bounds =
                switch range.upperBound {
                case let most as Int where most == .max: "at least \(range.lowerBound)"
                default:
                    range.lowerBound as? Double == .leastNonzeroMagnitude
                        ? "above 0 and at most \(range.upperBound)"
                        : "from \(range.lowerBound) to \(range.upperBound)"
                }
            throw .invalid("\(name) is \(value); it must be \(bounds).", param: name)
        }
        return value
    }
}
