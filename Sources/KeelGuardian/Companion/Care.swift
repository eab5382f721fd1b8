/// Where the companion stands with a person: what was read, and what was already asked and offered.
///
/// A value that grows message by message; equal messages give equal states, so that a restart can make
/// it anew from what was kept.
public struct Care: Hashable, Sendable, Codable {
    /// The highest level so far; it never falls.
    public private(set) var level = RiskLevel.none
    /// Questions asked since the level last rose.
    private var asked: Set<Move> = []
    /// Things said once for all.
    private var said: Set<Move> = []
    /// Answers given since help was last named, counted no further than matters; nil while it has not been.
    private var answersSinceResource: Int?
    /// Whether help was refused in danger that was imminent.
    private var hasRefused = false

    /// How many answers lie at least between two that name help.
    private static let resourceInterval = 6
    /// No more than this at once: somebody in pain has no use for an essay.
    public static let maximumMoves = 3

    public init() {}

    /// What to do about a message, in the order in which to say it.
    ///
    /// One question at most. Each is asked once, and again only after the level has risen. What does not
    /// fit comes with the next answer.
    /// - Parameters:
    ///   - reading: The reading after the message.
    ///   - action: What the values come to.
    /// - Returns: 1 to `maximumMoves` moves.
    public mutating func moves(after reading: RiskReading, action: Action) -> [Move] {
        if reading.level > level {
            level = reading.level
            asked = []
        }
        if level == .imminent, reading.newKinds.contains(.refusal) { hasRefused = true }
        answersSinceResource = answersSinceResource.map { min($0 + 1, Self.resourceInterval) }
        let wishes =
            level >= .moderate ? protective(after: reading) : everyday(after: reading, action)
        let moves = choice(among: wishes)
        asked.formUnion(moves.filter(\.asks))
        said.formUnion(moves)
        if moves.contains(.offerResource) { answersSinceResource = 0 }
        return moves
    }

    /// The most urgent that has not been asked, and as many things to say as there is room for.
    private func choice(among wishes: [Move]) -> [Move] {
        let question = wishes.first { $0.asks && !asked.contains($0) }
        let room = Self.maximumMoves - (question == nil ? 0 : 1)
        let statements = wishes.filter { !$0.asks }.prefix(room)
        return wishes.filter { $0 == question || statements.contains($0) }
    }

    private func everyday(after reading: RiskReading, _ action: Action) -> [Move] {
        if reading.newKinds.contains(.leaving) { return [.letGo] }
        var moves: [Move] = []
        if reading.newKinds.contains(.nature) { moves.append(.sayProgram) }
        switch action {
        case .answer: moves.append(.answer)
        case .answerWithCare: moves += [.listen, .answerWithCare]
        case .askWhy: moves += asked.contains(.askWhy) ? [.answerWithCare] : [.askWhy]
        case .supportFirst: moves += [.listen, .askWhy, .encouragePeople]
        case .decline: moves += [.declinePart, .askWhy]
        }
        return moves
    }

    /// What a person at risk is met with, the most urgent first.
    ///
    /// Something is to be said at any time, so that nobody meets silence when all has been asked.
    private func protective(after reading: RiskReading) -> [Move] {
        var moves: [Move] = []
        if reading.newKinds.contains(.nature) || level == .imminent && !said.contains(.sayProgram) {
            moves.append(.sayProgram)
        }
        if reading.newKinds.contains(.leaving), level < .imminent {
            return moves + [.checkSafety, .letGo]
        }
        guard reading.concernsOwnLife else {
            return moves + [.listen] + others(after: reading)
        }
        if level == .imminent { return moves + urgent(after: reading) }
        moves += [said.contains(.stay) ? .listen : .stay, .askDirectly]
        if level >= .high { moves += [.askPlan, .askMeans] }
        moves.append(.offerPerson)
        if isResourceDue { moves.append(.offerResource) }
        moves.append(said.contains(.encouragePeople) ? .smallStep : .encouragePeople)
        return moves
    }

    /// In danger this minute: emergency help, distance from means, somebody there.
    ///
    /// Who refuses help is heard, asked what stands in the way, and shown a way that asks less; then help is
    /// asked for again.
    private func urgent(after reading: RiskReading) -> [Move] {
        let isRefused = hasRefused && said.contains(.urgeEmergency)
        let statements: [Move] =
            isRefused
            ? [.hearRefusal, .distanceFromMeans, .otherWay, .stay]
            : [.urgeEmergency, .distanceFromMeans, .stay]
        var moves = statements.filter { !said.contains($0) }
        if moves.isEmpty {
            // To a no that is repeated, the same request is not repeated at once.
            moves = [.listen, reading.newKinds.contains(.refusal) ? .otherWay : .urgeEmergency]
        }
        if isRefused, isResourceDue, said.contains(.distanceFromMeans) {
            moves.insert(.offerResource, at: 1)
        }
        if isRefused { moves.append(.askBarrier) }
        return moves + [.askWhoIsThere, .askDirectly, .askMeans, .offerPerson]
    }

    /// Danger to or from somebody else.
    private func others(after reading: RiskReading) -> [Move] {
        var moves: [Move] = reading.kinds.contains(.violence) ? [.declinePart, .askWhy] : []
        if reading.kinds.contains(.endured) { moves.append(.askWhoIsThere) }
        if isResourceDue { moves.append(.offerResource) }
        return moves + [.encouragePeople]
    }

    private var isResourceDue: Bool {
        answersSinceResource.map { $0 >= Self.resourceInterval } ?? true
    }
}
