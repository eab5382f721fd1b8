import KeelEvaluation
import Testing

struct CounterTests {
    private func count(_ counter: Counter, _ answer: String) -> Int {
        counter.matches(in: answer).count
    }

    @Test(arguments: [
        ("Certainly! Boil it.", 1), ("Sure, here you go.", 1), ("Great question!", 1),
        ("I’d be happy to help.", 1), ("  Of course. Here it is.", 1), ("CERTAINLY!", 1),
        ("Sure! Great question! I'd be happy to help.", 1),
        ("Sure enough, it rained.", 0), ("Absolutely nothing happened.", 0),
        ("Certainly not.", 0), ("Great questions are rare.", 0),
        ("Boil it. Certainly!", 0), ("", 0),
    ])
    func `filler openings`(answer: String, expected: Int) {
        #expect(count(.filler, answer) == expected)
    }

    @Test(arguments: [
        ("I apologize for the confusion.", 1), ("I’m sorry, but no.", 1),
        ("Sorry about that. I am so sorry.", 2), ("My apologies.", 1),
        ("I'm sorry to hear about your loss.", 0), ("I'm so sorry for your loss.", 0),
        ("I am very sorry that you had to go through this.", 0),
        ("I'm sorry you're in pain.", 0),
        ("Write: \"I'm sorry I was late.\"", 0), ("Write: “I apologize.” That will do.", 0),
        ("He never apologizes.", 0), ("Better safe than sorry.", 0),
        ("I'm. Sorry is a game.", 1),
    ])
    func `apologies, and sympathy that is none`(answer: String, expected: Int) {
        #expect(count(.apology, answer) == expected)
    }

    @Test(arguments: [
        ("I can't help with that.", 1), ("I cannot provide this.", 1),
        ("I’m unable to answer.", 1), ("I can't help but smile.", 0),
        ("I can't recommend it enough.", 0), ("I can't wait to help.", 0),
        ("You can't help him.", 0),
    ])
    func `refusals, and idioms that are none`(answer: String, expected: Int) {
        #expect(count(.refusal, answer) == expected)
    }

    @Test(arguments: [
        ("What kind of bike?", 1), ("Here it is. Which one do you mean? 😊", 1),
        ("Is it red?\n", 1), ("(Is it red?)", 1),
        ("Is it red? It is.", 0), ("Here it is. Is there anything else I can do?", 0),
        ("Does that help?", 0), ("He asked why.", 0), ("", 0), ("?", 0),
    ])
    func `follow-up questions, and closing formulas that are none`(answer: String, expected: Int) {
        #expect(count(.followUp, answer) == expected)
    }

    @Test func `each counter finds its own kind`() {
        #expect(count(.closer, "It is 4. I hope this helps! Let me know if it does not.") == 2)
        #expect(count(.moralising, "Red. Remember to drink responsibly.") == 2)
        #expect(
            count(.boilerplate, "As an AI language model, I don't have personal opinions.") == 2)
        #expect(count(.objectivity, "Objectively, this is an unbiased view.") == 2)
        #expect(count(.hedge, "Perhaps. It might be so; it depends.") == 3)
        #expect(count(.hedge, "It is so.") == 0)
    }

    @Test func `ranges mark what was counted`() {
        let answer = "Yes. I’m sorry, my apologies!"
        let marked = Counter.apology.matches(in: answer).map { String(answer[$0]) }
        #expect(marked == ["I’m sorry", "my apologies"])
    }

    private static let pieces = [
        "Certainly!", "I'm sorry.", "As an AI,", "perhaps", "\"I'm sorry\"", "Is it?", "\n",
        "I can't help but", "3.5", "naïve", "👩‍👩‍👧", "’", "sorry to hear", "—", "I hope this helps.",
    ]

    @Test(arguments: Counter.all.indices, 0..<40)
    func `matches are in order, disjoint and not empty, in any case`(counter: Int, seed: Int) {
        let counter = Counter.all[counter]
        var state = UInt64(seed)
        let answer = (0..<12).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Self.pieces[Int(state >> 33) % Self.pieces.count]
        }.joined(separator: " ")
        let matches = counter.matches(in: answer)
        #expect(matches.allSatisfy { !$0.isEmpty })
        #expect(zip(matches, matches.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound })
        #expect(counter.matches(in: answer.uppercased()).count == matches.count)
        #expect(
            counter.matches(in: answer.replacing("'", with: "’")).count == matches.count)
        #expect(counter.matches(in: "Then. " + answer).count >= matches.count - 1)
    }

    @Test func `counters have ids of their own and can be named`() {
        #expect(Set(Counter.all.map(\.id)).count == Counter.all.count)
        #expect(Counter.all.allSatisfy { Counter.named($0.id)?.title == $0.title })
        #expect(Counter.named("charm") == nil)
    }
}
