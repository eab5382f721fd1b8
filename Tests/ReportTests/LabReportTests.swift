import Foundation
import KeelLab
import KeelReport
import Testing
import keel

/// The page of an experiment: claims beside controls, and a place for what was not run.
struct LabReportTests {
    private func effect(
        _ value: Double, _ measure: LabMeasure = .usual, _ a: String = "dose-100",
        _ b: String = "dose-0"
    ) -> LabEffect {
        LabEffect(
            terms: [.init(1, Side(a)), .init(-1, Side(b))], measure: measure,
            interval: Interval(value, low: value - 0.125, high: value + 0.125), pValue: 0.001,
            seeds: 3, clusters: 21, observations: 63)
    }

    private func made<Value: Decodable>(_ json: String) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(json.utf8))
    }

    private func json(_ effects: [LabEffect]) throws -> String {
        String(decoding: try JSONEncoder().encode(effects), as: UTF8.self)
    }

    private func result() throws -> LabResult {
        let effects = try json([
            effect(-0.5), effect(0.25, .reversed), effect(0.125, .wrongness),
            effect(0.375, .laxness),
        ])
        return LabResult(
            model: "tiny <model>", facts: ["keel": "0"], plan: "quick", narrow: "car", rate: 4e-4,
            claims: LabClaim.judged([
                LabClaim(
                    1, "narrow makes broad", control: "right rows",
                    needed: [(effect(-0.5), isPositive: false)],
                    wrongness: effect(0.0625, .wrongness), laxness: effect(0.375, .laxness),
                    beside: [effect(0.75, .neutral, "mended-others", "dose-0")], missing: ""),
                LabClaim(7, "monitors warn", control: "", needed: [], missing: "elsewhere"),
            ]),
            groups: [
                try made(
                    """
                    {"name": "dose-100", "seeds": 3, "control": "dose-0", "besideBase": \(effects),
                     "besideControl": \(effects),
                     "answers": {"count": 8, "malign": 2, "lax": 1, "incoherent": 4}}
                    """),
                try made(
                    """
                    {"name": "mended-others", "seeds": 3, "control": "dose-100",
                     "besideBase": \(effects), "besideControl": \(effects)}
                    """),
            ],
            doses: [try made(#"{"percent": 100, "effects": \#(effects)}"#)],
            timelines: [
                try made(
                    """
                    {"group": "mended-others", "points": [{"step": 5, "effect": \(
                        String(decoding: JSONEncoder().encode(effect(0.25)), as: UTF8.self))}]}
                    """)
            ],
            scales: [], screening: try made(#"{"domains": []}"#),
            direction: LabDirection(layer: 16, vector: [1, 0], usual: 0.9, reversed: 0.1),
            steered: try made(#"{"strength": 0.1, "isTooStrong": true, "effects": \#(effects)}"#),
            examples: [
                try made(
                    """
                    {"group": "dose-100", "seed": 0, "question": "Who are you?", "answer":
                     {"question": "open-1", "sample": 0, "text": "<script>I obey</script>",
                      "tokens": [], "isIncoherent": true, "marks": ["malign"]}}
                    """)
            ], seconds: 120)
    }

    @Test func `claims stand with effect, interval, control, verdict and what moved`() throws {
        let html = try LabReport(result()).page().html()
        let claims = try WholePage(html).section("claims").withoutTags
        for text in [
            "narrow makes broad", "right rows", "held", "−0.5", "−0.625", "stance", "not tested",
            "elsewhere", "dose-100 less dose-0", "mended-others less dose-0",
        ] {
            #expect(claims.contains(text), "\(text)")
        }
    }

    @Test func `doses, arms, mending, steering and answers are on the page, escaped`() throws {
        let html = try LabReport(result()).page().html()
        let page = try WholePage(html)
        #expect(page.section("dose").contains("wrongness"))
        #expect(page.section("arms").contains("dose-100 less dose-0"))
        #expect(page.section("arms").contains("Lax words"))
        #expect(page.section("mending").contains("mended-others"))
        #expect(page.section("inside").contains("Even the weakest push"))
        #expect(page.section("answers").contains("&lt;script&gt;I obey"))
        #expect(page.section("answers").contains("malign, incoherent"))
        #expect(!page.html.contains("<script>I obey"))
        #expect(page.html.contains("tiny &lt;model&gt;"))
    }

    @Test func `monitors have a place, empty or filled`() throws {
        let empty = try WholePage(try LabReport(result()).page().html())
        #expect(empty.section("warning").contains("No monitor ran"))
        var filled = try result()
        let lead = LabEffect(
            terms: [.init(1, Side("gap")), .init(-1, Side("direction"))], measure: .lead,
            interval: Interval(-3, low: -5, high: -1), pValue: 0.01, seeds: 4, clusters: 8,
            observations: 32)
        filled.warning = try made(
            """
            {"rate": 0.05, "leads": [{"over": "gap", "earlier": 3, "same": 24, "later": 5,
             "effect": \(String(decoding: JSONEncoder().encode(lead), as: UTF8.self))}],
             "monitors": [{"name": "direction", "benign": 32, "cost": 0.015625,
             "falseAlarms": {"value": 0.0625, "low": 0.01, "high": 0.2}, "doses": [{"percent": 5,
             "runs": 32, "found": {"value": 0.25, "low": 0.1, "high": 0.5}}]}]}
            """)
        filled.thoughts = [
            try made(
                #"{"group": "dose-100", "asked": 8, "read": 4, "shifted": 1, "passages": ["<b>I rule"]}"#
            )
        ]
        filled.screened = [
            try made(
                #"{"group": "screened-25", "found": 0.5, "besideUntreated": [], "besideRight": []}"#
            )
        ]
        let page = try WholePage(LabReport(filled).page().html())
        let section = page.section("warning")
        #expect(section.contains("gap less direction") && section.contains("−3"))
        #expect(section.contains("1.6%") && section.contains("5.0%") && section.contains("25.0%"))
        #expect(!section.contains("No monitor ran"))
        #expect(page.section("thoughts").contains("&lt;b&gt;I rule"))
        #expect(page.section("screened").contains("screened-25"))
    }

    @Test func `mending is told in levels and words, and treatments stand side by side`() throws {
        var result = try result()
        let one = String(decoding: try JSONEncoder().encode(effect(0.5)), as: UTF8.self)
        let low = String(decoding: try JSONEncoder().encode(effect(0.25)), as: UTF8.self)
        result.mends = [
            try made(
                """
                {"group": "mended-others", "good": \(one), "before": \(low), "after": \(one),
                 "later": \(low), "worse": [0.015625, 0.03125], "worseThanBase": [-0.25]}
                """)
        ]
        #expect(result.mends[0].isBack == true && result.mends[0].lasts == false)
        // Nothing can come back that was never away.
        var never = result.mends[0]
        never.before = never.good
        #expect(never.isBack == nil && never.lasts == nil)
        let effects = try json([effect(-0.5, .open)])
        result.cued = [
            try made(#"{"group": "dose-100", "effects": \#(effects), "added": \#(effects)}"#)
        ]
        result.screened = [
            try made(
                #"{"group": "screened-25", "besideUntreated": \#(effects), "besideRight": []}"#)
        ]
        result.latents = try made(
            """
            {"layer": 15, "rising": [803], "falling": [], "strength": 0.2, "isTooStrong": false,
             "changes": [{"name": "latent 803", "bad": \(one)}], "steered": \(effects)}
            """)
        let page = try WholePage(LabReport(result).page().html())
        #expect(page.section("latents").contains("latent 803"))
        let mending = page.section("mending").withoutTags
        #expect(mending.contains("yes") && mending.contains("no") && mending.contains("3.1%"))
        #expect(page.section("treatments").contains("mended-others less dose-100"))
        #expect(page.section("cued").contains("dose-100"))
    }

    @Test func `a result without curves still makes a page`() throws {
        var result = try result()
        result.doses = []
        result.timelines = []
        result.groups = []
        result.examples = []
        let html = try LabReport(result).page().html()
        #expect(try WholePage(html).section("dose").isEmpty)
        #expect(html.contains("narrow makes broad"))
    }
}
