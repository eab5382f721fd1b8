import Foundation
import KeelFormats

/// What a job came to; `report.json` of its folder.
public struct CharacterDataReport: Hashable, Sendable, Codable {
    /// What became of one trait's messages.
    public struct TraitMessages: Hashable, Sendable, Codable {
        /// Id of the trait.
        public var trait: String
        /// Messages that are asked.
        public var asked: Int
        /// Messages that a model wrote and that were not asked, by reason.
        public var dropped: [DroppedMessage: Int]
    }

    /// All that decided the data.
    public var config: CharacterConfig
    /// In the order of the constitution.
    public var messages: [TraitMessages]
    /// Why pairs of answers made no row.
    public var droppedPairs: [PairDefect: Int]
    /// What the places did, over all comparisons; nil in the other arms.
    public var placeBias: PlaceBias?
    /// What the rows hold, and what each trait changed in them.
    public var rows: PreferenceSummary
}

extension CharacterJob {
    /// Makes rows of all that is there, and writes `rows.jsonl` and `report.json`.
    ///
    /// A trait's message of the ranked arm gives one row, its pair of the clearest preference; of
    /// the other arms a row for each sample number. An unrelated message gives a tie of two of the
    /// model's own answers: the loss of a tie is least where the odds of the two stay what they were.
    /// - Throws: `CharacterError.noRows` where nothing is left; errors of the files.
    public func writeRows() throws -> CharacterDataReport {
        let selections = try selections()
        var draft = RowDraft(
            config: config, answers: try answers.records(), rankings: try rankings.records(),
            revisions: try revisions.records())
        let prompts = try prompts()
        for message in prompts {
            guard let trait = constitution.traits.first(where: { $0.id == message.trait }) else {
                continue
            }
            switch config.arm {
            case .ranked: draft.addRanked(message, constitution)
            case .prompted, .contrasted: draft.addSides(message, trait)
            case .revised: draft.addRevised(message, constitution)
            }
        }
        let limit = Self.unrelatedCount(
            beside: draft.rows.count, share: config.unrelatedShare)
        for message in prompts where message.trait == nil {
            draft.addUnrelated(message, limit: limit)
        }
        let path = folder.appending(component: "rows.jsonl").path
        guard !draft.rows.isEmpty else {
            let reasons = draft.dropped.sorted { $0.value > $1.value }
                .map { "\($0.value) \($0.key.rawValue)" }.joined(separator: ", ")
            throw CharacterError.noRows(
                path: path,
                reason: reasons.isEmpty
                    ? "no message was answered. Run the same command again."
                    : "pairs were left out as \(reasons). Allow longer answers, or ask for more.")
        }
        try JSONLinesFile.write(to: path) { write in
            for row in draft.rows { try write(row) }
        }
        let report = CharacterDataReport(
            config: config,
            messages: zip(constitution.traits, selections).map {
                .init(trait: $0.id, asked: $1.messages.count, dropped: $1.dropped)
            },
            droppedPairs: draft.dropped,
            placeBias: config.arm == .ranked
                ? PlaceBias(draft.compared.map(\.score), clusters: draft.compared.map(\.prompt))
                : nil,
            rows: PreferenceSummary(draft.rows))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        do {
            try encoder.encode(report).write(
                to: folder.appending(component: "report.json"), options: .atomic)
        } catch {
            throw CharacterError.unwritable(path: path, reason: error.localizedDescription)
        }
        return report
    }
}
