/// A message that is asked, a line of `prompts.jsonl`.
public struct TraitMessage: Hashable, Sendable, Codable {
    /// Names the trait and where the message is from, such as `steadfast-12`.
    public var id: String
    /// Nil of a message that the constitution does not touch.
    public var trait: String?
    /// What the user says.
    public var text: String
}

/// Why a message that a model wrote is not asked.
public enum DroppedMessage: String, Sendable, Codable, CodingKeyRepresentable, CaseIterable {
    case empty
    case cutOff = "cut-off"
    /// Too many of its words stand in an earlier message.
    case repeats
    /// A suite asks it: a model trained on it could not be measured by it.
    case evaluation
    /// There were enough already.
    case notNeeded = "not-needed"
}

/// Which messages of a trait are asked: a pure function of all that were written.
struct MessageSelection {
    private(set) var messages: [TraitMessage] = []
    private(set) var dropped: [DroppedMessage: Int] = [:]

    /// Takes the trait's own messages, then written ones by their number, until there are enough.
    ///
    /// The measure of overlap is that of Open Character Training: the share of a message's words
    /// that stand in one earlier message.
    init(
        _ trait: Constitution.Trait, _ records: [MessageRecord], _ config: CharacterConfig,
        isEvaluation: (String) -> Bool
    ) {
        var taken: [Set<String>] = []
        func objection(_ text: String, isCutOff: Bool) -> DroppedMessage? {
            let words = Words(text).distinct
            if words.isEmpty { return .empty }
            if isCutOff { return .cutOff }
            if isEvaluation(text) { return .evaluation }
            if taken.contains(where: {
                Double(words.intersection($0).count)
                    > config.greatestOverlap * Double(words.count)
            }) {
                return .repeats
            }
            if taken.count >= config.messages { return .notNeeded }
            taken.append(words)
            return nil
        }
        for (number, text) in trait.messages.enumerated() {
            add(
                "\(trait.id)-own-\(number)", trait.id, text,
                objection(text, isCutOff: false))
        }
        for record in records.sorted(by: { $0.sample < $1.sample }) {
            add(
                "\(trait.id)-\(record.sample)", trait.id, record.text,
                objection(record.text, isCutOff: record.isCutOff))
        }
    }

    private mutating func add(
        _ id: String, _ trait: String, _ text: String, _ reason: DroppedMessage?
    ) {
        if let reason {
            dropped[reason, default: 0] += 1
        } else {
            messages.append(TraitMessage(id: id, trait: trait, text: text))
        }
    }
}
