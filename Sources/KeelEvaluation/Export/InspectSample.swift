import KeelLanguage

/// One record of a run as a sample of Inspect's.
struct InspectSample {
    let config: RunConfig
    /// What tells samples of this run from those of others.
    let runID: String
    let dimension: Dimension
    let probe: Probe

    func sample(
        _ record: SampleRecord, scores: [String: InspectLog.Sample.Score]
    ) -> InspectLog.Sample {
        let isGap = record.key.isGap
        let id = isGap ? "\(probe.id)/gap" : probe.id
        var messages = prompt.enumerated().map { index, message in
            self.message(message, id, record.sample, index)
        }
        let input = messages
        var sample = InspectLog.Sample(
            id: probe.id, epoch: record.sample + 1, input: input,
            target: isGap ? probe.good : [dimension.behaviour], messages: input,
            output: .init(model: config.model, choices: [], completion: ""), scores: scores,
            metadata: .init(dimension: dimension.id, cluster: probe.cluster), modelUsage: [:],
            uuid: uuid(id, record.sample))
        switch record.content {
        case .gap(let gap):
            sample.choices = probe.good + probe.bad
            sample.metadata.gap = gap
        case .answer(let answer):
            func reply(_ text: String) -> InspectLog.Message {
                message(
                    .assistant(text), id, record.sample, messages.count, isGenerated: true)
            }
            for exchange in answer.talk ?? [] {
                messages.append(reply(exchange.text))
                messages.append(
                    message(.user(exchange.user), id, record.sample, messages.count))
            }
            let last = reply(answer.text)
            sample.messages = messages + [last]
            let counts = answer.replies.compactMap(\.tokens)
            if counts.count == answer.replies.count {
                sample.modelUsage[config.model] = .init(outputTokens: counts.reduce(0, +))
            }
            sample.output = .init(
                model: config.model,
                choices: [
                    .init(
                        message: last,
                        stopReason: answer.finish == .stop ? "stop" : "max_tokens")
                ],
                completion: answer.text,
                usage: answer.tokens.map { .init(outputTokens: $0) })
            sample.metadata.gapAtEnd = answer.end
        }
        return sample
    }

    private var prompt: [Message] {
        guard case .messages(let messages) = probe.prompt(system: config.system) else {
            return probe.messages
        }
        return messages
    }

    private func message(
        _ message: Message, _ id: String, _ sample: Int, _ index: Int, isGenerated: Bool = false
    ) -> InspectLog.Message {
        InspectLog.Message(
            id: "\(id)/\(sample)/\(index)", role: message.role.rawValue, content: message.content,
            source: isGenerated ? "generate" : "input", model: isGenerated ? config.model : nil)
    }

    private func uuid(_ id: String, _ sample: Int) -> String {
        FNV.hexadecimal(FNV.hash("\(runID) \(id) \(sample)".utf8))
    }
}
