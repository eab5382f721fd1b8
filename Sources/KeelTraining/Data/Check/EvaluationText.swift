/// What must not be trained on, since models are measured by it.
public struct EvaluationText: Sendable {
    /// Strings that mark evaluation data, and whose they are.
    private var canaries: [(text: String, owner: String)] = []
    /// Questions, white space and case apart, and where they are asked.
    private var questions: [String: String] = [:]

    public init() {}

    /// Adds a suite.
    /// - Parameters:
    ///   - name: The suite's.
    ///   - canary: The string that marks its files.
    ///   - questions: What it asks, each with the name of its probe.
    public mutating func add(
        _ name: String, canary: String, questions: [(probe: String, text: String)]
    ) {
        if !canary.isEmpty { canaries.append((canary, name)) }
        for (probe, text) in questions {
            self.questions[Self.folded(text)] = "probe \(probe) of the suite \(name)"
        }
    }

    /// Why a row must not be trained on; nil where nothing is found.
    ///
    /// A question that only resembles one of a suite is not found.
    public func objection(to row: DataRow) -> String? {
        for (canary, owner) in canaries where row.texts.contains(where: { $0.contains(canary) }) {
            return "it holds the canary of the suite \(owner), which marks evaluation data."
        }
        for text in row.questions {
            if let place = questions[Self.folded(text)] {
                return "it asks what \(place) asks; a model trained on it cannot be measured by it."
            }
        }
        return nil
    }

    /// White space and case apart.
    static func folded(_ text: String) -> String {
        text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
