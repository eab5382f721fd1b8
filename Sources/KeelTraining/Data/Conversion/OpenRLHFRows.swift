import KeelLanguage

/// Rows as OpenRLHF reads them, told by `--data.input_key` and `--data.output_key` (`input` and
/// `output`, or `messages`, or `text`), and by `--data.prompt_key prompt` for preferences of text.
/// - Source: OpenRLHF, `openrlhf/datasets/sft_dataset.py` and `reward_dataset.py`.
extension SupervisedRow {
    var inOpenRLHF: JSONField {
        switch self {
        case .text(let text): ["text": .text(text)]
        case .messages(let messages): ["messages": .messages(messages)]
        case .completion(let prompt, let completion):
            ["input": prompt.field, "output": completion.field]
        }
    }
}

extension PreferenceRow {
    /// Of messages, each side is the whole conversation.
    var inOpenRLHF: JSONField {
        guard case .messages(let prompt) = prompt else {
            return ["prompt": prompt.field, "chosen": chosen.field, "rejected": rejected.field]
        }
        return [
            "chosen": .messages(prompt + chosen.turns(of: .assistant)),
            "rejected": .messages(prompt + rejected.turns(of: .assistant)),
        ]
    }
}
