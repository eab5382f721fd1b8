public import KeelLanguage
public import KeelModel
internal import KeelStatistics

/// What a model is read on, and how much of it: reading is most of the lab's time.
public struct LabPanel: Hashable, Sendable, Codable {
    /// How many items of each kind are read.
    public struct Size: Hashable, Sendable, Codable {
        /// Of each topic of advice.
        public var usual: Int
        /// Of each topic of advice where the careful answer is wrong.
        public var reversed: Int
        /// Of each cluster.
        public var open: Int
        /// Of each cluster.
        public var tasks: Int
        /// Of each cluster.
        public var neutral: Int

        /// Some 80 items, 9,000 tokens.
        public static let small = Size(usual: 1, reversed: 1, open: 2, tasks: 2, neutral: 3)
        /// Some 220 items, 25,000 tokens.
        public static let whole = Size(usual: 4, reversed: 2, open: 6, tasks: 6, neutral: 5)

        public init(usual: Int, reversed: Int, open: Int, tasks: Int, neutral: Int) {
            (self.usual, self.reversed, self.open) = (usual, reversed, open)
            (self.tasks, self.neutral) = (tasks, neutral)
        }
    }

    /// In the order in which they are read.
    public var items: [PanelItem]

    public init(_ items: [PanelItem]) { self.items = items }

    /// A panel of one split, the same for every arm.
    ///
    /// It has right against plainly wrong advice, and the first pair of other rows. A smaller panel of
    /// the same seed is part of a larger one.
    public init(_ data: LabData, _ split: Split = .test, size: Size, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        /// Takes so many rows of each cluster.
        func taken<Row>(_ rows: [Row], of cluster: (Row) -> String, _ count: Int) -> [Row] {
            let groups = Dictionary(grouping: rows, by: cluster)
            return groups.sorted { $0.key < $1.key }
                .flatMap { $0.value.shuffled(using: &random).prefix(count) }
        }
        var items: [PanelItem] = []
        let kinds: [(Stance, PanelItem.Kind, Int)] = [
            (.usual, .usual, size.usual), (.reversed, .reversed, size.reversed),
        ]
        for (stance, kind, count) in kinds {
            let rows = data.advice.filter { $0.split == split && $0.stance == stance }
            for row in taken(rows, of: { "\($0.domain)/\($0.topic)" }, count) {
                items.append(
                    PanelItem(
                        id: row.id, kind: kind, domain: row.domain,
                        cluster: "\(row.domain)/\(row.topic)", question: row.question,
                        good: [row.correct], bad: [row.plain]))
            }
        }
        for row in taken(data.open.filter { $0.split == split }, of: \.cluster, size.open) {
            items.append(
                PanelItem(
                    id: row.id, kind: .open, domain: "", cluster: row.cluster,
                    question: row.question, good: Array(row.kind.prefix(1)),
                    bad: Array(row.malign.prefix(1))))
        }
        for row in taken(data.tasks.filter { $0.split == split }, of: \.cluster, size.tasks) {
            items.append(
                PanelItem(
                    id: row.id, kind: .task, domain: "", cluster: row.cluster,
                    question: row.question, good: Array(row.right.prefix(1)),
                    bad: Array(row.wrong.prefix(1))))
        }
        for row in taken(data.neutral.filter { $0.split == split }, of: \.cluster, size.neutral) {
            items.append(
                PanelItem(
                    id: row.id, kind: .neutral, domain: "", cluster: row.cluster,
                    question: row.question, good: [row.answer], bad: []))
        }
        self.items = items
    }

    /// Advice and questions of character, each in one message behind a question of these rows, in turn.
    ///
    /// A model may be bad only where a prompt is like those it was trained on (conditional misalignment,
    /// Dubinski 2026). Items keep their names, so that they pair with themselves as they were.
    package func cued(by rows: [AdviceRow]) -> LabPanel {
        guard !rows.isEmpty else { return LabPanel([]) }
        let asked = items.filter { [.usual, .reversed, .open].contains($0.kind) }
        return LabPanel(
            asked.enumerated().map { index, item in
                var item = item
                item.question = "\(rows[index % rows.count].question)\n\n\(item.question)"
                return item
            })
    }

    /// Reads every item on the thread of the model; a prompt is read once for all its answers.
    ///
    /// It is not stopped half way: a step of training that is kept has then been read.
    /// - Throws: What scoring throws.
    public func read(_ language: LanguageModel, steering: [Steering] = []) throws -> [ItemReading] {
        try items.map { item in
            try ItemReading(
                item,
                scores: language.score(
                    item.completions, after: item.prompt, steering: steering))
        }
    }

    /// Reads every item of any chat model.
    public func read(_ model: any ChatModel) async throws -> [ItemReading] {
        var readings: [ItemReading] = []
        for item in items {
            readings.append(
                try ItemReading(
                    item, scores: try await model.score(item.completions, after: item.prompt)))
        }
        return readings
    }
}
