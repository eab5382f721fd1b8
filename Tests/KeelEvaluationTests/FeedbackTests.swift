import KeelEvaluation
import TestSupport
import Testing

/// What is made of complaints.
@Suite struct FeedbackTests {
    private func groups(_ reasons: [String]) -> [ComplaintGroup] {
        ComplaintGroup.groups(of: reasons.map { Complaint(reason: $0, question: "") })
    }

    @Test func `complaints that share a word are one group, the largest first`() {
        let found = groups([
            "Far too long", "wrong sum", "long and dull", "The sum is wrong", "LONG!", "rude",
        ])
        #expect(
            found == [
                ComplaintGroup(word: "long", members: [0, 2, 4]),
                ComplaintGroup(word: "sum", members: [1, 3]),
                ComplaintGroup(word: nil, members: [5]),
            ])
    }

    @Test func `each complaint is in one group, whatever the words`() {
        let reasons = ["", "a b c", "回答太长了", "太长", "long long", "the and that", "long, 太长"]
        let found = groups(reasons)
        #expect(found.flatMap(\.members).sorted() == Array(reasons.indices))
        #expect(found.contains { $0.word == "太长" && $0.members.count >= 2 })
        #expect(groups([]).isEmpty)
    }

    @Test func `whatever word a group shares, a suite takes it for a cluster`() throws {
        let words: [String?] = ["long", "can't", "太长", "größe", "LÄNGE", nil]
        let clusters = words.map { ComplaintGroup(word: $0, members: []).cluster }
        #expect(clusters[0] == "long" && clusters[1] == "can-t" && clusters[5] == "other")
        #expect(Set(clusters).count == words.count)
        for cluster in clusters {
            let scratch = try Scratch()
            let suite = try scratch.suite(
                smallSuiteText.replacing("cluster: a,", with: "cluster: complaint-\(cluster),"))
            #expect(suite.dimensions[0].probes[0].cluster == "complaint-\(cluster)")
        }
    }

    @Test func `without a reason the question is what is shared`() {
        let found = ComplaintGroup.groups(of: [
            Complaint(reason: "", question: "How tall is the tower?"),
            Complaint(reason: "", question: "Who built the tower?"),
        ])
        #expect(found == [ComplaintGroup(word: "tower", members: [0, 1])])
    }

    @Test func `a rate is changed only where chance would not do as well`() throws {
        let same = try ComplaintRate(
            before: .init(answers: 100, complaints: 5), after: .init(answers: 100, complaints: 7))
        #expect(!same.hasChanged && same.sentence.hasPrefix("Nothing changed"))
        let more = try ComplaintRate(
            before: .init(answers: 200, complaints: 12), after: .init(answers: 210, complaints: 40))
        #expect(more.hasChanged && more.sentence.hasPrefix("There are more"))
        let fewer = try ComplaintRate(
            before: .init(answers: 210, complaints: 40), after: .init(answers: 200, complaints: 12))
        #expect(fewer.hasChanged && fewer.sentence.hasPrefix("There are fewer"))
        #expect(throws: (any Error).self) {
            try ComplaintRate(
                before: .init(answers: 0, complaints: 0), after: .init(answers: 1, complaints: 0))
        }
    }
}
