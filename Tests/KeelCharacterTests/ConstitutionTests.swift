import Foundation
import KeelCharacter
import TestSupport
import Testing

@Suite struct ConstitutionTests {
    static let text = """
        name: small
        version: "1"
        about: For tests.
        values:
          - {id: care, means: What is good.}
        principles:
          - id: brief
            wording: The better answer is shorter.
            examples:
              - {ask: What is 1 + 1?, good: "2", bad: "Great question! It is 2."}
        traits:
          - id: calm
            wording: |-
              I stay calm.

              I breathe out: "no" is a whole sentence.
            value: care
            scope: Somebody shouts.
            strength: 0.5
            messages: [Why are you late?]
            probes: [stays]
            examples:
              - {ask: Now!, good: In a moment., bad: AT ONCE!, because: It is loud.}
        """

    @Test func `a constitution is read with all that it says`() throws {
        let read = try Constitution(yaml: Self.text, file: "small.yaml")
        #expect(read.values == [.init(id: "care", means: "What is good.")])
        #expect(
            read.principles == [
                .init(
                    id: "brief", wording: "The better answer is shorter.",
                    examples: [
                        .init(ask: "What is 1 + 1?", good: "2", bad: "Great question! It is 2.")
                    ])
            ])
        let trait = try #require(read.traits.first)
        #expect(trait.wording.hasSuffix("I breathe out: \"no\" is a whole sentence."))
        #expect(trait.strength == 0.5 && trait.scope == "Somebody shouts.")
        #expect(trait.criterion.asked.contains(trait.wording))
        #expect(trait.criterion.told == trait.wording)
        #expect(
            trait.examples == [
                .init(ask: "Now!", good: "In a moment.", bad: "AT ONCE!", because: "It is loud.")
            ])
        #expect(trait.criterion.examples == trait.examples)
        #expect(read.criterion("calm") == trait.criterion)
        #expect(read.criterion("brief") == read.principles.first?.criterion)
    }

    @Test func `what is written is read again as it was`() throws {
        let scratch = try Scratch()
        var constitution = try Constitution(yaml: Self.text, file: "small.yaml")
        constitution.traits[0].wording = "I say: \"no\" # — 'yes'\n\n  - and\ttabs\n~"
        constitution.traits[0].messages = ["no", "1", "null", "- a: b", " padded ", "{x}", "é"]
        try constitution.write(to: scratch.file("copy.yaml").path)
        let read = try Constitution(contentsOf: scratch.file("copy.yaml"))
        #expect(read == constitution)
        #expect(read.fingerprint == constitution.fingerprint)
        for name in Constitution.shippedNames {
            let shipped = try Constitution.named(name)
            try shipped.write(to: scratch.file("\(name).yaml").path)
            #expect(try Constitution.named(scratch.file("\(name).yaml").path) == shipped)
        }
    }

    @Test(arguments: [
        ("name: small", "name: Small one", "small.yaml:1: \"name\": \"Small one\" is not an id."),
        ("about: For tests.\n", "", "small.yaml:1: \"about\" is missing. Add it."),
        ("about: For tests.", "about: [a]", "small.yaml:3: \"about\" must be a text."),
        ("about: For tests.", "about: \" \"", "small.yaml:3: \"about\": it is empty."),
        ("  - id: brief", "  - id: brief\n    words: x", "\"principles[0].words\": it is not a"),
        ("    value: care", "    value: wealth", "\"traits[0]\": calm serves \"wealth\""),
        ("strength: 0.5", "strength: strong", "small.yaml:19: \"traits[0].strength\" must be a"),
        ("strength: 0.5", "strength: 11", "small.yaml:19: \"traits[0].strength\": it is 11.0;"),
        ("id: calm", "id: brief", "\"traits[0]\": the id \"brief\" was there before."),
        ("[Why are you late?]", "late", "small.yaml:20: \"traits[0].messages\" must be a list"),
        ("[Why are you late?]", "[Why, ' ']", "\"traits[0].messages[1]\": it is empty."),
        (
            "bad: \"Great question! It is 2.\"", "bad: \"2\"",
            "\"principles[0].examples[0].bad\": it is the same as \"good\""
        ),
        ("values:", "values: {", "This is not YAML"),
        ("name: small", "name: small\nname: large", "small.yaml"),
    ])
    func `a defect is named with file, line, field and remedy`(
        part: String, broken: String, complaint: String
    ) throws {
        let text = Self.text.replacing(part, with: broken)
        #expect(text != Self.text)
        let error = #expect(throws: CharacterFileError.self) {
            try Constitution(yaml: text, file: "small.yaml")
        }
        let description = error?.description ?? ""
        #expect(description.contains(complaint), "\(description)")
        #expect(description.hasPrefix("small.yaml"))
    }

    @Test(arguments: ["", "# nothing", "[]", "text", "name: x\nversion: '1'\nabout: y\n"])
    func `a file without a constitution is refused`(text: String) {
        #expect(throws: CharacterFileError.self) { try Constitution(yaml: text, file: "x.yaml") }
    }

    @Test func `a name that nobody ships is answered with those that are`() {
        let error = #expect(throws: CharacterFileError.self) { try Constitution.named("nowhere") }
        #expect(error?.description.contains("Shipped are steady.") == true)
    }

    @Test func `a fingerprint follows from what is said and not from the layout`() throws {
        let one = try Constitution(yaml: Self.text, file: "a")
        let other = try Constitution(
            yaml: Self.text.replacing(
                "{id: care, means: What is good.}", with: "id: care\n    means: \"What is good.\"")
                + "\n# end\n",
            file: "b")
        #expect(one.fingerprint == other.fingerprint)
        var changed = one
        changed.traits[0].strength = 0.6
        #expect(changed.fingerprint != one.fingerprint)
    }
}
