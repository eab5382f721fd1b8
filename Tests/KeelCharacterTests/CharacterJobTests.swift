import KeelCharacter
import KeelLanguage
import TestSupport
import Testing

/// What a job's rows are made of, arm by arm.
@Suite struct CharacterJobTests: CharacterJobSuite {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test func `a constitution becomes rows by every step`() async throws {
        let job = try job(config())
        #expect(try await job.collect(from: models).isEmpty)
        let report = try job.writeRows()
        let rows = try rows()
        let ranked = rows.filter { $0.origin == .ranked }
        #expect(ranked.count == 12)
        #expect(ranked.allSatisfy { $0.chosen[0].content.contains("warm") })
        #expect(ranked.allSatisfy { $0.rejected[0].content.contains("cool") })
        #expect(ranked.allSatisfy { $0.logOdds == PairScore(first: 3, second: 1) })
        #expect(rows.count { $0.origin == .unrelated } == 3)
        #expect(rows.filter { $0.origin == .unrelated }.allSatisfy { $0.chosenProbability == 0.5 })
        #expect(report.messages.map(\.asked) == [6, 6])
        #expect(report.messages[0].dropped[.repeats] == 1)
        #expect(report.rows.principles.map(\.principle) == ["warm", "dry"])
        // Of the six pairs of four answers, two are of a kind: the places decide them.
        #expect(report.placeBias?.pairs == 72 && report.placeBias?.uncertain == 24)
        #expect(report.placeBias?.isShown == true)
        #expect(try scratch.lines("job/prompts.jsonl").count == 15)
    }

    @Test func `in the prompted arm chosen was told and rejected was not`() async throws {
        let job = try job(
            config {
                $0.arm = .prompted; $0.answers = 2; $0.greatestProbability = 0.9
            })
        _ = try await job.collect(from: models)
        _ = try job.writeRows()
        let rows = try rows().filter { $0.origin == .prompted }
        #expect(rows.count == 24)
        #expect(rows.allSatisfy { $0.chosen[0].content.hasSuffix("told.") })
        #expect(rows.allSatisfy { !$0.rejected[0].content.hasSuffix("told.") })
        #expect(rows.allSatisfy { $0.prompt.map(\.role) == [.user] && $0.chosenProbability == 0.9 })
    }

    @Test func `strength weighs rows that nobody ranks, and unrelated ones keep their share`()
        async throws
    {
        var weighed = constitution
        weighed.traits[0].strength = 0.5
        weighed.traits[1].strength = 0
        var config = config {
            $0.arm = .prompted
            $0.answers = 2
            $0.greatestProbability = 0.9
        }
        config.constitutionFingerprint = weighed.fingerprint
        let job = try CharacterJob(
            folder: scratch.file("job"), weighed, config, unrelated: unrelated)
        _ = try await job.collect(from: models)
        let report = try job.writeRows()
        let rows = try rows()
        func probabilities(_ trait: String) -> [Double] {
            rows.filter { $0.principle == trait }.map(\.chosenProbability)
        }
        // σ(ln 9 / 2) is three quarters.
        #expect(probabilities("warm").allSatisfy { abs($0 - 0.75) < 1e-12 })
        #expect(probabilities("dry").count == 12)
        #expect(probabilities("dry").allSatisfy { $0 == 0.5 })
        #expect(rows.filter { $0.principle == "warm" }.allSatisfy { $0.strength == 0.5 })
        // A fifth of all, of 24 rows of traits.
        #expect(report.rows.origins == [.prompted: 24, .unrelated: 6])
    }

    @Test func `the same pair makes one row`() async throws {
        let stuck = ScriptedChatModel { prompt, _, _ in
            guard case .messages(let messages) = prompt else { return "" }
            return messages.first?.role == .system ? "I was told so." : "I was not told."
        }
        let job = try job(
            config {
                $0.arm = .prompted
                $0.unrelatedShare = 0
            })
        _ = try await job.collect(from: .init(writer: writer, model: stuck, ranker: ranker))
        let report = try job.writeRows()
        #expect(try rows().count == 12 && report.droppedPairs == [.repeats: 36])
    }

