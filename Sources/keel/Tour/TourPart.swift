import ArgumentParser

/// The parts of the tour, in the order of the story; each has a folder of this name.
enum TourPart: String, Hashable, Sendable, Codable, CaseIterable, ExpressibleByArgument {
    case map
    case shape
    case mapShaped = "map-shaped"
    case inside
    case limits
    case tune
    case diff
    case turnDown = "turn-down"
    case mend
    case mapMended = "map-mended"
    case read

    /// What is done, for the line of progress.
    var title: String {
        switch self {
        case .map: "map it"
        case .shape: "shape it"
        case .mapShaped: "map it again"
        case .inside: "learn its features"
        case .limits: "set the monitors' limits"
        case .tune: "bad advice, watched"
        case .diff: "what changed inside"
        case .turnDown: "turn a feature down"
        case .mend: "mend it"
        case .mapMended: "map once more"
        case .read: "read all models"
        }
    }
}
