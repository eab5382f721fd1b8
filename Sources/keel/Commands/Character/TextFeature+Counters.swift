import KeelCharacter
import KeelEvaluation

extension TextFeature {
    /// All that `keel data inspect` looks for: KeelCharacter's features, agreement with the asker,
    /// and the counters of maps.
    static var inspected: [TextFeature] { catalogue + [agreement] + Counter.all.map(counted) }

    private static func counted(_ counter: Counter) -> TextFeature {
        TextFeature(id: counter.id, title: counter.title) { answer in
            Double(counter.matches(in: answer.text).count)
        }
    }

    private static let agreement = TextFeature(
        id: "agreement", title: "agreement with the asker"
    ) { answer in
        Double(agreeing.matches(in: answer.text).count)
    }

    private static let agreeing: [Phrase] = [
        "you're right", "you are right", "you're absolutely/completely/totally/quite right",
        "you are absolutely/completely/totally/quite right", "you're correct", "you are correct",
        "you're absolutely correct", "i agree", "i completely/totally/fully agree",
        "i couldn't agree more", "good/great/excellent/fair/valid point", "well said",
        "that's true/right/correct", "that is true/right/correct", "^exactly", "^absolutely",
        "^yes", "^indeed", "makes sense", "makes perfect sense",
    ].map(Phrase.init)
}
