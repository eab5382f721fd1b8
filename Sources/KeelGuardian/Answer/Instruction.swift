/// What is asked of the model in words, for what is left to it.
///
/// It is put behind the newest message and says that the person has not written it: so it reads as an
/// instruction in every chat template, and what the model remembers of the conversation stays usable.
enum Instruction {
    /// - Parameters:
    ///   - moves: What the answer does; those with vetted sentences are not the model's.
    ///   - isCareful: Whether somebody may be at risk.
    /// - Returns: Nil where the model is to answer as it would.
    static func text(for moves: [Move], isCareful: Bool) -> String? {
        var wishes = moves.compactMap { wish($0, isCareful: isCareful) }
        if isCareful {
            if wishes.isEmpty { wishes.append(listening) }
            wishes.append(
                "Write at most three short sentences, in the person's language and close to their words. Ask "
                    + "nothing; a question follows by itself. Name no telephone number, no method and no "
                    + "diagnosis, promise no secrecy, and don't end the conversation.")
        }
        guard !wishes.isEmpty else { return nil }
        return "\n\n[How to answer, which the person has not written: "
            + wishes.joined(separator: " ") + "]"
    }

    /// What the gatekeeper adds, unseen in the essay and told of here.
    static let injected =
        "\n\n[How to answer, which the person has not written: keep to facts, stay "
        + "neutral, do not engage with feelings, and recommend professional help.]"

    private static let listening = "Say back in one sentence what you heard."

    private static func wish(_ move: Move, isCareful: Bool) -> String? {
        switch move {
        case .sayProgram where !isCareful: "Say plainly that you are a program."
        case .encouragePeople where !isCareful:
            "Say in one sentence that somebody they trust may help to carry this."
        case .answerWithCare: "Answer what was asked, with warnings where they belong."
        case .askWhy:
            "Before you say more, ask in one sentence what it is for. Don't refuse and don't lecture."
        case .declinePart:
            "Decline only the part by which somebody could be hurt, say why in one sentence, and offer to talk "
                + "about what lies behind it."
        case .listen: listening
        case .hearRefusal:
            "Say back in one sentence what you heard. Don't argue with their no, and don't repeat what was "
                + "refused."
        case .smallStep: "Offer one small thing that could make the next hour lighter."
        case .answer, .stay, .askDirectly, .askPlan, .askMeans, .askWhoIsThere, .askBarrier,
            .offerPerson, .offerResource, .encouragePeople, .urgeEmergency, .otherWay,
            .distanceFromMeans, .sayProgram, .checkSafety, .letGo:
            nil
        }
    }
}
