import KeelCharacter
import Testing

/// What `Sources/KeelCharacter/KeelCharacter.docc` shows, compiled and run; `make test-docs` holds the two equal.
struct SnippetTests {
    @Test func `a constitution is read and checked`() throws {
        let text = ConstitutionTests.text
        let constitution = try Constitution(yaml: text, file: "small.yaml")
        let findings = constitution.findings(dimensions: ["stays"])
        #expect(constitution.traits.map(\.id) == ["calm"] && !findings.contains { $0.text.isEmpty })
    }
}
