import Foundation
import KeelGuardian
import Testing

@Suite struct ValueOrderTests {
    /// All sets of circumstances.
    static let all: [Set<Circumstance>] = (0..<(1 << Circumstance.allCases.count)).map { bits in
        Set(
            Circumstance.allCases.indices.filter { bits & (1 << $0) != 0 }
                .map { Circumstance.allCases[$0] })
    }

    @Test func `the order that ships is total`() throws {
        #expect(try ValueOrder.shipped().isTotal)
    }

    @Test func `every pair of values has one outcome, with an explanation`() throws {
        let order = try ValueOrder.shipped()
        let ids = order.values.map(\.id)
        for (high, one) in order.values.enumerated() {
            for (low, other) in order.values.enumerated() where low > high {
                // The two alone, under every claim that either makes.
                let fallback = try #require(order.values.first { $0.id == "help" })
                let floor = [one, other].contains(fallback) ? [] : [fallback]
                let pair = try ValueOrder(name: "pair", ranks: ([one, other] + floor).map { [$0] })
                for a in one.claims {
                    for b in other.claims {
                        let resolution = pair.resolve(Set(a.when + b.when))
                        #expect(resolution.deciding.map(\.value) == [one.id])
                        #expect(resolution.action == resolution.deciding.first?.action)
                        for conflict in resolution.conflicts {
                            #expect(conflict.winner == conflict.values.first)
                            let ranks = conflict.values.compactMap(ids.firstIndex)
                            #expect(ranks == ranks.sorted())
                            for value in order.values where conflict.values.contains(value.id) {
                                #expect(conflict.explanation.contains(value.says))
                            }
                            #expect(!conflict.explanation.contains("  "))
                        }
                        #expect(resolution == pair.resolve(Set(b.when + a.when)))
                    }
                }
            }
        }
    }

    @Test func `every exchange comes to the action of the highest value that applies`() throws {
        let order = try ValueOrder.shipped()
        for circumstances in Self.all {
            let resolution = order.resolve(circumstances)
            let first = try #require(resolution.applied.first)
            #expect(resolution.action == first.action)
            #expect(!resolution.explanation.isEmpty)
            #expect(resolution.applied.map(\.rank) == resolution.applied.map(\.rank).sorted())
            #expect(
                resolution.conflicts.count
                    == resolution.applied.filter { $0.action != first.action }.count)
        }
    }

    @Test func `equal values that disagree come to an action that keeps talking`() throws {
        let equal = try ValueOrder.shipped().equal()
        #expect(!equal.isTotal)
        for circumstances in Self.all {
            let resolution = equal.resolve(circumstances)
            let asked = Set(resolution.applied.map(\.action))
            guard asked.count > 1 else { continue }
            #expect(
                resolution.action == (circumstances.contains(.someRisk) ? .supportFirst : .askWhy))
            #expect(resolution.conflicts.allSatisfy { $0.winner == nil })
        }
    }

    @Test(arguments: [
        ("name: a\nranks: []", "no value applies"),
        ("name: a\nranks:\n  - {id: b, says: c, remains: d, claims: []}", "no value applies"),
        ("name: a\nranks:\n  - {id: b, says: c, remains: d, claim: []}", "no such field"),
        ("name: a\nranks:\n  - {id: b, says: c, claims: []}", "\"remains\" is missing"),
        ("name: [", "line 2"),
    ])
    func `a file that is wrong is refused with its field`(text: String, complaint: String) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).yaml")
        defer { try? FileManager.default.removeItem(at: url) }
        try Data(text.utf8).write(to: url)
        let error = #expect(throws: GuardianError.self) { try ValueOrder(contentsOf: url) }
        #expect(error?.description.contains(complaint) == true, "\(error?.description ?? "")")
    }
}
