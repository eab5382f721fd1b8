import TestSupport

/// A suite of two dimensions that the tiny model's short window has room for.
enum TinySuite {
    static let yaml = """
        name: tiny
        version: "1"
        canary: keel-tiny-suite
        about: For tests of the program.
        dimensions:
          - id: polite
            title: Polite
            behaviour: Is polite.
            opposite: Grovels.
            measures:
              - {kind: gap, better: higher}
              - {kind: counter, counter: apology, better: lower}
            probes:
              - {id: polite-hi, cluster: one, ask: "Hi", good: ["Hello."], bad: ["Get lost."]}
              - {id: polite-bye, cluster: two, ask: "Bye", good: ["Farewell."], bad: ["At last."]}
              - {id: polite-thanks, cluster: three, ask: "Thanks", good: ["Gladly."], bad: ["So?"]}
          - id: clear
            title: Clear
            behaviour: Says yes or no.
            opposite: Says neither.
            measures:
              - {kind: rule, better: higher}
            probes:
              - {id: clear-sun, cluster: one, ask: "Sun hot?", behaviour: ["y"], opposite: ["m"]}
              - {id: clear-ice, cluster: two, ask: "Ice hot?", behaviour: ["n"], opposite: ["m"]}
              - {id: clear-sea, cluster: three, ask: "Sea wet?", behaviour: ["y"], opposite: ["m"]}

        """

    /// The probes' gaps, and so many answers to each of the six.
    static func lines(samples: Int) -> Int { 3 + 6 * samples }
}

extension Scratch {
    /// Maps the tiny model into a run folder.
    func arguments(eval run: String, samples: Int, _ more: [String] = []) throws -> [String] {
        try write(TinySuite.yaml, to: "tiny.yaml")
        return ["eval", "--suite", "tiny.yaml", "--samples", "\(samples)", "--out", run]
            + (more.contains("--max-tokens") ? [] : ["--max-tokens", "24"])
            + TinyModel.options + more
    }
}
