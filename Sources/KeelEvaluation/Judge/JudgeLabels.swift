public import Foundation
import KeelFormats
import KeelLanguage

/// Answers that people have judged, to hold a judge against.
public struct JudgeLabels: Sendable {
    let questions: [AnswerQuestion]
    let labels: [Verdict]

    /// The rubrics that occur, in the order of the suite.
    public let rubrics: [Rubric]

    /// Reads rows of JSON Lines.
    ///
    /// A row brings its own text, `{"rubric", "messages": [{"role", "content"}], "answer", "label"}`,
    /// or names an answer of a run, `{"probe", "sample", "label"}`, with `rubric` where the probe is
    /// judged by several. A label is `behaviour`, `opposite` or `neither`.
    /// - Parameters:
    ///   - file: The rows.
    ///   - suite: Has the rubrics.
    ///   - run: Has the answers that rows name.
    /// - Throws: `JSONLinesError` with line and field; `FileError`; `JudgeError.noLabels`; what
    ///   reading the run throws.
    public init(contentsOf file: URL, suite: Suite, run: Run? = nil) throws {
        let source = LabelSource(suite: suite, run: run, records: try run?.records() ?? [])
        var reader = try JSONLinesReader<LabelRow>(path: file.path)
        var questions: [AnswerQuestion] = []
        var labels: [Verdict] = []
        var lines: [String: Int] = [:]
        while let row = try reader.next() {
            do throws(LabelRow.Defect) {
                let question = try source.question(row)
                if let line = lines.updateValue(reader.line, forKey: question.item) {
                    throw .init("label", "the same answer is labelled in line \(line). Keep one.")
                }
                questions.append(question)
                labels.append(row.label)
            } catch {
                throw reader.error(.invalidValue(field: error.field, reason: error.reason))
            }
        }
        guard !questions.isEmpty else { throw JudgeError.noLabels(path: file.path) }
        let ids = Set(questions.map(\.rubric.id))
        self.questions = questions
        self.labels = labels
        rubrics = suite.rubrics.filter { ids.contains($0.id) }
    }
}

/// One labelled answer as it stands in the file.
private struct LabelRow: Decodable {
    var rubric: String?
    var messages: [Message]?
    var answer: String?
    var probe: String?
    var sample: Int?
    var label: Verdict

    private enum CodingKeys: CodingKey { case rubric, messages, answer, probe, sample, label }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        rubric = try container.decodeIfPresent(String.self, forKey: .rubric)
        messages = try container.decodeIfPresent([Message].self, forKey: .messages)
        answer = try container.decodeIfPresent(String.self, forKey: .answer)
        probe = try container.decodeIfPresent(String.self, forKey: .probe)
        sample = try container.decodeIfPresent(Int.self, forKey: .sample)
        let name = try container.decode(String.self, forKey: .label)
        guard let verdict = Verdict(rawValue: name) else {
            let known = Verdict.allCases.map(\.rawValue).joined(separator: ", ")
            throw DecodingError.dataCorruptedError(
                forKey: .label, in: container,
                debugDescription: "\"\(name)\" is no label; use one of \(known).")
        }
        label = verdict
    }

    struct Defect: Error {
        var field: String
        var reason: String

        init(_ field: String, _ reason: String) {
            self.field = field
            self.reason = reason
        }
    }
}

/// Where the texts of labelled rows come from.
private struct LabelSource {
    let suite: Suite
    let run: Run?
    let answers: [SampleRecord.Key: SampleRecord.Answer]

    init(suite: Suite, run: Run?, records: [SampleRecord]) {
        self.suite = suite
        self.run = run
        answers = SampleRecord.answers(in: records)
    }

    func question(_ row: LabelRow) throws(LabelRow.Defect) -> AnswerQuestion {
        guard let probe = row.probe else { return try ownText(row) }
        guard row.messages == nil, row.answer == nil else {
            throw .init("probe", "a row has messages and an answer, or a probe of a run, not both.")
        }
        guard let run else {
            throw .init("probe", "name the run that the answer is of (--run).")
        }
        guard let sample = row.sample else {
            throw .init("sample", "the number of the answer is missing.")
        }
        guard let answer = answers[.init(probe: probe, sample: sample, isGap: false)] else {
            throw .init("sample", "the run has no answer \(sample) to a probe \"\(probe)\".")
        }
        for dimension in run.suite.dimensions {
            guard let asked = dimension.probes.first(where: { $0.id == probe }) else { continue }
            let judged = dimension.measures.compactMap(\.rubric)
            guard let id = row.rubric ?? (judged.count == 1 ? judged[0] : nil) else {
                throw .init("rubric", "say by which rubric \"\(probe)\" is judged.")
            }
            return AnswerQuestion(try rubric(id), asked, sample, answer)
        }
        throw .init("probe", "the run did not ask \"\(probe)\".")
    }

    private func ownText(_ row: LabelRow) throws(LabelRow.Defect) -> AnswerQuestion {
        guard let id = row.rubric else { throw .init("rubric", "it is missing.") }
        guard let messages = row.messages, messages.last?.role == .user else {
            throw .init("messages", "give the conversation, which ends with the user's turn.")
        }
        guard let answer = row.answer else { throw .init("answer", "it is missing.") }
        var question = AnswerQuestion(
            rubric: try rubric(id), probe: "", sample: 0, before: messages,
            talk: [.assistant(answer)])
        // Named by its text, so that rows can be added and moved.
        question.probe = "text-\(question.item)"
        return question
    }

    private func rubric(_ id: String) throws(LabelRow.Defect) -> Rubric {
        if let rubric = suite.rubric(id) { return rubric }
        let known = suite.rubrics.map(\.id).joined(separator: ", ")
        throw .init(
            "rubric",
            known.isEmpty
                ? "the suite \(suite.name) has no rubrics."
                : "\"\(id)\" is no rubric of the suite \(suite.name); use one of \(known).")
    }
}
