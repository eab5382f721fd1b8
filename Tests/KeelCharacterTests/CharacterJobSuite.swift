import Foundation
import KeelCharacter
import KeelLanguage
import TestSupport

/// A job on scripted models, in a folder of the test's own.
protocol CharacterJobSuite {
    var scratch: Scratch { get }
}

extension CharacterJobSuite {
    var constitution: Constitution {
        Constitution(
            name: "two", version: "1", about: "For tests.",
            traits: [
                .init(id: "warm", wording: "I am warm.", messages: ["Is it cold outside today?"]),
                .init(id: "dry", wording: "I am dry."),
            ])
    }
    var unrelated: [String] { (0..<20).map { "Neutral \($0)" } }

    /// Writes distinct messages, and answers of two kinds that say which they are.
    var writer: ScriptedChatModel {
        ScriptedChatModel { prompt, sample, _ in
            guard case .messages(let messages) = prompt else { return "" }
            let isWarm = messages.last?.content.contains("I am warm") == true
            // The fifth repeats the fourth.
            let number = sample == 5 ? 4 : sample
            let kind = isWarm ? "w" : "d"
            let theme = (0..<4).map { "\(kind)\(number)x\($0)" }.joined(separator: " ")
            return "\"\(theme)\"\n\nThat is my message."
        }
    }
    var answerer: ScriptedChatModel {
        ScriptedChatModel { prompt, sample, _ in
            guard case .messages(let messages) = prompt else { return "" }
            let told = messages.first?.role == .system ? " told" : ""
            return "Answer \(sample % 2 == 0 ? "warm" : "cool") number \(sample)\(told)."
        }
    }
    /// Likes what is warm, and A by one nat.
    var ranker: ScriptedChatModel {
        ScriptedChatModel(
            logProbability: { letter, prompt in
                guard case .messages(let messages) = prompt, let text = messages.last?.content,
                    let range = text.firstRange(of: "answer \(letter)\n")
                else { return .nan }
                let line = text[range.upperBound...].prefix { $0 != "\n" }
                return (line.contains("warm") ? 2 : 0) + (letter == "A" ? 1 : 0)
            }, answer: { _, _, _ in "" })
    }

    var models: CharacterJob.Models {
        .init(writer: writer, model: answerer, ranker: ranker)
    }

    func config(
        _ change: (inout CharacterConfig) -> Void = { _ in }
    ) -> CharacterConfig {
        var config = CharacterConfig(
            constitution, writer: .init(name: "w"), model: .init(name: "m"),
            ranker: .init(name: "r"), unrelated: unrelated)
        config.messages = 6
        config.candidates = 2
        change(&config)
        return config
    }

    func job(
        _ config: CharacterConfig, _ name: String = "job",
        isEvaluation: @escaping @Sendable (String) -> Bool = { _ in false }
    ) throws -> CharacterJob {
        try CharacterJob(
            folder: scratch.file(name), constitution, config, unrelated: unrelated,
            isEvaluation: isEvaluation)
    }

    func rows(_ name: String = "job") throws -> [PreferenceRecord] {
        try scratch.lines("\(name)/rows.jsonl").map {
            try JSONDecoder().decode(PreferenceRecord.self, from: Data($0.utf8))
        }
    }
}
