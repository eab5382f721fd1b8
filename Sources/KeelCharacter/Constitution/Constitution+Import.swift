public import Foundation

extension Constitution {
    /// Makes a constitution of a file of Open Character Training (maiush/OpenCharacterTraining): a
    /// JSON list of `trait`, `questions` and, in some, `clarification`.
    ///
    /// Equal files make equal constitutions. A clarification goes behind its trait's words.
    /// - Parameters:
    ///   - url: The file.
    ///   - name: What to call the constitution; nil for the file's name.
    /// - Throws: `CharacterFileError`, naming the field.
    public init(
        openCharacterTraining url: URL, name: String? = nil
    ) throws(CharacterFileError) {
        let file = url.lastPathComponent
        let rows: [Row]
        do {
            rows = try JSONDecoder().decode([Row].self, from: Data(contentsOf: url))
        } catch let error as DecodingError {
            throw CharacterFileError(error, in: nil, file: file)
        } catch {
            throw CharacterFileError(
                file: url.path, line: 0, field: "",
                defect: .unreadable(reason: error.localizedDescription))
        }
        let called = name ?? url.deletingPathExtension().lastPathComponent
        if Self.id(called).isEmpty {
            throw CharacterFileError(
                file: file, line: 0, field: "",
                defect: .invalid(
                    reason: "A constitution can't be named \"\(called)\". Give it a name with "
                        + "letters from a to z or digits."))
        }
        var taken: Set<String> = []
        self.init(
            name: Self.id(called), version: "1",
            about: "Imported from \(file), a constitution of Open Character Training "
                + "(maiush/OpenCharacterTraining, MIT).",
            traits: rows.enumerated().map { number, row in
                var id = Self.id(Words(row.trait).content(inOrder: 3).joined(separator: "-"))
                var next = number + 1
                while id.isEmpty || !taken.insert(id).inserted {
                    id = "trait-\(next)"
                    next += 1
                }
                return Trait(
                    id: id,
                    wording: [row.trait, row.clarification].compactMap(\.self)
                        .joined(separator: "\n\n"),
                    messages: row.questions)
            })
        if traits.isEmpty {
            throw CharacterFileError(
                file: file, line: 0, field: "", defect: .invalid(reason: "The list is empty."))
        }
    }

    private struct Row: Decodable {
        var trait: String
        var clarification: String?
        var questions: [String]

        private enum CodingKeys: String, CodingKey, CaseIterable {
            case trait, clarification, questions
        }

        init(from decoder: any Decoder) throws {
            let row = try decoder.container(knowing: CodingKeys.self)
            trait = try row.text(.trait)
            clarification = try row.textIfPresent(.clarification)
            _ = try row.decode([String].self, forKey: .questions)
            questions = try row.texts(.questions)
        }
    }

    private static func id(_ text: String) -> String {
        text.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
            .joined(separator: "-")
    }
}

extension Words {
    /// The first content words, as they come.
    fileprivate func content(inOrder count: Int) -> [String] {
        let content = content
        return Array(list.filter(content.contains).prefix(count))
    }
}
