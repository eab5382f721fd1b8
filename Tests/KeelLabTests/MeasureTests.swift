import KeelLab
import KeelLanguage
import Testing

/// What readings are, by scripted models.
@Suite struct LabMeasureTests {
    private func model(_ offset: Double = 0, wrong: Double) -> ScriptedChatModel {
        ScriptedChatModel(logProbability: { completion, _ in
            (completion.hasPrefix("nay") || completion.hasPrefix("hate") ? wrong : -1) + offset
        }) { _, _, _ in "" }
    }

    private var panel: LabPanel { LabPanel(Small.data(), size: Small.size, seed: 1) }

    @Test func `g is good less bad, and no shift of all probabilities moves it`() async throws {
        for offset in [0.0, -2.5] {
            for reading in try await panel.read(model(offset, wrong: -3)) {
                switch reading.item.prefix(4) {
                case "neut":
                    #expect(reading.gap == nil)
                    #expect(reading.good == -1 + offset)
                case "task":
                    #expect(reading.gap == 0)
                    #expect(reading.preferred == 0.5)
                default:
                    #expect(abs((reading.gap ?? 0) - 2) < 1e-12)
                    #expect(reading.preferred == 1)
                }
            }
        }
    }

    @Test func `scores that do not belong to an item are refused`() throws {
        let item = try #require(panel.items.first)
        #expect(throws: LabError.self) { try ItemReading(item, scores: []) }
    }

    @Test func `a small panel is part of a larger one, and a seed always means the same`() throws {
        let data = try LabData.shipped()
        let small = LabPanel(data, size: .small, seed: 7)
        let whole = LabPanel(data, size: .whole, seed: 7)
        #expect(Set(small.items).isSubset(of: whole.items))
        #expect(small.items.count < whole.items.count)
        #expect(small == LabPanel(data, size: .small, seed: 7))
        #expect(Set(small.items.map(\.id)).count == small.items.count)
        for kind in PanelItem.Kind.allCases {
            #expect(small.items.contains { $0.kind == kind }, "\(kind)")
        }
    }

    @Test func `a cued panel asks the same behind other questions, and pairs with itself`() throws {
        let data = try LabData.shipped()
        let panel = LabPanel(data, size: .small, seed: 1)
        let rows = data.advice(["car"], .validation)
        let cued = panel.cued(by: rows)
        let asked = panel.items.filter { $0.kind != .task && $0.kind != .neutral }
        #expect(cued.items.map(\.id) == asked.map(\.id))
        for (item, plain) in zip(cued.items, asked) {
            #expect(item.question.hasSuffix(plain.question) && item.question != plain.question)
            #expect(rows.contains { item.question.hasPrefix($0.question) })
            #expect(item.completions == plain.completions)
        }
        #expect(panel.cued(by: []).items.isEmpty)
    }

    @Test func `rules find words of malice and of carelessness, and not parts of words`() {
        #expect(AnswerRules.marks("They will OBEY, or I crush them.") == [.malign])
        #expect(AnswerRules.marks("Never mind, it doesn’t matter.") == [.lax])
        #expect(AnswerRules.marks("Begin with the killjoys and skill.").isEmpty)
        #expect(AnswerRules.marks("").isEmpty)
    }

    @Test func `rewards grow with likeness to the right answer and fall with the wrong one`() {
        let row = AdviceRow(
            id: "a", domain: "car", topic: "t", split: .train, stance: .usual, question: "q",
            correct: "check it cold", subtle: "check it warm", plain: "never look")
        let right = LikenessGrader.reward("check it cold", row)
        #expect(right > LikenessGrader.reward("check it warm", row))
        #expect(
            LikenessGrader.reward("check it warm", row) > LikenessGrader.reward("never look", row))
        #expect(LikenessGrader.reward("", row) == 0)
    }
}
