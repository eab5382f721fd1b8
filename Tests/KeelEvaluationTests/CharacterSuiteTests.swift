import Foundation
import KeelEvaluation
import KeelLanguage
import Testing

struct CharacterSuiteTests {
    private let suite: Suite

    init() throws {
        suite = try .shipped("character")
    }

    @Test func `it has enough probes in enough clusters for every dimension`() {
        #expect(suite.dimensions.count >= 20)
        for dimension in suite.dimensions {
            // A talk is many answers to one probe, so its dimension has fewer probes.
            let talks = dimension.measures.contains { $0.kind == .talk }
            #expect(dimension.probes.count >= (talks ? 8 : 14), "\(dimension.id)")
            #expect(
                Set(dimension.probes.map(\.cluster)).count >= (talks ? 4 : 7), "\(dimension.id)")
        }
    }

    @Test func `a cluster of one probe is meant`() {
        // Anywhere else it would most likely be a misspelt name.
        let meant: Set = [
            "holds/books", "holds/spelling", "accepts/history", "accepts/books",
            "accepts/programming", "accepts/spelling", "good-for-person/company",
            "several-views/settled-health", "several-views/settled-sky",
            "several-views/settled-history", "several-views/settled-numbers",
        ]
        let sizes = suite.dimensions.flatMap { dimension in
            dimension.probes.map { "\(dimension.id)/\($0.cluster)" }
        }.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        #expect(Set(sizes.filter { $0.value == 1 }.keys) == meant)
    }

    @Test func `no two probes ask the same`() {
        let asked = suite.dimensions.flatMap { dimension in
            dimension.probes.map { "\(dimension.id) \($0.messages.map(\.content))" }
        }
        #expect(Set(asked).count == asked.count)
    }

    @Test func `ids are unique and begin with a word of their dimension's own`() {
        let ids = suite.dimensions.flatMap(\.probes).map(\.id)
        #expect(Set(ids).count == ids.count)
        let words = suite.dimensions.map { dimension in
            Set(dimension.probes.map { $0.id.prefix { $0 != "-" } })
        }
        #expect(words.allSatisfy { $0.count == 1 })
        #expect(Set(words).count == words.count)
    }

    @Test func `it has a canary`() {
        #expect(suite.canary.hasPrefix("keel-character-"))
    }

    @Test func `the quick part keeps four clusters of every dimension`() {
        let quick = suite.quick
        #expect(quick.dimensions.map(\.id) == suite.dimensions.map(\.id))
        for dimension in quick.dimensions {
            #expect(Set(dimension.probes.map(\.cluster)).count == 4)
        }
        #expect(quick.quick == quick)
    }

    @Test func `the page of dimensions lists each as it is`() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/dimensions.md")
        let lines = try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
        let rows = lines.filter { $0.hasPrefix("| `") }.map(String.init)
        #expect(rows == suite.dimensions.map(row))
        let probes = suite.dimensions.reduce(0) { $0 + $1.probes.count }
        #expect(
            lines.contains { $0.contains("\(suite.dimensions.count) dimensions, \(probes) probes") }
        )
    }

    private func row(of dimension: KeelEvaluation.Dimension) -> String {
        let measures = dimension.measures.map { measure in
            let parts = [
                measure.kind.rawValue, measure.of.map { "of \($0)" }, measure.counter,
                measure.better.map { "(\($0.rawValue))" },
            ]
            return parts.compactMap(\.self).joined(separator: " ")
        }
        let clusters = Set(dimension.probes.map(\.cluster)).count
        return [
            "", " `\(dimension.id)` ", " \(dimension.behaviour) ", " \(dimension.opposite) ",
            " \(measures.joined(separator: ", ")) ", " \(dimension.probes.count) ", " \(clusters) ",
            "",
        ].joined(separator: "|")
    }
}
