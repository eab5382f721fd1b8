import KeelLanguage

/// Puts questions to a judge model, a vote at a time.
struct Judge: Sendable {
    let model: any ChatModel
    let config: JudgeConfig

    /// The judge's reply in the order of this vote, as it came.
    /// - Throws: What the model throws; `LanguageError.noAnswer` where it gives nothing to read.
    func vote<Question: JudgeQuestion>(
        _ number: Int, on question: Question
    ) async throws -> Vote<Question.Choice> {
        let order = Question.order(ofVote: number, config.reading)
        let prompt = question.prompt(order: order, config.reading)
        var vote = Vote(
            rubric: question.rubric.id, probe: question.probe, sample: question.sample,
            item: question.item, vote: number, order: order)
        switch config.reading {
        case .quoted:
            var options = config.sampling
            // Judges behind an address may draw the same numbers for one seed, whatever they are asked.
            options.seed ^= FNV.hash(question.item.utf8)
            let replies = try await model.complete(
                prompt, samples: number..<number + 1, options: options)
            guard let reply = replies.first else { throw LanguageError.noAnswer(model: model.name) }
            vote.reply = reply.text
        case .scored:
            let letters = Array(JudgePrompt.letters.prefix(order.count))
            let scores = try await model.score(letters, after: prompt)
            guard scores.count == letters.count,
                scores.allSatisfy({ !$0.logprobs.isEmpty && $0.sum.isFinite })
            else { throw LanguageError.noAnswer(model: model.name) }
            vote.logprobs = scores.map(\.sum)
        }
        return vote
    }
}
