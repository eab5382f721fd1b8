import ArgumentParser
import Foundation
import KeelGuardian
import KeelInterpretability
import KeelServer

/// Who watches over the conversations that are served.
struct GuardianOptions: ParsableArguments {
    enum Choice: String, ExpressibleByArgument, CaseIterable {
        /// The one that stays.
        case companion
        /// The baseline that cuts and leaves, to be compared with.
        case gatekeeper
        case none
    }

    @Option(
        help: """
            companion reads conversations for danger and stays with whoever may be in it; gatekeeper is the baseline it is \
            compared with; none. No medical device, no emergency service: docs/guardian.md.
            """)
    var guardian = Choice.none

    @Option(
        help: "A YAML file of values to weigh by, instead of those that ship.",
        completion: .file(extensions: ["yaml", "yml"]))
    var guardianValues: String?

    @Option(
        help: "A YAML table of help by country, instead of the one that ships.",
        completion: .file(extensions: ["yaml", "yml"]))
    var guardianResources: String?

    @Option(help: "The country where people are (ISO 3166, as NZ), unless they say otherwise.")
    var guardianCountry: String?

    @Option(
        help: "Add what was decided and shown to this log, hash-chained and without words.",
        completion: .file())
    var guardianLog: String?

    @Option(
        help: """
            A probe of danger on the first model's activations (of keel guardian probe train), read from the pass that \
            reads the prompt; for the companion.
            """, completion: .file(extensions: ["json"]))
    var guardianProbe: String?

    /// The probe that was asked for.
    /// - Throws: `ValidationError` where there is nobody to read it, or no such file.
    func probe() throws -> RiskProbeFile? {
        guard let guardianProbe else { return nil }
        guard guardian == .companion else {
            throw ValidationError("--guardian-probe needs --guardian companion.")
        }
        return try RiskProbeFile(path: guardianProbe)
    }

    /// What was asked for, with the probe of `probe()`; nil for nobody.
    func guardianship(_ probe: RiskProbeFile?) throws -> Guardianship? {
        guard guardian != .none else {
            guard guardianValues == nil, guardianResources == nil, guardianCountry == nil,
                guardianLog == nil
            else { throw ValidationError("These options need --guardian companion or gatekeeper.") }
            return nil
        }
        if let code = guardianCountry {
            guard code.utf8.count == 2, code.allSatisfy({ ("A"..."Z").contains($0) }) else {
                throw ValidationError(
                    "--guardian-country takes two capital letters such as NZ, not \"\(code)\".")
            }
        }
        let table =
            try guardianResources.map { try ResourceTable(contentsOf: URL(filePath: $0)) }
            ?? ResourceTable.shipped()
        let words = VettedWords(wording: try Wording.shipped(), table: table)
        var guardianship = Guardianship(
            try guarding(RiskReader.shipped(), words, probe), words: words)
        guardianship.log = try guardianLog.map { try DecisionLog(path: $0) }
        if guardian == .companion, guardianResources == nil {
            Terminal.note(
                "The companion names help from a table that nobody has checked by calling: "
                    + "docs/guardian.md says what to do before people rely on it.")
        }
        return guardianship
    }

    private func guarding(
        _ reader: RiskReader, _ words: VettedWords, _ file: RiskProbeFile?
    ) throws -> any Guarding {
        guard guardian == .companion else { return GatekeeperGuardian(reader) }
        let values =
            try guardianValues.map { try ValueOrder(contentsOf: URL(filePath: $0)) }
            ?? ValueOrder.shipped()
        return CompanionGuardian(
            CompanionGuide(
                companion: Companion(values: values, reader: reader), words: words,
                rules: try ReplyRules.shipped(), country: guardianCountry),
            probe: try file.map { file in
                CompanionGuardian.Probe(try file.reader()) { [probe = file.probe] in
                    probe.logit(ofReading: $0)
                }
            })
    }
}
