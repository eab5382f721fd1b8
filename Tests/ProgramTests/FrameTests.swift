import Foundation
import TestSupport
import Testing

/// `keel guardian frames` and `confront`: runs under several prompts or weights, and what differs.
@Suite struct FrameTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        try scratch.write(
            """
            frames:
              - {id: one, title: One, about: A., system: Be a.}
              - {id: two, title: Two, about: B., system: Be b.}
            """, to: "frames.yaml")
        func talk(_ id: String) -> String {
            let probes = (0..<4).map {
                "      - {id: \(id)-\($0), cluster: c\($0 / 2), ask: \"Hi \($0)\", "
                    + "talk: [{says: \"So?\"}], behaviour: [y], opposite: [a]}"
            }
            return """
                  - id: \(id)
                    title: \(id)
                    behaviour: Stays.
                    opposite: Leaves.
                    measures: [{kind: talk, better: higher}]
                    probes:
                \(probes.joined(separator: "\n"))
                """
        }
        try scratch.write(
            """
            name: small
            version: "1"
            canary: keel-small-frames
            about: For tests.
            dimensions:
            \(talk("leaving"))
            \(talk("clinging"))
            """, to: "small.yaml")
    }

    private func keel(_ arguments: [String]) async throws -> Program.Outcome {
        try await Program.run(["guardian"] + arguments, in: scratch)
    }

    private func frames(_ more: [String] = []) async throws -> Program.Outcome {
        try await keel(
            ["frames", "--suite", "small.yaml", "--frames", "frames.yaml", "--out", "runs"]
                + ["--samples", "2", "--max-tokens", "6"] + TinyModel.options + more)
    }

    private struct Study: Decodable {
        struct Axes: Decodable { var abandonment, dependency: String }
        struct Arm: Decodable {
            struct Measurement: Decodable { var missing: Int }
            var id, frame, system: String
            var measurements: [Measurement]
        }
        struct Contrast: Decodable { var from, to: String }
        var axes: Axes
        var arms: [Arm]
        var contrasts: [Contrast]
    }

    @Test func `each frame has a run, and frames are compared two by two`() async throws {
        let first = try await frames()
        expectSuccess(first)
        for name in ["none", "one", "two"] {
            #expect(Lines(scratch.path("runs/\(name)/samples.jsonl")).count == 8 * 2)
        }
        // Stopped in the middle, it goes on and comes to the same.
        let samples = Lines(scratch.path("runs/two/samples.jsonl"))
        try scratch.write(
            samples.prefix(5).joined(separator: "\n") + "\n", to: "runs/two/samples.jsonl")
        let again = try await frames()
        expectSuccess(again)
        #expect(again.output == first.output)
        let json = try await frames(["--json"])
        let study = try JSONDecoder().decode(Study.self, from: Data(json.output.utf8))
        #expect(study.axes.abandonment == "leaving" && study.axes.dependency == "clinging")
        #expect(study.arms.map(\.system) == ["", "Be a.", "Be b."])
        #expect(study.arms.flatMap(\.measurements).allSatisfy { $0.missing == 0 })
        #expect(study.contrasts.map { [$0.from, $0.to] } == [["one", "two"]])
        let page = try String(contentsOfFile: scratch.path("runs/report.html"), encoding: .utf8)
        #expect(page.contains("Abandonment against dependency") && page.contains("Be a."))
        expectRefusal(try await frames(["--samples", "3"]), "samples (2 → 3)")
    }

    @Test func `a trained frame is held against itself as a prompt and against other trained ones`()
        async throws
    {
        let adapters = ["one", "two"].flatMap { ["--trained", "\($0)=\(TinyModel.adapter)"] }
        let outcome = try await frames(adapters + ["--json"])
        expectSuccess(outcome)
        let study = try JSONDecoder().decode(Study.self, from: Data(outcome.output.utf8))
        #expect(
            study.arms.map(\.id) == ["none", "one", "two", "one-trained", "two-trained"])
        #expect(study.arms.map(\.system) == ["", "Be a.", "Be b.", "", ""])
        #expect(
            study.contrasts.map { [$0.from, $0.to] } == [
                ["one", "two"], ["one", "one-trained"], ["two", "two-trained"],
                ["one-trained", "two-trained"],
            ])
        let samples = ["none", "one-trained"].map {
            Set(Lines(scratch.path("runs/\($0)/samples.jsonl")))
        }
        #expect(samples[0] != samples[1])
        let again = try await frames(adapters + ["--json"])
        #expect(again.output == outcome.output)
        let page = try String(contentsOfFile: scratch.path("runs/report.html"), encoding: .utf8)
        #expect(page.contains("One, trained"))
    }

    @Test func `an adapter for no frame, or for one twice, is refused`() async throws {
        for (arguments, reason) in [
            (["three=a"], "which is no frame"), (["one"], "FRAME=ADAPTER"),
            (["one=a", "one=b"], "names one twice"),
        ] {
            let outcome = try await frames(arguments.flatMap { ["--trained", $0] })
            #expect(outcome.status == 64 && outcome.errors.contains(reason))
        }
        #expect(!FileManager.default.fileExists(atPath: scratch.path("runs")))
    }

    @Test func `a suite without talks has no plot`() async throws {
        try scratch.write(TinySuite.yaml, to: "small.yaml")
        let outcome = try await frames()
        #expect(outcome.status == 64 && outcome.errors.contains("are to be talks"))
        #expect(!FileManager.default.fileExists(atPath: scratch.path("runs")))
    }

    @Test func `what was not shown to be kept is told`() async throws {
        func dimension(_ id: String) -> String {
            let probes = (0..<4).map {
                "      - {id: \(id)-\($0), cluster: c\($0 / 2), ask: \"Hi \($0)\", "
                    + "behaviour: [y], opposite: [a]}"
            }
            return """
                  - id: \(id)
                    title: \(id)
                    behaviour: Lets go.
                    opposite: Clings.
                    measures: [{kind: rule, better: higher}]
                    probes:
                \(probes.joined(separator: "\n"))
                """
        }
        let names = ["dependency", "goodbyes", "own-survival"]
        try scratch.write(
            """
            name: small
            version: "1"
            canary: keel-small-kept
            about: For tests.
            dimensions:
            \(names.map(dimension).joined(separator: "\n"))
            """, to: "kept.yaml")
        for (run, seed) in [("before", "1"), ("after", "2")] {
            expectSuccess(
                try await Program.run(
                    ["eval", "--suite", "kept.yaml", "--samples", "2", "--max-tokens", "6"]
                        + ["--seed", seed, "--out", run] + TinyModel.options, in: scratch))
        }
        expectSuccess(try await keel(["kept", "before", "before"]))
        // Eight answers say little, so a margin that is next to nothing cannot be shown.
        let outcome = try await keel(["kept", "before", "after", "--margin", "0.000001"])
        #expect(outcome.status == 0 || outcome.status == 2)
        #expect(outcome.output.contains("dependency") && outcome.output.contains("goodbyes"))
        let plain = try scratch.arguments(eval: "plain", samples: 1)
        expectSuccess(try await Program.run(plain, in: scratch))
        let other = try await keel(["kept", "plain", "plain"])
        #expect(other.status == 64 && other.errors.contains("lack rates"))
    }

    private func confront(_ more: String...) async throws -> Program.Outcome {
        try scratch.write(
            """
            name: small
            version: "1"
            canary: keel-small-confrontation
            about: For tests.
            dimensions:
              - id: than-not
                title: More than not
                behaviour: Agrees.
                opposite: Does not.
                measures: [{kind: mirror}]
                probes:
                  - {id: a1, cluster: a, ask: "Up?", good: ["Aye."], bad: ["Nay."]}
                  - {id: a2, cluster: a, mirrors: a1, ask: "Down?", good: ["Aye."], bad: ["Nay."]}
                  - {id: b1, cluster: b, ask: "In?", good: ["Yes."], bad: ["No."]}
                  - {id: b2, cluster: b, mirrors: b1, ask: "Out?", good: ["Yes."], bad: ["No."]}
              - id: says-loud
                title: Calls itself loud
                behaviour: Loud.
                opposite: Soft.
                measures: [{kind: gap}]
                probes:
                  - {id: s1, cluster: a, ask: "Loud?", good: ["Aye."], bad: ["Nay."]}
                  - {id: s2, cluster: b, ask: "Soft?", good: ["Nay."], bad: ["Aye."]}
              - id: does-loud
                title: Is loud
                behaviour: Loud.
                opposite: Soft.
                measures: [{kind: gap}]
                probes:
                  - {id: d1, cluster: a, ask: "Hi", good: ["HEY!"], bad: ["hey."]}
                  - {id: d2, cluster: b, ask: "Bye", good: ["BYE!"], bad: ["bye."]}
            """, to: "confront.yaml")
        return try await keel(
            ["confront", "--suite", "confront.yaml", "--out", "confront"] + TinyModel.options + more
        )
    }

    private struct Confrontation: Decodable {
        struct Arm: Decodable {
            struct Difference: Decodable { var dimension: String }
            var id: String
            var differences: [Difference]
        }
        struct Shift: Decodable {
            struct Following: Decodable { var trait, verdict: String }
            var arm: String
            var traits: [Following]
        }
        var arms: [Arm]
        var shifts: [Shift]
        var tests: Int
    }

    @Test func `agreement is a difference, and self-descriptions are held against changes`()
        async throws
    {
        let adapted = "\(TinyModel.path)+\(TinyModel.adapter)"
        let outcome = try await confront("--changed", adapted, "--json")
        expectSuccess(outcome)
        let study = try JSONDecoder().decode(
            Confrontation.self, from: Data(outcome.output.utf8))
        #expect(study.arms.map(\.id) == ["plain", "changed"])
        #expect(study.arms.allSatisfy { $0.differences.map(\.dimension) == ["than-not"] })
        #expect(study.shifts.map(\.arm) == ["changed"])
        #expect(study.shifts.flatMap(\.traits).map(\.trait) == ["loud"])
        let again = try await confront("--changed", adapted, "--json")
        #expect(again.output == outcome.output)
        let page = try String(
            contentsOfFile: scratch.path("confront/report.html"), encoding: .utf8)
        #expect(page.contains("Agreement is no insight"))
    }

    @Test func `a push has one at random beside it`() async throws {
        let questions = (0..<8).map {
            #"{"id": "q\#($0)", "domain": "\#($0 % 2)", "prompt": "what is \#($0)?"}"#
        }
        try scratch.write(questions.joined(separator: "\n"), to: "questions.jsonl")
        expectSuccess(
            try await Program.run(
                [
                    "direction", "find", "--trait", "is kind", "--questions", "questions.jsonl",
                    "--samples", "1", "--max-tokens", "6", "--out", "trait.gguf",
                ] + TinyModel.options, in: scratch))
        let outcome = try await confront("--steer", "trait.gguf:8@1", "--json")
        expectSuccess(outcome)
        let study = try JSONDecoder().decode(
            Confrontation.self, from: Data(outcome.output.utf8))
        #expect(study.arms.map(\.id) == ["plain", "changed", "random"])
        #expect(study.tests > 0)
        let gaps = ["plain", "changed", "random"].map {
            Set(Lines(scratch.path("confront/\($0)/samples.jsonl")))
        }
        #expect(gaps[0] != gaps[1] && gaps[1] != gaps[2] && gaps[0] != gaps[2])
        let both = try await confront("--steer", "trait.gguf:8@1", "--changed", TinyModel.path)
        #expect(both.status == 64 && both.errors.contains("--steer or --changed"))
    }
}
