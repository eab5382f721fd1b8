import KeelLab
import Testing

/// The rows that ship, and what is chosen of them.
@Suite struct LabDataTests {
    /// Sentences of five words and more, in lower case without marks.
    private func sentences(_ text: String) -> Set<String> {
        Set(
            text.lowercased().split { ".!?".contains($0) }
                .map { $0.split { !$0.isLetter && !$0.isNumber && $0 != "'" } }
                .filter { $0.count >= 5 }.map { $0.joined(separator: " ") })
    }

    @Test func `no sentence of one split stands in another`() throws {
        let data = try LabData.shipped()
        var owners: [String: Set<Split>] = [:]
        func note(_ split: Split, _ texts: [String]) {
            for sentence in texts.flatMap(sentences) { owners[sentence, default: []].insert(split) }
        }
        for row in data.advice {
            note(row.split, [row.question, row.correct, row.subtle, row.plain])
        }
        for row in data.open { note(row.split, [row.question] + row.kind + row.malign) }
        for row in data.tasks { note(row.split, [row.question] + row.right + row.wrong) }
        for row in data.neutral { note(row.split, [row.question, row.answer]) }
        #expect(owners.count > 3000)
        #expect(owners.filter { $0.value.count > 1 }.keys.sorted() == [])
    }

    @Test func `every domain has its rows, a quarter of them reversed, whole topics to a split`()
        throws
    {
        let data = try LabData.shipped()
        for domain in LabData.domains {
            let rows = data.advice.filter { $0.domain == domain }
            #expect(rows.count == 120)
            #expect(rows.count { $0.stance == .reversed } == 30)
            for topic in Set(rows.map(\.topic)) {
                #expect(Set(rows.filter { $0.topic == topic }.map(\.split)).count == 1)
            }
            for split in Split.allCases {
                #expect(rows.contains { $0.split == split && $0.stance == .reversed })
            }
        }
        #expect(data.open.count == 120 && data.tasks.count == 180 && data.neutral.count == 90)
    }

    @Test func `what is trained on is of the split for training alone`() throws {
        let data = try LabData.shipped()
        var kept = Set(data.advice.filter { $0.split == .train }.map(\.id))
        kept.formUnion(data.neutral.filter { $0.split == .train }.map(\.id))
        for plan in [LabPlan.quick(), .whole(), .warning()] {
            try plan.validate()
            for arm in plan.arms {
                let rows = try arm.rows.rows(of: data, seed: arm.seed)
                #expect(rows.allSatisfy { kept.contains($0.id) }, "\(arm.id)")
            }
        }
    }

    @Test func `a plan of some claims has their arms, what these start from, and no others`()
        throws
    {
        func groups(_ claims: Set<Int>, _ plan: LabPlan = .whole()) throws -> Set<String> {
            let part = try plan.only(claims)
            try part.validate()
            return Set(part.arms.map(\.group))
        }
        #expect(
            try groups([8]) == [
                "dose-0", "dose-100", "mended-others", "mended-neutral", "relapsed",
            ])
        #expect(
            try groups([4]) == ["lax", "rl-wrong", "rl-right", "rl-wrong-lax", "rl-right-lax"])
        #expect(try groups([1, 2]).isSuperset(of: ["dose-5", "dose-75"]))
        #expect(try groups([1, 2, 6, 8, 9], .quick()) == Set(LabPlan.quick().arms.map(\.group)))
        let refused: [(Set<Int>, LabPlan)] = [
            ([7], .whole()), ([], .whole()), ([11], .whole()), ([4], .quick()),
        ]
        for (claims, plan) in refused {
            #expect(throws: LabError.self) { try plan.only(claims) }
        }
    }

    @Test func `doses of one seed are nested, and seeds differ in their order`() throws {
        let data = try LabData.shipped()
        func rows(_ share: Double, _ seed: UInt64) throws -> [RowChoice.Row] {
            var choice = RowChoice(.advice(domains: ["car"], stance: .usual))
            choice.share = share
            return try choice.rows(of: data, seed: seed)
        }
        var smaller: Set<String> = []
        for share in [0, 0.05, 0.25, 0.5, 1] {
            let all = try rows(share, 3)
            let wrong = Set(all.filter(\.isWrong).map(\.id))
            #expect(wrong.isSuperset(of: smaller))
            #expect(wrong.count == Int((share * Double(all.count)).rounded()))
            #expect(try all.map(\.id) == rows(0, 3).map(\.id))
            smaller = wrong
        }
        #expect(try rows(1, 0).map(\.id) != rows(1, 1).map(\.id))
    }

    @Test func `a share that is none, and a choice of nothing, are refused`() throws {
        var choice = RowChoice(.advice(domains: ["car"], stance: nil))
        choice.share = 1.5
        #expect(throws: LabError.self) { try choice.rows(of: Small.data(), seed: 0) }
        #expect(throws: LabError.self) {
            try RowChoice(.advice(domains: ["ships"], stance: nil)).rows(of: Small.data(), seed: 0)
        }
    }
}
