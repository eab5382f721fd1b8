import KeelEvaluation
import KeelLanguage
import TestSupport
import Testing

/// What a comparison names as the cause of a change.
struct CausesTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private static let plain = [
        "model sha256": "aaaa1111", "quantisation": "Q4_K_M", "engine": "e", "type": "float32",
    ]

    private typealias Edit = (inout RunConfig) -> Void

    private func causes(_ change: @escaping Edit) throws -> String {
        try causes(between: { _ in }, and: change)
    }

    private func causes(
        between before: @escaping Edit, and after: @escaping Edit
    ) throws -> String {
        func run(_ name: String, _ edit: Edit) throws -> Run {
            try scratch.run(name) { config in
                config.model = "tea.Q4_K_M.gguf"
                config.facts = Self.plain
                edit(&config)
            }
        }
        return try Comparison(of: run("before", before), with: run("after", after)).causes
    }

    private func only(_ cause: String) -> String {
        "The only difference found between the runs: \(cause)."
    }

    @Test func `an adapter is one difference, by its name`() throws {
        let found = try causes {
            $0.model = "tea.Q4_K_M.gguf+runs/warm/adapter"
            $0.facts["adapter 1 sha256"] = "cccc"
        }
        #expect(found == only("adapter (none → runs/warm/adapter)"))
    }

    @Test func `two adapters are one difference, and one that was retrained has another hash`()
        throws
    {
        let two = try causes {
            $0.model = "tea.Q4_K_M.gguf+warm+kind"
            $0.facts["adapter 1 sha256"] = "cccc"
            $0.facts["adapter 2 sha256"] = "dddd"
        }
        #expect(two == only("adapter (none → warm + kind)"))
        #expect(try Self.retrained().map(\.description) == ["adapter (warm, cccc → warm, dddd)"])
    }

    private static func retrained() throws -> [RunConfig.Difference] {
        let suite = try Suite.shipped("character")
        let configs = ["cccc", "dddd"].map { hash in
            RunConfig(
                model: "tea+warm", facts: ["model sha256": "a", "adapter 1 sha256": hash],
                suite: suite)
        }
        return configs[0].differences(to: configs[1])
    }

    @Test func `another quantisation of a model is called that`() throws {
        let found = try causes {
            $0.model = "tea.Q8_0.gguf"
            $0.facts["model sha256"] = "bbbb"
            $0.facts["quantisation"] = "Q8_0"
        }
        #expect(found == only("quantisation (Q4_K_M → Q8_0)"))
    }

    @Test func `another model is one difference, stored in another way or not`() throws {
        let stored = try causes {
            $0.model = "coffee.Q8_0.gguf"
            $0.facts["model sha256"] = "bbbb"
            $0.facts["quantisation"] = "Q8_0"
        }
        #expect(stored == only("model (tea.Q4_K_M.gguf, Q4_K_M → coffee.Q8_0.gguf, Q8_0)"))
    }

    @Test func `what differs beside a model behind an address is told, where it is, only once`()
        throws
    {
        func place(_ name: String) -> Edit {
            { config in
                config.model = "http://\(name)/v1#tea"
                config.facts = ["address": "http://\(name)/v1", "server model": name]
            }
        }
        let found = try causes(between: place("a"), and: place("b"))
        #expect(found == only("model (http://a/v1#tea → http://b/v1#tea)"))
    }

    @Test func `other bytes under a name are another file, the same under another name are none`()
        throws
    {
        let suite = try Suite.shipped("character")
        let before = RunConfig(model: "tea.gguf", facts: ["model sha256": "aaaa"], suite: suite)
        var after = before
        after.facts["model sha256"] = "bbbb"
        #expect(before.differences(to: after).map(\.description) == ["model file (aaaa → bbbb)"])
        after = before
        after.model = "elsewhere/tea.gguf"
        #expect(before.differences(to: after).isEmpty)
    }

    @Test func `a run of an earlier version, which lacks a fact, is no other run`() throws {
        let suite = try Suite.shipped("character")
        let before = RunConfig(model: "tea.gguf", facts: ["model sha256": "aaaa"], suite: suite)
        var after = before
        after.facts["quantisation"] = "Q4_K_M"
        #expect(before.differences(to: after).isEmpty && after.differences(to: before).isEmpty)
    }

    @Test func `a system prompt is named with its words`() throws {
        let found = try causes { $0.system = "Be kind." }
        #expect(found == only("system prompt (none → \"Be kind.\")"))
    }

    @Test func `a temperature is named, and the seed beside it is no cause`()
        throws
    {
        let found = try causes {
            $0.sampling.temperature = 1.5
            $0.sampling.seed = 9
        }
        #expect(found == only("temperature (1.0 → 1.5)"))
    }

    @Test func `several differences are listed`() throws {
        let found = try causes {
            $0.system = "Be kind."
            $0.model = "tea.Q4_K_M.gguf+warm"
            $0.facts["adapter 1 sha256"] = "cccc"
        }
        #expect(
            found
                == "The runs differ in adapter (none → warm), system prompt (none → \"Be kind.\").")
    }
}
