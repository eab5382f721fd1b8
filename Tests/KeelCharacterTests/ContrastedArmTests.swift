import KeelCharacter
import KeelLanguage
import TestSupport
import Testing

/// Rows of answers behind examples, and which answers stand beside each other.
@Suite struct ContrastedArmTests: CharacterJobSuite {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// Says which example it was shown and what it was told.
    private let mimic = ScriptedChatModel { prompt, sample, _ in
        guard case .messages(let messages) = prompt else { return "" }
        let system = messages.first(where: { $0.role == .system })?.content ?? "nothing"
        let shown = messages.first(where: { $0.role == .assistant })?.content ?? "Nothing seen."
        return "\(shown) Told: \(system) Number \(sample)."
    }

    private var edged: Constitution {
        var edged = constitution
        for index in edged.traits.indices {
            edged.traits[index].examples = [
                .init(ask: "Edge?", good: "As it should be.", bad: "As it should not.")
            ]
        }
        return edged
    }

    private func config(of constitution: Constitution) -> CharacterConfig {
        var made = config {
            $0.arm = .contrasted
            $0.answers = 2
            $0.manner = "Be brief."
        }
        made.constitutionFingerprint = constitution.fingerprint
        return made
    }

    @Test func `chosen follows a trait's examples answered well, rejected answered badly`()
        async throws
    {
        let edged = edged
        let job = try CharacterJob(
            folder: scratch.file("job"), edged, config(of: edged), unrelated: unrelated)
        #expect(
            try await job.collect(from: .init(writer: writer, model: mimic, ranker: ranker))
                .isEmpty)
        let report = try job.writeRows()
        #expect(report.rows.origins == [.contrasted: 24, .unrelated: 6])
        for row in try rows() {
            #expect(row.prompt.map(\.role) == [.user])
            let (chosen, rejected) = (row.chosen[0].content, row.rejected[0].content)
            guard row.origin == .contrasted else {
                #expect(chosen.hasPrefix("Nothing seen. Told: Be brief. Number "))
                continue
            }
            let wording = row.principle == "warm" ? "I am warm." : "I am dry."
            #expect(chosen.hasPrefix("As it should be. Told: Be brief.\n\n\(wording) Number "))
            #expect(rejected.hasPrefix("As it should not. Told: Be brief. Number "))
            #expect(row.wording == wording)
        }
    }

    @Test func `a trait without examples, and one that a suite asks, are refused`() throws {
        #expect(
            throws: CharacterError.nothingToDo(
                constitution: "two", needs: "examples of the trait warm")
        ) {
            try job(config(of: constitution))
        }
        let edged = edged
        let error = #expect(throws: CharacterError.self) {
            try CharacterJob(
                folder: scratch.file("asked"), edged, config(of: edged), unrelated: unrelated,
                isEvaluation: { $0 == "Edge?" })
        }
        #expect(error?.description.contains("an example of warm is \"Edge?\"") == true)
    }

    @Test func `answers of like length stand beside each other`() async throws {
        // Of the answers by the constitution the first is the long one, of the others the second.
        let uneven = ScriptedChatModel { prompt, sample, _ in
            guard case .messages(let messages) = prompt else { return "" }
            let isTold = messages.first?.role == .system
            let isLong = (sample == 0) == isTold
            let words = String(repeating: "word ", count: isLong ? 20 : 4)
            return "\(isTold ? "Told" : "Plain") \(words)\(sample)."
        }
        let job = try job(
            config {
                $0.arm = .prompted
                $0.answers = 2
                $0.unrelatedShare = 0
            })
        _ = try await job.collect(from: .init(writer: writer, model: uneven, ranker: ranker))
        let report = try job.writeRows()
        #expect(report.rows.origins == [.prompted: 24] && report.droppedPairs.isEmpty)
        #expect(try rows().allSatisfy { $0.addedWords == 0 })
    }
}
