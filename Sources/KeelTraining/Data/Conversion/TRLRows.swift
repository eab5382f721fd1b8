/// Rows as TRL reads them.
///
/// A soft label stays in `chosen_probability`, which TRL does not read and Keel does.
/// - Source: trl, `docs/source/dataset_formats.md`.
extension SupervisedRow {
    var inTRL: JSONField {
        switch self {
        case .text(let text): ["text": .text(text)]
        case .messages(let messages): ["messages": .messages(messages)]
        case .completion(let prompt, let completion):
            ["prompt": prompt.field, "completion": completion.field]
        }
    }
}

extension PreferenceRow {
    var inTRL: JSONField {
        var members = [
            "prompt": prompt.field, "chosen": chosen.field, "rejected": rejected.field,
        ]
        if probability != 1 { members["chosen_probability"] = .number(probability) }
        return .object(members)
    }
}