    @Test func `pairs are ranked by principles drawn for them, each by its own`() async throws {
        // The first principle likes warm answers, the second cool ones.
        var ruled = constitution
        ruled.principles = [
            .init(id: "warmth", wording: "Be warm."), .init(id: "cool", wording: "Be cool."),
        ]
        let fickle = ScriptedChatModel(
            logProbability: { letter, prompt in
                guard case .messages(let messages) = prompt, let text = messages.last?.content,
                    let range = text.firstRange(of: "answer \(letter)\n")
                else { return .nan }
                let wanted = text.contains("Be warm.") ? "warm" : "cool"
                let line = text[range.upperBound...].prefix { $0 != "\n" }
                return line.contains(wanted) ? 1 : 0
            }, answer: { _, _, _ in "" })
        var config = config {
            $0.rankedBy = .principle
            $0.unrelatedShare = 0
        }
        config.constitutionFingerprint = ruled.fingerprint
        let job = try CharacterJob(
            folder: scratch.file("job"), ruled, config, unrelated: unrelated)
        _ = try await job.collect(from: .init(writer: writer, model: answerer, ranker: fickle))
        let report = try job.writeRows()
        let rows = try rows()
        #expect(rows.count == 12)
        for row in rows {
            let wanted = row.principle == "warmth" ? "warm" : "cool"
            #expect(row.chosen[0].content.contains(wanted))
            #expect(row.wording == (wanted == "warm" ? "Be warm." : "Be cool."))
        }
        #expect(Set(rows.compactMap(\.principle)) == ["warmth", "cool"])
        #expect(report.placeBias?.pairs == 72 && report.placeBias?.isShown == false)
    }

    @Test func `in the revised arm chosen is the last revision, by principles that are drawn`()
        async throws
    {
        var ruled = constitution
        ruled.principles = (0..<3).map { .init(id: "p\($0)", wording: "By rule \($0).") }
        // A revision says which rule the critique before it named.
        let reviser = ScriptedChatModel { prompt, sample, options in
            guard case .messages(let messages) = prompt, messages.count > 1 else {
                return "Plain answer number \(sample)."
            }
            let last = messages.last?.content ?? ""
            if last.hasPrefix("Look at") {
                return last.firstMatch(of: /By rule \d/).map { String($0.output) } ?? "?"
            }
            return "Revised. \(messages.dropLast().last?.content ?? "")."
        }
        var config = config {
            $0.arm = .revised; $0.answers = 2; $0.revisions = 2
        }
        config.constitutionFingerprint = ruled.fingerprint
        let job = try CharacterJob(
            folder: scratch.file("job"), ruled, config, unrelated: unrelated)
        _ = try await job.collect(
            from: .init(writer: writer, model: reviser, ranker: ranker))
        _ = try job.writeRows()
        let rows = try rows().filter { $0.origin == .revised }
        #expect(rows.count == 24)
        for row in rows {
            let number = row.principle?.last.map(String.init) ?? "?"
            #expect(row.wording == "By rule \(number).")
            #expect(row.chosen[0].content == "Revised. By rule \(number).")
            #expect(row.rejected[0].content.hasPrefix("Plain answer"))
        }
        #expect(Set(rows.compactMap(\.principle)) == ["p0", "p1", "p2"])

        config.constitutionFingerprint = constitution.fingerprint
        #expect(throws: CharacterError.nothingToDo(constitution: "two", needs: "principles")) {
            try self.job(config, "none")
        }
    }

    @Test func `what a suite asks is not asked here`() async throws {
        let job = try job(config()) { $0.hasPrefix("Is it cold") || $0.hasPrefix("Neutral") }
        _ = try await job.collect(from: models)
        let report = try job.writeRows()
        #expect(report.messages[0].dropped[.evaluation] == 1)
        #expect(try rows().allSatisfy { $0.origin == .ranked })
        #expect(try rows().allSatisfy { !$0.prompt[0].content.hasPrefix("Is it cold") })
    }

    @Test func `pairs of unlike length, cut off or alike make no row`() async throws {
        let uneven = ScriptedChatModel { _, sample, _ in
            switch sample {
            case 0: "Short and warm one."
            case 1: "Short and warm one!"
            case 2: String(repeating: "cool ", count: 20)
            default: String(repeating: "cut off ", count: 60)
            }
        }
        let job = try job(config { $0.unrelatedShare = 0 })
        _ = try await job.collect(from: .init(writer: writer, model: uneven, ranker: ranker))
        let error = #expect(throws: CharacterError.self) { try job.writeRows() }
        let text = error?.description ?? ""
        #expect(
            text.contains("36 cut-off") && text.contains("24 length") && text.contains("12 same"))
    }

    @Test func `where only agreeing pairs are wanted, a biased ranker leaves the others out`()
        async throws
    {
        let biased = ScriptedChatModel(
            logProbability: { letter, _ in letter == "A" ? 0 : -2 }, answer: { _, _, _ in "" })
        let job = try job(
            config {
                $0.onlyAgreeing = true; $0.unrelatedShare = 0
            })
        _ = try await job.collect(from: .init(writer: writer, model: answerer, ranker: biased))
        let error = #expect(throws: CharacterError.self) { try job.writeRows() }
        #expect(error?.description.contains("72 uncertain") == true)
    }
}
