import Foundation
import KeelFormats
import KeelLanguage
import KeelModel

extension ModelDiff {
    /// Of each question, each model's answers as passages; drawn once, then read from the folder.
    func answers() throws -> (base: [[Passage]], tuned: [[Passage]]) {
        let path = folder + "/answers.jsonl"
        let prompts = try questions.map { try base.encode($0.messages) }
        var rows: [DiffAnswer] = []
        if FileManager.default.fileExists(atPath: path) {
            var reader = try JSONLinesReader<DiffAnswer>(path: path)
            rows = try reader.readAll()
        } else {
            for (author, model) in [(DiffAnswer.Author.base, base), (.tuned, tuned)] {
                let drawn = try model.sample(
                    prompts, samples: 0..<options.samples, options: options.sampling)
                for (question, completions) in zip(questions, drawn) {
                    rows += completions.enumerated().map { sample, completion in
                        DiffAnswer(
                            author: author, question: question.id, sample: sample,
                            text: completion.text, tokens: completion.tokens)
                    }
                }
            }
            try JSONLinesFile.write(to: path) { write in for row in rows { try write(row) } }
        }
        func passages(_ author: DiffAnswer.Author) throws -> [[Passage]] {
            try zip(questions, prompts).map { question, prompt in
                let own = rows.filter { $0.author == author && $0.question == question.id }
                guard own.count == options.samples else {
                    throw InterpretabilityError.unreadable(
                        path: path, reason: "it lacks answers to \(question.id); remove the file")
                }
                return own.map {
                    Passage(tokens: prompt + $0.tokens, answerStart: prompt.count)
                }
            }
        }
        return (try passages(.base), try passages(.tuned))
    }
}
