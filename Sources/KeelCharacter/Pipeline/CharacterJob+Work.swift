import KeelLanguage
import KeelStatistics

/// What is to be done in each step.
extension CharacterJob {
    /// Each trait's messages, so many as are wanted and more.
    func messagePieces(_ writer: any ChatModel) -> [WorkLog<MessageRecord>.Piece] {
        constitution.traits.flatMap { trait in
            let wanted = max(0, config.messages - trait.messages.count)
            return (0..<wanted * config.candidates).map { sample in
                WorkLog<MessageRecord>.Piece(keys: [MessageRecord.key(trait.id, sample)]) {
                    var options = config.writing
                    options.seed = Digest.number(of: [trait.id]) ^ config.seed
                    let reply = try await writer.one(
                        MessageRequest(trait: trait, sample: sample).prompt, sample, options)
                    return [
                        MessageRecord(
                            trait: trait.id, sample: sample,
                            text: MessageRequest.message(in: reply.text),
                            isCutOff: reply.finish == .length)
                    ]
                }
            }
        }
    }

    /// The messages of each trait that are asked, and why others are not.
    func selections() throws -> [MessageSelection] {
        let written = try messages.records().values
        return constitution.traits.map { trait in
            MessageSelection(
                trait, written.filter { $0.trait == trait.id }, config,
                isEvaluation: isEvaluation)
        }
    }

    /// All that is asked: the messages of the traits, then unrelated ones in the wanted share.
    func prompts() throws -> [TraitMessage] {
        let own = try selections().flatMap(\.messages)
        var generator = SeededGenerator(seed: config.seed)
        let other = unrelated.enumerated().shuffled(using: &generator)
            .filter { !isEvaluation($0.element) }
            .prefix(
                Self.unrelatedCount(
                    beside: own.count * config.rowsPerMessage, share: config.unrelatedShare))
        // No trait's id has a slash.
        return own
            + other.map { TraitMessage(id: "unrelated/\($0.offset)", text: $0.element) }
    }

    /// How many rows beside `count` others make up a share of all.
    static func unrelatedCount(beside count: Int, share: Double) -> Int {
        Int((share / (1 - share) * Double(count)).rounded())
    }

    /// Answers: to a trait's message as the arm wants them, to an unrelated one two plain ones.
    func answerPieces(
        _ prompts: [TraitMessage], _ model: any ChatModel
    ) -> [WorkLog<AnswerRecord>.Piece] {
        let wanted = config.sides
        return prompts.flatMap { message in
            let trait = constitution.traits.first { $0.id == message.trait }
            let count = trait == nil ? 2 : config.answers
            let sides: [AnswerSide] =
                trait == nil
                ? [.plain]
                : wanted.chosen == wanted.rejected
                    ? [wanted.chosen] : [wanted.chosen, wanted.rejected]
            return sides.flatMap { side in
                (0..<count).map { sample in
                    let key = AnswerRecord.key(message.id, side, sample)
                    return WorkLog<AnswerRecord>.Piece(keys: [key]) {
                        var options = config.sampling
                        options.seed = Digest.number(of: [message.id]) ^ config.seed
                        let reply = try await model.one(
                            shown(message, trait, side), sample, options)
                        return [
                            AnswerRecord(
                                prompt: message.id, side: side, sample: sample,
                                text: reply.text.trimmed, isCutOff: reply.finish == .length)
                        ]
                    }
                }
            }
        }
    }

    /// A message as it is asked, with the manner of all answers.
    private func asked(_ message: TraitMessage) -> [Message] {
        (config.manner.map { [Message.system($0)] } ?? []) + [.user(message.text)]
    }

    /// A message behind what its side is shown.
    private func shown(
        _ message: TraitMessage, _ trait: Constitution.Trait?, _ side: AnswerSide
    ) -> Prompt {
        let talk = asked(message)
        switch (side, trait?.criterion) {
        case (.keeping, let criterion?): return criterion.keeping(talk)
        case (.breaking, let criterion?): return criterion.breaking(talk)
        case (.prompted, _):
            let system = [config.manner, constitution.systemPrompt].compactMap(\.self)
            return Prompt.messages(talk).withSystem(system.joined(separator: "\n\n"))
        case (.plain, _), (.keeping, nil), (.breaking, nil): return .messages(talk)
        }
    }

    /// Comparisons: every pair of a message's answers that may become a row.
    func rankingPieces(
        _ prompts: [TraitMessage], _ ranker: any ChatModel
    ) throws -> [WorkLog<RankingRecord>.Piece] {
        let answers = try answers.records()
        let feedback = AIFeedback(ranker, reading: config.reading)
        let draw = PrincipleDraw(constitution.principles, seed: config.seed)
        return prompts.compactMap { message in
            guard
                let trait = constitution.traits.first(where: { $0.id == message.trait })
            else { return nil }
            let own = (0..<config.answers).map {
                answers[AnswerRecord.key(message.id, .plain, $0)]
            }
            let pairs = AnswerPair.all(of: own.count).filter {
                PairDefect(own[$0.one], own[$0.other], config) == nil
            }
            guard !pairs.isEmpty else { return nil }
            let texts = own.map { $0?.text ?? "" }
            let keys = pairs.map { RankingRecord.key(message.id, $0) }
            let criteria = zip(pairs, keys).map { pair, key in
                let drawn = config.rankedBy == .principle ? draw.principle(for: key) : nil
                return (pair: pair, by: drawn?.criterion ?? trait.criterion)
            }
            return WorkLog<RankingRecord>.Piece(keys: keys) {
                var records: [RankingRecord] = []
                for (criterion, group) in Dictionary(grouping: criteria, by: \.by) {
                    let pairs = group.map(\.pair)
                    let scores = try await feedback.scores(
                        pairs, of: texts, to: asked(message), by: criterion)
                    records += zip(pairs, scores).map {
                        RankingRecord(prompt: message.id, pair: $0, by: criterion.id, score: $1)
                    }
                }
                return records
            }
        }
    }

    /// Critiques and revisions of each whole answer, by principles drawn for it.
    func revisionPieces(
        _ prompts: [TraitMessage], _ model: any ChatModel
    ) throws -> [WorkLog<RevisionRecord>.Piece] {
        let answers = try answers.records()
        let draw = PrincipleDraw(constitution.principles, seed: config.seed)
        return prompts.filter { $0.trait != nil }.flatMap { message in
            (0..<config.answers).compactMap { sample in
                guard let answer = answers[AnswerRecord.key(message.id, .plain, sample)],
                    !answer.isCutOff, !answer.text.isEmpty
                else { return nil }
                let key = RevisionRecord.key(message.id, sample)
                let principles = (0..<config.revisions).compactMap {
                    draw.principle(for: "\(key)/\($0)")
                }
                return WorkLog<RevisionRecord>.Piece(keys: [key]) {
                    var options = config.sampling
                    options.seed = Digest.number(of: [key]) ^ config.seed
                    let made = try await Revision.revisions(
                        of: answer.text, to: asked(message), by: principles, model: model,
                        options: options)
                    return [
                        RevisionRecord(prompt: message.id, sample: sample, revisions: made)
                    ]
                }
            }
        }
    }
}

extension ChatModel {
    /// The answer of one sample number.
    fileprivate func one(
        _ prompt: Prompt, _ sample: Int, _ options: SamplingOptions
    ) async throws -> Completion {
        let replies = try await complete(prompt, samples: sample..<sample + 1, options: options)
        guard let reply = replies.first else { throw LanguageError.noAnswer(model: name) }
        return reply
    }
}
