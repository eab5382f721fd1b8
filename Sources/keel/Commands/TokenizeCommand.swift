import ArgumentParser
import Foundation
import KeelLanguage
import KeelModel
import KeelTokenizer

/// Text to token ids and back.
struct TokenizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize", abstract: "Turn lines of text into token ids, or ids into text.",
        discussion: """
            Reads lines from standard input: text, or with --decode token ids with spaces between. Writes a line \
            for each; with --json, {"text", "tokens"}. A line feed inside decoded text stays one: use --json \
            where that matters.
            """)

    @OptionGroup var model: ModelOptions

    @Flag(help: "Read ids, write text.")
    var decode = false

    @Flag(help: "Let control tokens such as <|im_start|> in the text become their ids.")
    var special = false

    private struct Row: Encodable {
        var text: String
        var tokens: [Int]
    }

    func run() async throws {
        let tokenizer = try LanguageModel.tokenizer(of: model.reference.base)
        var line = 0
        while let text = readLine(strippingNewline: true) {
            line += 1
            let row =
                decode
                ? try Self.decoded(text, line: line, tokenizer)
                : Row(text: text, tokens: tokenizer.encode(text, parsingSpecial: special))
            if model.json {
                try Terminal.printJSON(row, pretty: false)
            } else {
                print(decode ? row.text : row.tokens.map(String.init).joined(separator: " "))
            }
        }
    }

    private static func decoded(_ text: String, line: Int, _ tokenizer: BytePairTokenizer) throws
        -> Row
    {
        let tokens = try text.split(separator: " ").map { word in
            guard let id = Int(word), tokenizer.token(id) != nil else {
                throw UnknownToken(
                    line: line, word: String(word), vocabularySize: tokenizer.vocabularySize)
            }
            return id
        }
        return Row(text: tokenizer.decode(tokens), tokens: tokens)
    }

    private struct UnknownToken: Error, CustomStringConvertible {
        var line: Int
        var word: String
        var vocabularySize: Int

        var description: String {
            "standard input, line \(line): \"\(word)\" is no token id of this model; ids are whole "
                + "numbers from 0 to \(vocabularySize - 1)."
        }
    }
}
