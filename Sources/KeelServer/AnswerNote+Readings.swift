internal import KeelLanguage

extension AnswerNote {
    /// How far an answer lay along each direction of its model, on the whole and token by token.
    ///
    /// Where it is known what answers with and without the trait read, the scale runs from the one (0)
    /// to the other (1); elsewhere it is the direction's own unit.
    /// - Returns: Nil where nothing was read.
    init?(_ completion: Completion, along directions: [CharacterDirection]) {
        guard let readings = completion.readings, !readings.isEmpty, !directions.isEmpty,
            readings.allSatisfy({ $0.values.count == directions.count })
        else { return nil }
        let meters = directions.enumerated().map { place, direction in
            let tokens = readings.map { direction.scaled($0.values[place]) }
            return Meter(
                name: direction.name, value: tokens.reduce(0, +) / Double(tokens.count),
                low: direction.hasScale ? 0 : -1, high: 1, tokens: tokens)
        }
        self.init(
            by: "directions",
            text: directions.allSatisfy(\.hasScale)
                ? "What the model's state was while it wrote: 0 as in answers without the trait, 1 as "
                    + "in answers with it."
                : "How far the model's state lay along each direction while it wrote.",
            meters: meters, pieces: readings.map(\.text))
    }
}

extension CharacterDirection {
    fileprivate var hasScale: Bool {
        guard let without, let with else { return false }
        return (with - without).isNormal
    }

    fileprivate func scaled(_ value: Double) -> Double {
        guard hasScale, let without, let with else { return value }
        return (value - without) / (with - without)
    }
}
