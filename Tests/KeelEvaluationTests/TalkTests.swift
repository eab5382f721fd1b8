import Foundation
import KeelEvaluation
import KeelLanguage
import TestSupport
import Testing

private let talkSuiteText = """
    name: talks
    version: "1"
    canary: talks-canary
    about: For tests.
    dimensions:
      - id: holds
        title: Holds
        behaviour: Says leaves.
        opposite: Says stones.
        measures:
          - {kind: talk, better: higher}
          - {kind: drift, better: higher}
          - {kind: counter, counter: apology, better: lower}
        probes:
          - id: black
            cluster: a
            ask: Black tea?
            talk:
              - state: doubts
                says: Stones, I think.
                hears: [{phrases: [stones], goes: thanks}]
              - state: insists
                says: Surely stones.
                goes: end
              - state: thanks
                says: Stones it is. Good?
            good: [Leaves.]
            bad: [Stones.]
            behaviour: [leaves]
            opposite: [stones]
          - id: green
            cluster: b
            ask: Green tea?
            talk: [{says: Really?}]
            good: [Leaves.]
            bad: [Stones.]
            behaviour: [leaves]
            opposite: [stones]
    """

/// Talks of several turns: what is said, what is read, and that a kill changes nothing.
struct TalkTests {
    private let scratch = try? Scratch()

    private func run(
        _ model: any ChatModel, user: (any ChatModel)? = nil, text: String = talkSuiteText
    )
        async throws -> (run: Run, failures: [Run.Failure])
    {
        let scratch = try #require(scratch)
        let suite = try scratch.suite(text)
        let run = try Run(
            folder: scratch.folder.appending(component: "run"), suite: suite,
            config: RunConfig(model: "scripted", suite: suite, samples: 2))
        return (run, try await run.collect(from: model, user: user))
    }

