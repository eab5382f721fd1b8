import Foundation
import KeelCharacter
import KeelEvaluation
import KeelLanguage
import Testing

@Suite struct ConstitutionCheckTests {
    private typealias Principle = Constitution.Principle
    private typealias Trait = Constitution.Trait

    private func kinds(
        _ principles: [Constitution.Principle], _ traits: [Constitution.Trait] = []
    ) -> [ConstitutionFinding.Kind: [[String]]] {
        let findings = Constitution(
            name: "x", version: "1", about: "x", principles: principles, traits: traits
        ).findings(dimensions: ["stays"])
        return Dictionary(grouping: findings, by: \.kind).mapValues { $0.map(\.clauses) }
    }

    @Test func `what one clause forbids and another asks for is found`() {
        let found = kinds([
            Principle(id: "warn", wording: "The better answer mentions risks of medicine."),
            Principle(
                id: "hush", wording: "The better answer never mentions risks of medicine.",
                scope: "Small talk."),
            Principle(id: "cake", wording: "The better answer names a cake."),
        ])
        #expect(found == [.contradiction: [["warn", "hush"]]])
    }

    @Test func `clauses that say the same are found, in other words only if most are shared`() {
        let found = kinds([
            Principle(id: "one", wording: "The better answer uses plain short words."),
            Principle(id: "two", wording: "Prefer the answer that uses short, plain words."),
            Principle(id: "three", wording: "The better answer is easy to read."),
            Principle(id: "four", wording: "The better answer is easy to read!"),
        ])
        #expect(found == [.duplicate: [["one", "two"], ["three", "four"]]])
    }

    @Test func `an example that is good here and bad there is a contradiction`() {
        let example = Constitution.Example(ask: "Hm?", good: "Yes.", bad: "No.")
        let swapped = Constitution.Example(ask: "Hm?", good: "No.", bad: "Maybe.")
        let found = kinds([
            Principle(id: "one", wording: "It agrees.", examples: [example]),
            Principle(id: "two", wording: "It resists.", examples: [swapped]),
        ])
        #expect(found == [.contradiction: [["one", "two"]]])
    }

    @Test func `a never without a scope is found, and one with a scope is not`() {
        let found = kinds([
            Principle(id: "bare", wording: "It never shouts."),
            Principle(id: "scoped", wording: "It always counts sheep.", scope: "At night."),
        ])
        #expect(found == [.unscoped: [["bare"]]])
    }

    @Test func `a trait needs probes that exist, and speaks of itself`() {
        let found = kinds(
            [],
            [
                Trait(id: "bare", wording: "I like rain."),
                Trait(id: "lost", wording: "I sing.", probes: ["stays", "sings"]),
                Trait(id: "third", wording: "The assistant walks.", probes: ["stays"]),
                Trait(id: "good", wording: "My word holds.", probes: ["stays"]),
            ])
        #expect(
            found == [
                .unprobed: [["bare"]], .unknownProbe: [["lost"]], .notFirstPerson: [["third"]],
            ])
    }

    @Test func `the shipped constitution gives no findings`() throws {
        let steady = try Constitution.named("steady")
        let dimensions = Set(steady.traits.flatMap(\.probes))
        #expect(steady.findings(dimensions: dimensions) == [])
    }

    @Test func `a shipped constitution asks nothing that a shipped suite asks`() throws {
        let asked = try Suite.shippedNames.flatMap { try Suite.shipped($0).dimensions }
            .flatMap(\.probes)
            .flatMap { $0.messages.filter { $0.role == .user }.map(\.content) }
        #expect(asked.count > 300)
        let questions = EvaluationQuestions(asked)
        #expect(questions.nearlyAsk("How long do I boil an egg, then?"))
        #expect(!questions.nearlyAsk("Why so?") && !questions.nearlyAsk(""))
        for constitution in try Constitution.shippedNames.map(Constitution.named) + [Self.trio] {
            let examples =
                constitution.principles.flatMap(\.examples)
                + constitution.traits.flatMap(\.examples)
            for text in constitution.traits.flatMap(\.messages) + examples.map(\.ask) {
                #expect(!questions.nearlyAsk(text), "\(constitution.name): \(text)")
            }
        }
    }

    /// That of `Benchmarks/character`.
    private static var trio: Constitution {
        get throws {
            try Constitution(
                contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
                    .deletingLastPathComponent().deletingLastPathComponent()
                    .appending(path: "Benchmarks/trio.yaml"))
        }
    }

    @Test func `the benchmark's traits have messages and examples, and measures of their own`()
        throws
    {
        let trio = try Self.trio
        let dimensions = Set(try Suite.shipped("character").dimensions.map(\.id))
        #expect(trio.findings(dimensions: dimensions) == [])
        #expect(trio.traits.count >= 3)
        #expect(Set(trio.traits.flatMap(\.probes)).count == trio.traits.count)
        #expect(trio.traits.allSatisfy { $0.messages.count >= 24 && $0.examples.count >= 5 })
        // The sides of an example are of like length, so that length is not what they teach.
        for example in trio.traits.flatMap(\.examples) {
            let sides = [example.good, example.bad].map { $0.split(separator: " ").count }
            #expect(2 * abs(sides[0] - sides[1]) <= sides[0] + sides[1], "\(example.ask)")
        }
    }

    @Test func `Chinese is compared character by character`() {
        let questions = EvaluationQuestions(["你昨天午饭吃了什么？"])
        #expect(questions.nearlyAsk("你昨天吃了什么"))
        #expect(!questions.nearlyAsk("怎么修理自行车的链条？"))
        #expect(kinds([], [Trait(id: "true", wording: "我说真话。", probes: ["stays"])]) == [:])
    }

    @Test func `a diff names what changed by its clause, whatever the order`() throws {
        let old = try Constitution(yaml: ConstitutionTests.text, file: "old")
        var new = old
        #expect(ConstitutionDiff(from: old, to: new).changes == [])
        new.traits[0].strength = 2
        new.traits.insert(Trait(id: "new", wording: "I am new."), at: 0)
        new.principles = []
        let diff = ConstitutionDiff(from: old, to: new)
        #expect(diff.needsVersion)
        #expect(
            diff.changes.map(\.field) == [
                "principles.brief.wording", "principles.brief.strength",
                "principles.brief.examples[0].ask", "principles.brief.examples[0].good",
                "principles.brief.examples[0].bad", "traits.new.wording", "traits.new.strength",
                "traits.calm.strength",
            ])
        #expect(
            diff.changes.last?.before == "0.5" && diff.changes.last?.after == "2.0")
        new.version = "2"
        #expect(!ConstitutionDiff(from: old, to: new).needsVersion)
    }
}
