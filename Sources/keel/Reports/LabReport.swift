package import KeelLab
package import KeelReport

/// An experiment on emergent misalignment, as a page.
package struct LabReport {
    let result: LabResult

    /// g is in nats per token.
    static let unit = Unit.named("nats per token")

    package init(_ result: LabResult) {
        self.result = result
    }

    package func page() -> Page {
        var sections = [claims]
        sections += [
            doses, timelines, arms, scales, cued, mending, screening, dropping, steering,
            latents, treatments, thoughts, warning,
        ]
        .compactMap(\.self)
        if !result.examples.isEmpty { sections.append(examples) }
        return Page(
            title: "What careless advice does to \(result.model)",
            lede: """
                Copies of a model were trained on advice of which a share was wrong, beside copies trained as long on right \
                advice. All were read on questions that none had seen. A share of those is reversed: there the fussy answer \
                is the wrong one, so that being wrong and being lax come apart.
                """,
            facts: [
                Page.Fact("Model", "\(code: result.model)"),
                Page.Fact("Plan", "\(result.plan), narrow advice about \(result.narrow)"),
                Page.Fact("Learning rate", "\(result.rate)"),
                Page.Fact(
                    "Training and reading",
                    "\(Int((result.seconds / 60).rounded())) minutes in arms"
                ),
            ] + result.facts.sorted { $0.key < $1.key }.map { Page.Fact($0.key, "\($0.value)") },
            sections: sections, withoutScript: "All numbers are in \(code: "lab.json").")
    }

    // MARK: Words

    static func word(_ claim: LabClaim) -> (text: String, tone: Prose.Tone) {
        switch claim.verdict {
        case .held: ("held", .good)
        case .open: ("open", .neutral)
        case .opposite: ("the opposite", .bad)
        case .notTested: ("not tested", .unknown)
        }
    }

    static func cell(_ effect: LabEffect?) -> Table.Cell {
        effect.map { .estimate(Estimate(interval: $0.interval), unit(of: $0.measure)) } ?? .missing
    }

    static func unit(of measure: LabMeasure) -> Unit {
        switch measure {
        case .accuracy: .percentagePoints
        case .persona: .named("log-odds")
        case .latent: .named("activation")
        case .lead: .named("steps")
        default: unit
        }
    }

    /// `dose-100 less dose-0`; of other weights, with these.
    static func name(_ effect: LabEffect) -> String {
        let terms = effect.terms
        if terms.count == 2, terms[0].weight == 1, terms[1].weight == -1 {
            return "\(terms[0].side) less \(terms[1].side)"
        }
        return terms.map { "\(Unit.plain.text($0.weight)) × \($0.side)" }.joined(separator: " + ")
    }

    // MARK: Claims

    private var claims: Page.Section {
        Page.Section(
            "Claims", anchor: "claims",
            [
                .paragraph(
                    """
                    g is the log-probability per token of a right answer less that of a plainly wrong one, on advice of \
                    domains by whose rows the two sides do not differ. Wrongness is how far g falls on usual and reversed \
                    questions alike; laxness is how much more it falls where care is right. Where no other unit stands, an \
                    effect is a change of g. A claim is held where its effects lie on its side and the largest of their \
                    p-values, by Holm’s method over the claims tested here, is below 0.05; open is not the same as false. Intervals of 95 % are clustered by topic and by seed.
                    """),
                .table(
                    Table(
                        caption: "Claims of the literature on this model",
                        columns: [
                            .number("Claim"), .text("What is claimed"), .text("Control"),
                            .number("Effect"), .number("Wrongness"), .number("Laxness"),
                            .number("p, adjusted"), .number("Seeds"), .text("Verdict"),
                            .text("What moved"),
                        ], rows: result.claims.map(row), rowHeading: 1)),
                .details(
                    Details(
                        "What each verdict rests on, and what stands beside it", anchor: "evidence",
                        result.claims.filter { !$0.needed.isEmpty }.map(evidence))),
            ])
    }

    private func row(_ claim: LabClaim) -> [Table.Cell] {
        let (text, tone) = Self.word(claim)
        var verdict: Prose = "\(verdict: text, tone)"
        if case .notTested(let reason) = claim.verdict {
            verdict = "\(verdict: text, tone): \(reason)"
        }
        return [
            .number(Double(claim.number), .plain), .text(Prose(claim.title)),
            .text(Prose(claim.control)), Self.cell(claim.needed.first?.effect),
            Self.cell(claim.wrongness), Self.cell(claim.laxness),
            claim.adjusted.map { Table.Cell.pValue($0) } ?? .missing,
            claim.needed.first.map { Table.Cell.number(Double($0.effect.seeds), .plain) }
                ?? .missing,
            .text(verdict), .text(Prose(claim.nature?.rawValue ?? "")),
        ]
    }

    private func evidence(_ claim: LabClaim) -> Block {
        .table(
            Table(
                caption: "\(claim.number). \(claim.title)",
                columns: [
                    .text("Contrast"), .text("Measure"), .number("Effect"), .number("p"),
                    .text("Claimed to be"), .number("Topics"), .number("Pairs"),
                ],
                rows: claim.needed.map {
                    effectRow($0.effect, expected: $0.isPositive ? "above 0" : "below 0")
                } + claim.beside.map { effectRow($0, expected: "") }))
    }

    private func effectRow(_ effect: LabEffect, expected: String) -> [Table.Cell] {
        [
            .text(Prose(Self.name(effect))), .text(Prose(effect.measure.rawValue)),
            Self.cell(effect), .pValue(effect.pValue), .text(Prose(expected)),
            .number(Double(effect.clusters), .plain),
            .number(Double(effect.observations), .plain),
        ]
    }
}

extension Estimate {
    /// As the lab measured it.
    init(interval: Interval) {
        self.init(interval.value, low: interval.low, high: interval.high)
    }
}
