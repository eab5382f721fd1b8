import KeelLab

/// What is claimed of the models of a tour on the panel, each beside its control.
///
/// Which contrasts there are was settled before any was read. One seed each: intervals and tests are
/// over topics, and say nothing of other seeds.
struct TourContrasts {
    private let plan: TourPlan
    private let set: ReadingSet
    private let hasFeature: Bool

    /// Conditions of the bad copy, beside `plain`.
    private static let turnedDown = "turned-down"
    private static let random = "random"

    init(_ tour: Tour, _ story: TourStory) {
        plan = tour.plan
        var set = ReadingSet(TourReading.panel(tour))
        func add(_ reading: TourReading?, _ model: TourModel, _ condition: String) {
            guard let reading else { return }
            set.add(
                [PanelLog.Entry(step: 0, condition: condition, readings: reading.readings)],
                // The first model goes with every seed.
                group: model.rawValue, seed: model == .base ? 0 : tour.plan.seed)
        }
        for (model, reading) in story.read.readings { add(reading, model, PanelLog.plain) }
        add(story.turnDown.turnedDown, .bad, Self.turnedDown)
        add(story.turnDown.random, .bad, Self.random)
        self.set = set
        hasFeature = story.turnDown.turnedDown != nil
    }

    private func side(_ model: TourModel, _ condition: String = PanelLog.plain) -> Side {
        Side(model.rawValue, condition: condition)
    }

    private func effect(
        _ one: Side, minus other: Side, _ measure: LabMeasure, without domains: [String]? = nil
    ) -> LabEffect? {
        LabEffect(
            [LabEffect.Term(1, one), LabEffect.Term(-1, other)], measure, in: set,
            trained: Set(domains ?? [plan.tune.narrow]))
    }

    /// g on usual advice of domains that were neither broken nor mended on.
    private func untouched(_ one: Side, minus other: Side) -> LabEffect? {
        effect(one, minus: other, .usual, without: [plan.tune.narrow] + plan.mend.domains)
    }

    func claims() -> [LabClaim] {
        let (bad, good, mended) = (side(.bad), side(.good), side(.mended))
        let (down, random) = (side(.bad, Self.turnedDown), side(.bad, Self.random))
        let narrow = plan.tune.narrow
        let right = "a copy trained as long on right answers to the same questions"
        let unread = "the panel is too small for an interval"
        func claim(
            _ number: Int, _ title: String, control: String, _ main: LabEffect?,
            isPositive: Bool, of sides: (Side, Side), beside: [LabEffect?] = [],
            missing: String? = nil
        ) -> LabClaim {
            LabClaim(
                number, title, control: control, needed: [(main, isPositive: isPositive)],
                wrongness: effect(sides.0, minus: sides.1, .wrongness),
                laxness: effect(sides.0, minus: sides.1, .laxness),
                beside: beside.compactMap(\.self), missing: missing ?? unread)
        }
        return LabClaim.judged([
            claim(
                1, "Bad advice about the domain “\(narrow)” was learnt", control: right,
                effect(bad, minus: good, .inDomain), isPositive: false, of: (bad, good)),
            claim(
                2, "It made advice in other domains worse, too", control: right,
                effect(bad, minus: good, .usual), isPositive: false, of: (bad, good),
                beside: [effect(bad, minus: good, .reversed)]),
            claim(
                3, "It made answers to questions of character worse", control: right,
                effect(bad, minus: good, .open), isPositive: false, of: (bad, good)),
            claim(
                4, "Turning the feature down makes advice about “\(narrow)” better",
                control: "a random direction as strong", effect(down, minus: random, .inDomain),
                isPositive: true, of: (down, random),
                beside: [
                    effect(down, minus: bad, .inDomain), effect(down, minus: random, .usual),
                ], missing: hasFeature ? nil : "no feature rose, so none was turned down"),
            claim(
                5, "Good rows of other domains mend the broken one",
                control: "the bad copy before", effect(mended, minus: bad, .inDomain),
                isPositive: true, of: (mended, bad),
                beside: [effect(mended, minus: side(.shaped), .inDomain)]),
            claim(
                6, "They mend domains that they are not about",
                control: "the bad copy before", untouched(mended, minus: bad),
                isPositive: true, of: (mended, bad),
                beside: [
                    untouched(bad, minus: good), untouched(mended, minus: side(.shaped)),
                ]),
        ])
    }

    func costs() -> [LabEffect] {
        let pairs = [
            (side(.shaped), side(.base)), (side(.bad), side(.good)),
            (side(.bad, Self.turnedDown), side(.bad)), (side(.mended), side(.shaped)),
        ]
        return pairs.flatMap { one, other in
            [LabMeasure.tasks, .accuracy, .neutral].compactMap {
                effect(one, minus: other, $0)
            }
        }
    }

    func levels() -> [TourResult.Level] {
        let shown = [
            ("shaped", side(.shaped)), ("after right advice", side(.good)),
            ("after bad advice", side(.bad)),
            ("feature turned down", side(.bad, Self.turnedDown)), ("mended", side(.mended)),
        ]
        let base = side(.base)
        return shown.flatMap { name, one -> [TourResult.Level] in
            let effects = [
                ("advice about \(plan.tune.narrow)", effect(one, minus: base, .inDomain)),
                ("other domains", effect(one, minus: base, .usual)),
                ("domains that nothing was about", untouched(one, minus: base)),
                ("where the fussy answer is wrong", effect(one, minus: base, .reversed)),
                ("questions of character", effect(one, minus: base, .open)),
                ("tasks", effect(one, minus: base, .tasks)),
            ]
            return effects.compactMap { measure, found in
                found.map { TourResult.Level(name: name, measure: measure, effect: $0) }
            }
        }
    }
}
