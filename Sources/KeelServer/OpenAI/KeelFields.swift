internal import Foundation
internal import KeelLanguage

/// What a request asks of Keel alone, in its field `keel`.
///
/// A key that this server does not know is refused rather than passed over, so that nobody believes
/// to have steered.
struct KeelFields: Decodable {
    /// How far an answer can be pushed along a direction, in the direction's unit.
    static let strengths = -10.0...10.0

    /// How far to push, by the name of the direction.
    var steer: [String: JSON.Number<Double>] = [:]

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(steer: [String: JSON.Number<Double>]) { self.steer = steer }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        for key in fields.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) {
            guard key.stringValue == "steer" else {
                throw APIError.unsupported(
                    "keel.\(key.stringValue.prefix(64))",
                    "This server has no extension \"\(key.stringValue.prefix(64))\".")
            }
            steer = try fields.decode([String: JSON.Number<Double>].self, forKey: key)
        }
    }

    /// How far a model is to be pushed: what changes a model for all to see takes an admin.
    /// - Throws: `APIError` for a visitor who may not, a direction that the model lacks, or a number out
    ///   of its range.
    func strengths(for model: ServedModel, _ context: ServerContext) throws(APIError)
        -> [String: Double]
    {
        guard !steer.isEmpty else { return [:] }
        try context.require(.admin)
        let known = model.directions.map(\.name)
        var strengths: [String: Double] = [:]
        for (name, strength) in steer.sorted(by: { $0.key < $1.key }) {
            let field = "keel.steer.\(name.prefix(64))"
            guard known.contains(name) else {
                let names = known.isEmpty ? "none" : known.joined(separator: ", ")
                throw .invalid(
                    "\(model.id) has no direction \"\(name.prefix(64))\"; it has \(names).",
                    param: field)
            }
            strengths[name] = try SamplingFields.check(strength.value, Self.strengths, field)
        }
        return strengths
    }
}
