import KeelCharacter
import KeelEvaluation
import KeelLanguage

extension RobustnessQuestion {
    /// Probes of one question for each trait's dimensions, clusters taking turns.
    static func of(
        _ constitution: Constitution, in suite: Suite, perTrait count: Int
    ) -> [RobustnessQuestion] {
        constitution.traits.flatMap { trait in
            let probes = trait.probes.compactMap { suite.dimension($0) }.flatMap { dimension in
                dimension.probes.filter(\.talk.isEmpty).map { (dimension: dimension.id, probe: $0) }
            }
            // The first of each cluster, then the second of each, and so on.
            var seen: [String: Int] = [:]
            let ranked = probes.map { one -> (turn: Int, id: String, probe: Probe) in
                let cluster = "\(one.dimension)/\(one.probe.cluster)"
                defer { seen[cluster, default: 0] += 1 }
                return (seen[cluster] ?? 0, "\(trait.id)/\(one.probe.id)", one.probe)
            }
            let turns = (ranked.map(\.turn).max() ?? 0) + 1
            let ordered = (0..<turns).flatMap { turn in ranked.filter { $0.turn == turn } }
            return ordered.prefix(count).map { one in
                let system = one.probe.system.map { [Message.system($0)] } ?? []
                return RobustnessQuestion(
                    id: one.id, trait: trait.id, cluster: one.probe.cluster,
                    messages: system + one.probe.messages)
            }
        }
    }
}
