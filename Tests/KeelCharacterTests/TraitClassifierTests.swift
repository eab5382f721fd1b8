import KeelCharacter
import KeelLanguage
import Testing

@Suite struct TraitClassifierTests {
    private func classifier(_ rows: [PreferenceRecord]) throws -> TraitClassifier {
        try TraitClassifier(
            TraitClassifier.material(rows, trainedOn: [], questions: []).pairs, seed: 0)
    }

    @Test func `a character is told by its words under prompts that were not learned from`() throws
    {
        let told = try classifier(FriendlyWords.rows(40, chosen: 0.4, rejected: 0.05))
        #expect(told.validation.canTell && told.validation.accuracy.value > 0.8)
        #expect(told.validation.pairs == 40 && told.validation.prompts == 40)
        let (warm, plain) = (told.score("Gladly, dear friend."), told.score("The stone is green."))
        #expect(warm > plain)
        let seen = TraitClassifier.recognition(warm, against: plain)
        #expect(seen > 0.5 && seen < 1)
        #expect(abs(seen + TraitClassifier.recognition(plain, against: warm) - 1) < 1e-12)
        #expect(TraitClassifier.recognition(warm, against: warm) == 0.5)
    }

    @Test func `a text said twice scores as it did once`() throws {
        let told = try classifier(FriendlyWords.rows(40, chosen: 0.4, rejected: 0.05))
        for text in ["Gladly, friend! A green door?", "Seven; seven walks\nunder paper", "Dear."] {
            #expect(abs(told.score(text) - told.score("\(text)\n\(text)")) < 1e-9)
        }
        #expect(told.score("") == 0)
    }

    @Test func `length alone is not learned`() throws {
        let rows = FriendlyWords.rows(60, chosen: 0.2, rejected: 0.2, sentences: (4, 1))
        #expect(try !classifier(rows).validation.canTell)
    }

    @Test func `where there is nothing to tell, few of twenty sets say that there is`() throws {
        let alarms = try (0..<20).count { seed in
            let rows = FriendlyWords.rows(30, chosen: 0.2, rejected: 0.2, seed: UInt64(seed))
            return try classifier(rows).validation.canTell
        }
        // The lower side of an interval of 95 % errs in 2.5 %: four of twenty have a chance of 0.2 %.
        #expect(alarms <= 3)
    }

    @Test func `swapped sides turn every score round`() throws {
        let rows = FriendlyWords.rows(20, chosen: 0.4, rejected: 0.05)
        let swapped = rows.map { row in
            var row = row
            swap(&row.chosen, &row.rejected)
            return row
        }
        let (one, other) = (try classifier(rows), try classifier(swapped))
        for text in ["Gladly, dear friend.", "A stone under a door."] {
            #expect(abs(one.score(text) + other.score(text)) < 1e-6)
        }
        #expect(one.validation.accuracy == other.validation.accuracy)
    }

    @Test func `too few prompts are refused`() {
        let error = #expect(throws: CharacterError.self) {
            try classifier(FriendlyWords.rows(9, chosen: 0.4, rejected: 0.05))
        }
        #expect(error?.description.contains("needs at least 10") == true)
    }

    @Test func `methods and prompts that are judged are not learned from`() throws {
        let question = RobustnessQuestion(
            id: "q", trait: "warm", cluster: "c",
            messages: [.user("Could you describe object 3 briefly, please?")])
        let ranked = FriendlyWords.rows(12, chosen: 0.4, rejected: 0.05)
        let prompted = FriendlyWords.rows(1, chosen: 0.4, rejected: 0.05, origin: .prompted)
        let revised = FriendlyWords.rows(2, chosen: 0.4, rejected: 0.05, origin: .revised)
        let unrelated = FriendlyWords.rows(2, chosen: 0.1, rejected: 0.1, origin: .unrelated)
        let material = try TraitClassifier.material(
            ranked + unrelated, trainedOn: prompted + unrelated, questions: [])
        #expect(material.pairs.count == 12 && material.origins == [.ranked: 12])
        // Three of its four words, or all, stand in the question.
        let left = try TraitClassifier.material(
            ranked, trainedOn: prompted, questions: [question])
        #expect(left.asked == 12 && left.pairs.isEmpty)
        for origin in [PreferenceRecord.Origin.prompted, .contrasted] {
            let judged = FriendlyWords.rows(1, chosen: 0.4, rejected: 0.05, origin: origin)
            let wrong = #expect(throws: CharacterError.self) {
                try TraitClassifier.material(ranked + judged, trainedOn: [], questions: [])
            }
            #expect(wrong?.description.contains("a method that is judged here") == true)
        }
        let same = #expect(throws: CharacterError.self) {
            try TraitClassifier.material(ranked + revised, trainedOn: revised, questions: [])
        }
        #expect(same?.description.contains("rows are revised, as are those") == true)
        let leak = #expect(throws: CharacterError.self) {
            try TraitClassifier.material(
                ranked, trainedOn: revised,
                questions: [
                    .init(
                        id: "q", trait: "warm", cluster: "c",
                        messages: [.user("describe OBJECT 1 briefly!")])
                ])
        }
        #expect(leak?.description.contains("which it is asked here") == true)
    }
}
