internal import KeelLanguage

// Latents of an autoencoder: found, tracked while the bad arm is mended, and pushed along.
extension Lab {
    private typealias Name = LabPlan.Group

    /// Does what is missing.
    /// - Returns: What was found; nil without an autoencoder, or without a bad arm beside a good one.
    func latents() async throws -> LatentStage.Choice? {
        guard let stage = latentStage, let bad = plan.arms.first(where: { $0.group == Name.bad }),
            let good = plan.arms.first(where: { $0.group == Name.good && $0.seed == bad.seed })
        else { return nil }
        let choice = try await folder.stage("latents.json") {
            try await stage.choice(bad: bad, good: good, neutral: calibration)
        }
        // Told at other seeds than latents were chosen at, where there are any.
        let all = plan.arms.filter {
            [Name.good, Name.bad, Name.mended("others"), Name.relapsed].contains($0.group)
        }
        let others = all.filter { $0.seed != bad.seed }
        let told = others.isEmpty ? all : others
        for arm in told {
            try Task.checkCancellation()
            try await stage.run(arm, choice)
        }
        if let strength = choice.strength?.strength {
            let steering = stage.steering(choice, small)
            try await steering.run(nil, strength)
            for arm in told where arm.group == Name.bad {
                try Task.checkCancellation()
                try await steering.run(arm, strength)
            }
        }
        return choice
    }

    func latents(_ choice: LatentStage.Choice?, _ set: ReadingSet) -> LabResult.Latents? {
        guard let choice else { return nil }
        func change(_ a: String, _ b: String, _ condition: String) -> LabEffect? {
            effect(
                [
                    .init(1, Side(a, condition: condition)),
                    .init(-1, Side(b, condition: condition)),
                ], .latent, in: set)
        }
        let conditions =
            [LatentStage.rising, LatentStage.falling]
            + (choice.rising + choice.falling).map(LatentStage.condition)
        let mended = Name.mended("others")
        var steered: [LabEffect] = []
        for group in [Name.base, Name.bad] {
            for condition in SteeringStage.conditions(of: group) {
                let side = Side(group, condition: LatentStage.prefix + condition.rawValue)
                for measure in [LabMeasure.usual, .reversed, .wrongness, .laxness, .neutral] {
                    let one = effect([.init(1, side), .init(-1, Side(group))], measure, in: set)
                    if let one { steered.append(one) }
                }
            }
        }
        return LabResult.Latents(
            layer: choice.layer, rising: choice.rising, falling: choice.falling,
            strength: choice.strength?.strength, isTooStrong: choice.strength?.isTooStrong ?? false,
            changes: conditions.map { condition in
                LabResult.Latents.Change(
                    name: condition, bad: change(Name.bad, Name.good, condition),
                    mended: change(mended, Name.bad, condition),
                    later: change(Name.relapsed, mended, condition))
            }, steered: steered)
    }
}
