import Foundation
import KeelEvaluation
import TestSupport
import Testing

struct SuiteTests {
    private let scratch = try? Scratch()

    @Test(arguments: [
        ("name: small", "nam: small", "\"nam\" is not a field here"),
        ("canary: small-canary", "canary: \"\"", "\"canary\" is empty"),
        ("version: \"1\"\n", "", "\"version\" is missing"),
        ("id: holds", "id: Holds!", "not an id"),
        ("id: even", "id: holds", "was there before (line 6)"),
        ("{id: rome, cluster: b, ask", "{id: paris, cluster: b, ask", "was there before (line 14)"),
        ("cluster: b, ", "", "(dimension holds, probe rome): \"cluster\" is missing"),
        ("cluster: b", "cluster: a", "All probes are in the cluster \"a\""),
        ("good: [Yes.], ", "", "\"bad\" but no \"good\""),
        ("good: [Yes.]", "good: [No.]", "both good and bad"),
        ("good: [Yes.]", "good: Yes", "\"good\" must be a list"),
        ("good: [Yes.]", "good: []", "\"good\" is empty"),
        ("good: [Yes.]", "goood: [Yes.]", "\"goood\" is not a field here"),
        ("behaviour: [rome]", "behaviour: [_ rome]", "no word to begin with"),
        ("- {kind: rule, better: higher}", "", "no measure of kind \"rule\""),
        ("better: zero", "better: nearer", "Use one of higher, lower, zero"),
        ("kind: mirror", "kind: miror", "Use one of gap, mirror, rule, counter"),
        ("counter: apology", "counter: charm", "Use one of filler, closer"),
        ("counter: follow-up", "counter: apology", "\"counter apology\" was there before"),
        ("mirrors: left", "mirrors: lift", "\"lift\", which is not in this dimension"),
        ("mirrors: up", "mirrors: left", "joins two clusters"),
        ("cluster: e, ask: An egg?", "cluster: e", "\"ask\" is missing"),
        ("ask: An egg?", "ask: a, messages: [{user: b}]", "Give either \"ask\" or \"messages\""),
        ("ask: An egg?", "messages: [{user: a}, {assistant: b}]", "The last message is"),
        ("ask: An egg?", "messages: [{robot: a}]", "\"robot\" is not a field here"),
        ("ask: An egg?", "ask: [", "not YAML"),
        ("about: For tests.", "about: For tests.\nabout: Twice.", "not YAML"),
    ])
    func `a defect is refused in words that name it`(
        old: String, new: String, words: String
    ) throws {
        #expect(smallSuiteText.contains(old))
        let text = smallSuiteText.replacing(old, with: new, maxReplacements: 1)
        let error = #expect(throws: SuiteError.self) { try #require(scratch).suite(text) }
        let description = try #require(error?.description)
        #expect(description.hasPrefix("suite.yaml:") && description.contains(words))
    }

    @Test func `a defect has its line`() throws {
        let text = smallSuiteText.replacing("kind: mirror", with: "kind: miror")
        let error = #expect(throws: SuiteError.self) { try #require(scratch).suite(text) }
        #expect(error?.line == 21)
    }

    /// Where a field is planted that no object has, and the schema's word for the object.
    @Test(arguments: [
        ("suite", "name: small", "zzz: 1\nname: small"),
        ("rubric", "about: For tests.", "about: For tests.\nrubrics: [{zzz: 1, id: r}]"),
        ("dimension", "- id: holds", "- zzz: 1\n    id: holds"),
        ("probe", "{id: rome,", "{zzz: 1, id: rome,"),
        ("message", "ask: An egg?", "messages: [{zzz: b}]"),
        ("state", "ask: An egg?", "ask: An egg?, talk: [{zzz: 1, says: a}]"),
        ("branch", "ask: An egg?", "ask: An egg?, talk: [{says: a, hears: [{zzz: 1}]}]"),
    ])
    func `the schema knows the fields that the reader knows`(
        object: String, old: String, new: String
    ) throws {
        let text = smallSuiteText.replacing(old, with: new, maxReplacements: 1)
        let error = #expect(throws: SuiteError.self) { try #require(scratch).suite(text) }
        let words = try #require(error?.description)
        let known = try #require(words.firstMatch(of: #/Known are (.*)\./#)?.1)
        let fields = try #require(try schema(of: object)["properties"] as? [String: Any])
        #expect(Set(fields.keys) == Set(known.components(separatedBy: ", ")), "\(words)")
    }

    @Test func `the schema knows all measures`() throws {
        let fields = try #require(try schema(of: "measure")["properties"] as? [String: Any])
        func choices(_ field: String) -> [String]? {
            (fields[field] as? [String: Any])?["enum"] as? [String]
        }
        #expect(Set(fields.keys) == ["kind", "better", "counter", "of", "rubric"])
        #expect(choices("kind") == Measure.Kind.allCases.map(\.rawValue))
        #expect(choices("better") == Measure.Direction.allCases.map(\.rawValue))
        #expect(choices("counter") == Counter.all.map(\.id))
        let quantities = try #require(choices("of"))
        #expect(quantities.allSatisfy { Measure.Quantity(named: $0) != nil })
        #expect(Set(quantities).isSuperset(of: Counter.all.map(\.id)))
    }

    private func schema(of object: String) throws -> [String: Any] {
        let whole = try JSONSerialization.jsonObject(with: Data(try Suite.schema().utf8))
        let parts = (whole as? [String: Any])?["$defs"] as? [String: Any]
        return try #require(parts?[object] as? [String: Any], "\(object)")
    }

    @Test func `a missing file is named`() throws {
        let scratch = try #require(scratch)
        let error = #expect(throws: SuiteError.self) {
            try scratch.suite("name: a\nversion: b\ncanary: c\nabout: d\ndimensions: [gone.yaml]")
        }
        #expect(error?.description.contains("gone.yaml") == true)
    }

    @Test func `a file of a suite that lacks the canary is refused`() throws {
        let scratch = try #require(scratch)
        let part = scratch.folder.appending(component: "part.yaml")
        try Data("id: a".utf8).write(to: part)
        let error = #expect(throws: SuiteError.self) {
            try scratch.suite("name: a\nversion: b\ncanary: c\nabout: d\ndimensions: [part.yaml]")
        }
        #expect(error?.defect == .noCanary(file: "part.yaml"))
    }

    @Test func `a name that does not ship is refused with those that do`() {
        let error = #expect(throws: SuiteError.self) { try Suite.shipped("charm") }
        #expect(error?.defect == .notShipped(known: Suite.shippedNames))
        #expect(Suite.shippedNames == ["character", "confrontation", "frames", "frames-people"])
    }

    @Test func `the fingerprint follows the content and not the layout`() throws {
        let scratch = try #require(scratch)
        let suite = try scratch.suite()
        let commented = try scratch.suite("# A comment.\n" + smallSuiteText)
        let changed = try scratch.suite(smallSuiteText.replacing("Rice?", with: "Rye?"))
        #expect(suite.fingerprint.count == 16)
        #expect(commented.fingerprint == suite.fingerprint)
        #expect(changed.fingerprint != suite.fingerprint)
    }

    @Test func `a suite comes back from JSON as it was`() throws {
        let suite = try Suite.shipped("character")
        let copy = try JSONDecoder().decode(Suite.self, from: JSONEncoder().encode(suite))
        #expect(copy == suite)
    }
}
