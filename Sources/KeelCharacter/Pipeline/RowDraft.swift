import KeelLanguage

/// Rows in the making, and what was left out.
struct RowDraft {
    let config: CharacterConfig
    let answers: [String: AnswerRecord]
    let rankings: [String: RankingRecord]
    let revisions: [String: RevisionRecord]
    private(set) var rows: [PreferenceRecord] = []
    private(set) var dropped: [PairDefect: Int] = [:]
    /// What rows say, so that none stands there twice.
    private var made: Set<[[String]]> = []
    /// All comparisons of messages that are asked, whether they became rows or not.
    private(set) var compared: [RankingRecord] = []

    init(
        config: CharacterConfig, answers: [String: AnswerRecord],
        rankings: [String: RankingRecord], revisions: [String: RevisionRecord]
    ) {
        self.config = config
        self.answers = answers
        self.rankings = rankings
        self.revisions = revisions
    }

    mutating func addRanked(_ message: TraitMessage, _ constitution: Constitution) {
        var best: RankingRecord?
        for pair in AnswerPair.all(of: config.answers) {
            if let defect = PairDefect(
                answer(message, pair.one), answer(message, pair.other), config)
            {
                drop(defect)
                continue
            }
            guard let ranking = rankings[RankingRecord.key(message.id, pair)] else {
                drop(.notRanked)
                continue
            }
            compared.append(ranking)
            if config.onlyAgreeing, !ranking.score.agrees {
                drop(.uncertain)
            } else if abs(ranking.score.logOdds) > (best.map { abs($0.score.logOdds) } ?? -1) {
                best = ranking
            }
        }
        guard let best, let one = answer(message, best.pair.one),
            let other = answer(message, best.pair.other),
            let criterion = constitution.criterion(best.by)
        else { return }
        append(
            PreferenceRecord(
                prompt: [.user(message.text)], one: one.text, other: other.text,
                score: best.score, by: criterion, within: config.clamp))
    }

    /// Pairs answers of the arm's two sides, the shortest with the shortest and so on: of all ways to
    /// pair them, none keeps lengths closer.
    mutating func addSides(_ message: TraitMessage, _ trait: Constitution.Trait) {
        let sides = config.sides
        let pairs = zip(byLength(message, sides.chosen), byLength(message, sides.rejected))
        for (one, other) in pairs {
            if let defect = PairDefect(one, other, config) {
                drop(defect)
                continue
            }
            guard let one, let other else { continue }
            var row = PreferenceRecord(
                prompt: [.user(message.text)], chosen: one.text, rejected: other.text,
                probability: config.probability(strength: trait.strength),
                origin: config.arm == .contrasted ? .contrasted : .prompted)
            row.principle = trait.id
            row.wording = trait.wording
            row.strength = trait.strength
            append(row)
        }
    }

    mutating func addRevised(_ message: TraitMessage, _ constitution: Constitution) {
        for sample in 0..<config.answers {
            let other = answer(message, sample)
            let last = revisions[RevisionRecord.key(message.id, sample)]?.revisions.last
            var one = other
            one?.text = last?.answer ?? ""
            if let defect = PairDefect(one, other, config) {
                drop(defect)
                continue
            }
            guard let last, let other else { continue }
            let criterion = constitution.criterion(last.principle)
            let strength = criterion?.strength ?? 1
            var row = PreferenceRecord(
                prompt: [.user(message.text)], chosen: last.answer, rejected: other.text,
                probability: config.probability(strength: strength), origin: .revised)
            row.principle = last.principle
            row.wording = criterion?.told
            row.strength = strength
            append(row)
        }
    }

    mutating func addUnrelated(_ message: TraitMessage, limit: Int) {
        guard rows.count(where: { $0.origin == .unrelated }) < limit else { return }
        let (one, other) = (answer(message, 0), answer(message, 1))
        if let defect = PairDefect(one, other, config) { return drop(defect) }
        guard let one, let other else { return }
        append(
            PreferenceRecord(
                prompt: [.user(message.text)], chosen: one.text, rejected: other.text,
                probability: 0.5, origin: .unrelated))
    }

    private func answer(
        _ message: TraitMessage, _ sample: Int, _ side: AnswerSide = .plain
    ) -> AnswerRecord? {
        answers[AnswerRecord.key(message.id, side, sample)]
    }

    /// A side's answers by their words, those that were cut off or are missing last.
    private func byLength(_ message: TraitMessage, _ side: AnswerSide) -> [AnswerRecord?] {
        let all = (0..<config.answers).map { answer(message, $0, side) }
        func length(_ answer: AnswerRecord?) -> Int {
            answer.map { $0.isCutOff ? Int.max - 1 : Words($0.text).count } ?? Int.max
        }
        return all.map { (answer: $0, length: length($0)) }.enumerated()
            .sorted { ($0.element.length, $0.offset) < ($1.element.length, $1.offset) }
            .map { $0.element.answer }
    }

    private mutating func append(_ row: PreferenceRecord) {
        let texts = [row.prompt, row.chosen, row.rejected].map { $0.map(\.content) }
        if made.insert(texts).inserted { rows.append(row) } else { drop(.repeats) }
    }

    private mutating func drop(_ defect: PairDefect) { dropped[defect, default: 0] += 1 }
}
