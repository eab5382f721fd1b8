internal import KeelLanguage

extension TraitClassifier {
    /// What rows give a classifier, and what of them was left out.
    public struct Material: Hashable, Sendable {
        /// What is to be fitted on.
        public var pairs: [Pair]
        /// How many pairs come from each kind of rows.
        public var origins: [PreferenceRecord.Origin: Int]
        /// Rows left out, since they ask nearly what is asked of the models that are judged.
        public var asked: Int
    }

    /// Pairs of rows that were made in other ways, and for other prompts, than what is judged.
    ///
    /// Open Character Training's classifier learned from the methods and the prompts that it judged.
    /// Here rows of the prompted arm are refused, since a constitution in the prompt is judged, and so
    /// are rows of the kind that the judged model was trained on.
    /// - Parameters:
    ///   - rows: What the classifier is to learn from. Unrelated ones are passed over.
    ///   - trainedOn: What the judged model was trained on.
    ///   - questions: What the judged models are asked. A row's prompt of which more than half of the
    ///     words stand in one of them is left out.
    /// - Returns: The pairs, and how many rows were left out.
    /// - Throws: `CharacterError.classifier`, also where the judged model was trained on a question.
    public static func material(
        _ rows: [PreferenceRecord], trainedOn: [PreferenceRecord],
        questions: [RobustnessQuestion]
    ) throws(CharacterError) -> Material {
        let asked = questions.map { Words($0.text) }
        let trained = trainedOn.filter { $0.origin != .unrelated }
        let leaks = trained.filter { row in asked.contains { $0.list == row.words.list } }
        if let leaked = leaks.first {
            throw .classifier(
                reason: "The model was trained on \"\(leaked.text)\", which it is asked here. Name "
                    + "another suite, or train on rows without it.")
        }
        let origins = Set(trained.map(\.origin))
        var material = Material(pairs: [], origins: [:], asked: 0)
        for row in rows where row.origin != .unrelated {
            guard row.origin != .prompted, row.origin != .contrasted else {
                throw .classifier(
                    reason: "A row of the classifier comes from answers with the constitution in "
                        + "the prompt, a method that is judged here. Give it rows of --arm ranked "
                        + "or revised.")
            }
            guard !origins.contains(row.origin) else {
                throw .classifier(
                    reason: "The classifier's rows are \(row.origin.rawValue), as are those that "
                        + "the model was trained on. Give it rows of another arm.")
            }
            let words = row.words.distinct
            if asked.contains(where: {
                2 * words.intersection($0.distinct).count > words.count
            }) {
                material.asked += 1
                continue
            }
            material.origins[row.origin, default: 0] += 1
            material.pairs.append(
                Pair(
                    prompt: row.text, with: row.chosen.map(\.content).joined(separator: "\n"),
                    without: row.rejected.map(\.content).joined(separator: "\n"),
                    probability: row.chosenProbability))
        }
        return material
    }
}

extension PreferenceRecord {
    /// What the user said last.
    fileprivate var text: String { prompt.last { $0.role == .user }?.content ?? "" }
    fileprivate var words: Words { Words(text) }
}
