import Foundation
import KeelCharacter
import TestSupport
import Testing

@Suite struct ConstitutionImportTests {
    @Test func `a file of Open Character Training becomes traits with messages`() throws {
        let scratch = try Scratch()
        let file = try scratch.write(
            """
            [{"trait": "I enjoy dry humour.", "questions": ["Hello?", "Why?"]},
             {"trait": "I am me.", "clarification": "Really.", "questions": []},
             {"trait": "I do enjoy dry humour!", "questions": ["Again?"]}]
            """, to: "Dry Wit.json")
        let made = try Constitution(openCharacterTraining: URL(filePath: file))
        #expect(made.name == "dry-wit")
        #expect(made.traits.map(\.id) == ["enjoy-dry-humour", "trait-2", "trait-3"])
        #expect(made.traits[0].messages == ["Hello?", "Why?"])
        #expect(made.traits[1].wording == "I am me.\n\nReally.")
        try made.write(to: scratch.file("made.yaml").path)
        #expect(try Constitution(contentsOf: scratch.file("made.yaml")) == made)
    }

    @Test func `a name without a letter that ids may have is refused, and ids stay apart`() throws {
        let scratch = try Scratch()
        let file = try scratch.write(
            """
            [{"trait": "Trait 3 matters.", "questions": []}, {"trait": "I.", "questions": []},
             {"trait": "I!", "questions": []}, {"trait": "Trait 3", "questions": []}]
            """, to: "x.json")
        let made = try Constitution(openCharacterTraining: URL(filePath: file))
        #expect(Set(made.traits.map(\.id)).count == 4)
        let error = #expect(throws: CharacterFileError.self) {
            try Constitution(openCharacterTraining: URL(filePath: file), name: "善")
        }
        #expect(error?.description.contains("Give it a name with letters") == true)
    }

    @Test(arguments: [
        ("[{\"trait\": \"x\"}]", "\"[0].questions\" is missing"),
        ("[{\"trait\": 1, \"questions\": []}]", "\"[0].trait\" must be a text"),
        ("[{\"trait\": \"x\", \"questions\": [], \"q\": 1}]", "\"[0].q\": it is not a field here"),
        ("[]", "The list is empty"), ("{", "file.json"), ("", "file.json"),
    ])
    func `a file of another form is refused by field`(text: String, complaint: String) throws {
        let scratch = try Scratch()
        let file = try scratch.write(text, to: "file.json")
        let error = #expect(throws: CharacterFileError.self) {
            try Constitution(openCharacterTraining: URL(filePath: file))
        }
        #expect(error?.description.contains(complaint) == true, "\(error?.description ?? "")")
    }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../shared/data/constitutions").standardizedFileURL

    @Test(
        .enabled(
            if: FileManager.default.fileExists(atPath: folder.path),
            "The third-party data lie in ../shared/data, which is not here."),
        arguments: [
            ("goodness", 15), ("humor", 10), ("loving", 10), ("sarcasm", 10), ("sycophancy", 10),
        ])
    func `the published constitutions are imported whole`(name: String, traits: Int) throws {
        let scratch = try Scratch()
        let made = try Constitution(
            openCharacterTraining: Self.folder.appending(component: "\(name).json"))
        #expect(made.name == name && made.traits.count == traits)
        #expect(made.traits.allSatisfy { $0.messages.count == 5 })
        try made.write(to: scratch.file("made.yaml").path)
        #expect(try Constitution(contentsOf: scratch.file("made.yaml")) == made)
    }
}