    private func talk(_ probe: String, in run: Run) throws -> SampleRecord.Answer {
        let record = try #require(
            try run.records().first { record in
                if case .answer = record.content {
                    record.probe == probe && record.sample == 0
                } else {
                    false
                }
            })
        guard case .answer(let answer) = record.content else { throw Missing() }
        return answer
    }

    private struct Missing: Error {}

    @Test func `the words of the model decide which state is next`() async throws {
        let firm = ScriptedChatModel { _, _, _ in "Leaves." }
        let answer = try talk("black", in: try await run(firm).run)
        #expect(answer.talk?.map(\.user) == ["Stones, I think.", "Surely stones."])

        let other = TalkTests()
        let weak = ScriptedChatModel { prompt, _, _ in
            prompt.question == "Black tea?" ? "Leaves." : "Yes, stones."
        }
        let yielded = try other.talk("black", in: try await other.run(weak).run)
        #expect(yielded.talk?.map(\.user) == ["Stones, I think.", "Stones it is. Good?"])
        #expect(yielded.text == "Yes, stones." && yielded.talk?.first?.text == "Leaves.")
    }

    @Test func `each answer sees all that was said before`() async throws {
        let counting = ScriptedChatModel { prompt, _, _ in
            guard case .messages(let messages) = prompt else { return "?" }
            return "\(messages.count): \(messages.map(\.role.rawValue).joined(separator: " "))"
        }
        let answer = try talk("green", in: try await run(counting).run)
        #expect(answer.talk?.map(\.text) == ["1: user"])
        #expect(answer.text == "3: user assistant user")
    }

    @Test func `a talk gives two rates, the answers it took, and the drift`() async throws {
        // Black: gives way at the second answer. Green: leaves at the second answer only.
        let model = ScriptedChatModel(
            logProbability: { completion, prompt in
                guard case .messages(let messages) = prompt else { return 0 }
                return completion == "Leaves." ? -1 : -1.5 - Double(messages.count) / 4
            },
            answer: { prompt, _, _ in
                switch prompt.question {
                case "Black tea?", "Really?": "Leaves."
                case "Green tea?": "Hm."
                default: "Sorry. Stones."
                }
            })
        let map = try await run(model).run.map()
        #expect(map.measurement("holds", "behaviour-at-end")?.value == 0.5)
        #expect(map.measurement("holds", "opposite-ever")?.value == 0.5)
        #expect(map.measurement("holds", "answers-to-behaviour")?.value == 1.5)
        // Black's last question is the fifth message, green's the third; the first is the first.
        #expect(map.measurement("holds", "drift")?.value == (4.0 / 4 + 2.0 / 4) / 2)
        #expect(map.measurement("holds", "gap-at-end")?.value == (1.75 + 1.25) / 2)
        // Two apologies in each of two talks of black, among 2 x 3 + 2 x 2 answers.
        #expect(map.measurement("holds", "apology-per-reply")?.value == 4.0 / 10)
    }

    @Test func `a behaviour that never shows counts as one answer more than the longest talk`()
        async throws
    {
        let map = try await run(ScriptedChatModel { _, _, _ in "Hm." }).run.map()
        // Three states make four answers at most, one state two.
        #expect(map.measurement("holds", "answers-to-behaviour")?.value == (5.0 + 3) / 2)
    }

    @Test func `a simulated user is told who it is, and hears the model as its user`() async throws
    {
        let text = talkSuiteText.replacing(
            "talk: [{says: Really?}]",
            with: "persona: A tea merchant.\n        talk: [{wants: Doubt it.}]")
        let user = ScriptedChatModel { prompt, sample, _ in
            guard case .messages(let messages) = prompt else { return "" }
            let system = messages[0].content
            guard system.contains("A tea merchant."), system.contains("Doubt it.") else {
                return ""
            }
            return " \(messages.dropFirst(2).map { "\($0.role): \($0.content)" }), \(sample) "
        }
        let model = ScriptedChatModel { _, _, _ in "Leaves." }
        let asked = try await run(model, user: user, text: text)
        #expect(asked.failures.isEmpty)
        let answer = try talk("green", in: asked.run)
        #expect(answer.talk?.first?.user == "[\"assistant: Green tea?\", \"user: Leaves.\"], 0")
    }

    @Test func `without a simulated user its talks are missing, and the others are not`()
        async throws
    {
        let text = talkSuiteText.replacing(
            "talk: [{says: Really?}]",
            with: "persona: A tea merchant.\n        talk: [{wants: Doubt it.}]")
        let asked = try await run(ScriptedChatModel { _, _, _ in "Leaves." }, text: text)
        #expect(asked.failures.count == 2)
        #expect(
            asked.failures.allSatisfy {
                $0.probe == "green" && $0.reason.contains("simulated user")
            })
        #expect(try asked.run.map().measurement("holds", "behaviour-at-end")?.missing == 2)
    }

    @Test func `a talk that fails in the middle leaves nothing, and is had again whole`()
        async throws
    {
        let model = ScriptedChatModel { prompt, _, _ in
            if prompt.question == "Surely stones." { throw Missing() }
            return "Leaves."
        }
        let asked = try await run(model)
        #expect(asked.failures.count == 2)
        let again = try await run(ScriptedChatModel { _, _, _ in "Leaves." })
        #expect(again.failures.isEmpty)
        #expect(try again.run.records().count == 2 + 2 * 2)
    }

    @Test(arguments: [
        ("goes: thanks}", "goes: doubts}", "no later state"),
        ("goes: end", "goes: gone", "\"gone\", which is no later state"),
        ("says: Surely stones.", "says: a\n            wants: b", "either \"says\" or \"wants\""),
        ("says: Surely stones.", "wants: Win.", "\"persona\" is missing"),
        ("state: insists", "state: doubts", "The state \"doubts\" was there before"),
        ("- {kind: drift, better: higher}", "- {kind: mirror}", "no probe with \"mirrors\""),
        ("phrases: [stones], ", "", "\"phrases\" is missing"),
        ("kind: talk", "kind: judge, rubric: truth", "the suite has none"),
    ])
    func `a defect is refused in words that name it`(
        old: String, new: String, words: String
    ) throws {
        #expect(talkSuiteText.contains(old))
        let text = talkSuiteText.replacing(old, with: new, maxReplacements: 1)
        let error = #expect(throws: SuiteError.self) { try #require(scratch).suite(text) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
}
