import Foundation
import KeelFormats
public import KeelModel
import KeelTensor

/// Steering as it is asked for in words: `FILE:STRENGTH@LAYER`.
///
/// `STRENGTH` is a number that is added, in the units of the file (for Keel's files, median lengths of
/// the stream); `=NUMBER` sets the stream's share of the direction to it; `remove` takes it out.
/// `LAYER` is a block, or a range as `10-14`; without it, the layer that the file was made for, or all
/// that it has.
///
/// `FOLDER#LATENT` in place of a file is a latent of a sparse autoencoder, in units of its activation: a
/// number is added to it, `=NUMBER` sets it, `remove` sets it to 0.
public struct SteeringRequest: Hashable, Sendable {
    /// A control vector, or the folder of an autoencoder.
    public var file: String
    /// What is done along each direction.
    public var action: Steering.Action
    /// Blocks whose output is changed; nil for what the file was made for, or all that it has.
    public var layers: ClosedRange<Int>?

    /// - Throws: `InterpretabilityError.unsupported` for other words.
    public init(_ text: String) throws(InterpretabilityError) {
        let refusal = InterpretabilityError.unsupported(
            "\"\(text)\" is no steering; write FILE:STRENGTH@LAYER, as in kind.gguf:0.5@15, "
                + "kind.gguf:=0.2 or kind.gguf:remove@10-14.")
        guard let colon = text.lastIndex(of: ":"), colon > text.startIndex else { throw refusal }
        file = String(text[..<colon])
        let parts = text[text.index(after: colon)...].split(
            separator: "@", omittingEmptySubsequences: false)
        guard parts.count <= 2, let strength = parts.first else { throw refusal }
        if strength == "remove" {
            action = .remove
        } else if strength.hasPrefix("="), let value = Double(strength.dropFirst()), value.isFinite
        {
            action = .clamp(value)
        } else if let value = Double(strength), value.isFinite {
            action = .add(value)
        } else {
            throw refusal
        }
        if parts.count == 2 {
            let ends = parts[1].split(separator: "-", omittingEmptySubsequences: false).map {
                Int($0)
            }
            guard (1...2).contains(ends.count), let first = ends[0],
                let last = ends[ends.count - 1],
                first <= last
            else { throw refusal }
            layers = first...last
        }
    }

    /// Reads the file, or the autoencoder.
    /// - Parameter positions: Which tokens are changed.
    /// - Returns: One change for each layer.
    /// - Throws: `GGUFError`, `ControlVectorError`, `SafetensorsError`; `InterpretabilityError` where the
    ///   file has no direction for a layer that is asked for, or the autoencoder no such latent.
    public func load(positions: Steering.Positions = .all) throws -> [Steering] {
        if let hash = file.lastIndex(of: "#"), let latent = Int(file[file.index(after: hash)...]),
            !FileManager.default.fileExists(atPath: file)
        {
            return [try setting(latent, of: String(file[..<hash]), positions)]
        }
        let vector = try ControlVectorFile(path: file)
        let own = vector.facts["control.layer"].flatMap(Int.init).map { $0...$0 }
        let known = vector.directions.keys.sorted()
        func steering(_ block: Int) throws -> Steering {
            guard let direction = vector.directions[block] else {
                let list = known.map(String.init).joined(separator: ", ")
                throw InterpretabilityError.unsupported(
                    "\(file) has no direction for layer \(block); it has \(list).")
            }
            return Steering(
                vector: direction, layer: block, action: action, positions: positions)
        }
        guard let asked = layers ?? own else { return try known.map(steering) }
        var found: [Steering] = []
        // A range of any length may be asked for; it ends at the first layer that is not there.
        for block in asked { try found.append(steering(block)) }
        return found
    }

    private func setting(_ latent: Int, of folder: String, _ positions: Steering.Positions) throws
        -> Steering
    {
        let (autoencoder, metadata) = try SparseAutoencoder.read(folder)
        let layer = try metadata.block()
        guard layers.map({ $0 == layer...layer }) ?? true else {
            throw InterpretabilityError.unsupported(
                "\(folder) is an autoencoder of layer \(layer), and can be steered by at no other.")
        }
        try autoencoder.checkIsThere(latent)
        func activated(_ value: Double) throws -> Steering.Action {
            try metadata.checkIsOfOneModel()
            return .activate(try autoencoder.reading(of: latent), value)
        }
        let action: Steering.Action =
            switch self.action {
            case .clamp(let value): try activated(value)
            case .remove: try activated(0)
            case .add, .activate: self.action
            }
        return Steering(
            vector: try autoencoder.decoder.selected(0, latent).array(), layer: layer,
            action: action, positions: positions)
    }
}
