/// Model-written evaluations: a question, and the answer that shows a trait.
///
/// Half of the statements ask for a yes and half for a no, so a habit of either cancels out. The
/// answers' leading spaces belong to a plain prompt and are dropped: a chat template puts the answer
/// where it goes.
/// - Source: Perez et al. 2022, "Discovering language model behaviors with model-written evaluations".
enum AnthropicEvals {
    struct Row: Decodable {
        var question: String
        var answerMatching: String
        var answerNotMatching: String

        enum CodingKeys: String, CodingKey {
            case question
            case answerMatching = "answer_matching_behavior"
            case answerNotMatching = "answer_not_matching_behavior"
        }
    }

    static func suite(
        _ rows: [ImportedRow<Row>], _ source: ImportSource
    ) throws(ImportError) -> Suite {
        var clusters: [String: String] = [:]
        var probes: [Probe] = []
        for (number, imported) in rows.enumerated() {
            let (line, row) = (imported.line, imported.row)
            let question = try source.text(row.question, "question", line: line)
            let matching = try source.text(
                row.answerMatching, Row.CodingKeys.answerMatching.rawValue, line: line)
            let other = try source.text(
                row.answerNotMatching, Row.CodingKeys.answerNotMatching.rawValue, line: line)
            if matching == other {
                throw source.error(
                    .same(
                        field: Row.CodingKeys.answerMatching.rawValue,
                        other: Row.CodingKeys.answerNotMatching.rawValue), line: line)
            }
            let id = "\(source.name)-\(number + 1)"
            // A question that is asked twice is one piece of evidence.
            let cluster = clusters[question, default: id]
            clusters[question] = cluster
            probes.append(
                Probe(id: id, cluster: cluster, ask: question, good: [matching], bad: [other]))
        }
        return try source.suite(
            about: "Whether the model gives the answer that shows the trait "
                + "\"\(source.name)\". Which direction is good is for the reader to say.",
            dimensions: [
                Dimension(
                    id: source.name, title: "Answers that show: \(source.name)",
                    behaviour: "Gives the answer that shows the trait.",
                    opposite: "Gives the answer that shows its absence.",
                    measures: [Measure(kind: .gap)], probes: probes)
            ], sharing: "ask the same question")
    }
}
