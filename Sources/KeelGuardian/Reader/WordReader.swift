import Foundation

/// A linear model over `WordFeatures` and `ClassFeatures`.
struct WordReader: Sendable {
    let weights: [String: Double]
    let bias: Double
    private let classes: ClassFeatures
    /// The weights of classes by number, times what each counts.
    private let table: [Double]

    init(weights: [String: Double], bias: Double, classes: ClassFeatures) {
        self.weights = weights
        self.bias = bias
        self.classes = classes
        table = classes.table(of: weights)
    }

    /// The log-odds of every window, computed in one pass over the words.
    ///
    /// - Complexity: O(words + windows): sums over the words before each word, kept by how far features
    ///   reach, give the sum over any window.
    func scores(of windows: [TextWindow], in stream: TokenStream) -> [Double] {
        let words = stream.tokens.map(\.text)
        var sums = [[Double]](
            repeating: [Double](repeating: 0, count: words.count + 1), count: 3)
        for index in words.indices {
            for (reach, names) in WordFeatures.ending(at: index, of: words).enumerated() {
                sums[reach][index + 1] =
                    sums[reach][index] + names.reduce(0) { $0 + (weights[$1] ?? 0) }
            }
        }
        let firsts = words.map { weights[WordFeatures.first($0)] ?? 0 }
        let about = classes.sums(of: windows, in: words, table)
        return zip(windows, about).map { window, about in
            let (start, end) = (window.tokens.lowerBound, window.tokens.upperBound)
            var sum = firsts[start]
            for reach in 0..<3 where start + reach < end {
                sum += sums[reach][end] - sums[reach][start + reach]
            }
            return bias + sum / Double(end - start).squareRoot() + about
        }
    }
}

extension WordReader {
    /// Reads `weight<tab>feature` lines; the bias is the feature `bias`.
    /// - Throws: `GuardianError`, naming the line.
    init(_ text: String, file: String) throws(GuardianError) {
        var weights: [String: Double] = [:]
        var bias: Double?
        for (number, line) in text.split(separator: "\n").enumerated() where !line.hasPrefix("#") {
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard parts.count == 2, let weight = Double(parts[0]), weight.isFinite else {
                throw GuardianError(
                    file: file, place: "line \(number + 1)",
                    reason: "it is no weight, tab and feature.")
            }
            if parts[1] == "bias" { bias = weight } else { weights[String(parts[1])] = weight }
        }
        guard let bias else { throw GuardianError(file: file, reason: "the bias is missing.") }
        self.init(weights: weights, bias: bias, classes: ClassFeatures(try .shipped()))
    }

    /// As `init(_:file:)` reads, features in order.
    var text: String {
        let lines = weights.sorted { $0.key < $1.key }.map { "\(Self.digits($1))\t\($0)\n" }
        return "\(Self.digits(bias))\tbias\n" + lines.joined()
    }

    /// Four decimals, by which the loss of the rows stays at its least.
    static func digits(_ value: Double) -> String {
        String(format: "%.4f", locale: Locale(identifier: "en_US_POSIX"), value)
    }
}
