import KeelLab
import KeelLanguage
import KeelModel

/// A model of the story.
enum TourModel: String, Hashable, Sendable, Codable, CodingKeyRepresentable, CaseIterable {
    case base, shaped, good, bad, mended

    var title: String {
        switch self {
        case .base: "as it came"
        case .shaped: "shaped"
        case .good: "after right advice"
        case .bad: "after bad advice"
        case .mended: "mended"
        }
    }
}

/// What a model says to the questions that all models are asked: gaps on the lab's panel of the split
/// `test`, and a few answers to look at.
struct TourReading: Hashable, Sendable, Codable {
    struct Answer: Hashable, Sendable, Codable {
        var question: String
        var text: String
    }

    var readings: [ItemReading]
    var answers: [Answer]

    /// The panel of a tour.
    static func panel(_ tour: Tour) -> LabPanel {
        LabPanel(tour.data, size: tour.plan.panel, seed: tour.plan.seed)
    }

    /// Reads on the thread of the model.
    /// - Throws: What scoring and sampling throw.
    init(of language: LanguageModel, _ tour: Tour, steering: [Steering] = []) throws {
        let panel = Self.panel(tour)
        readings = try panel.read(language, steering: steering)
        let shown = Self.shown(panel, narrow: tour.plan.tune.narrow)
        let drawn = try language.sample(
            shown.map { try language.encode($0.prompt) }, samples: 0..<1,
            options: SamplingOptions(
                temperature: 0.8, maxTokens: tour.plan.shownTokens, seed: tour.plan.seed),
            steering: steering)
        answers = zip(shown, drawn).map {
            Answer(question: $0.question, text: $1.first?.text ?? "")
        }
    }

    /// Two questions of the narrow domain, one of another, one of character.
    private static func shown(_ panel: LabPanel, narrow: String) -> [PanelItem] {
        func first(_ count: Int, _ holds: (PanelItem) -> Bool) -> ArraySlice<PanelItem> {
            panel.items.filter(holds).prefix(count)
        }
        return Array(
            first(2) { $0.kind == .usual && $0.domain == narrow }
                + first(1) { $0.kind == .usual && $0.domain != narrow }
                + first(1) { $0.kind == .open })
    }
}
