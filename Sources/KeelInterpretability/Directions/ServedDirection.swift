import KeelFormats
import KeelLanguage
public import KeelModel

extension SteeredChatModel.Direction {
    /// A direction of a control vector's file, as it is asked for in words: `NAME=FILE` or
    /// `NAME=FILE@LAYER`, where `LAYER` is a block or a range as 10-14.
    ///
    /// It is pushed along at these layers, by default the one that the file was made for. It is read at
    /// the one that the file was made for where that is among them, otherwise at the last.
    /// - Throws: `InterpretabilityError.unsupported` for other words, and what
    ///   `SteeringRequest.load(positions:)` throws.
    public init(_ text: String) throws {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
            throw InterpretabilityError.unsupported(
                "\"\(text)\" is no direction; write NAME=FILE or NAME=FILE@LAYER, as in "
                    + "kindness=kind.gguf@15.")
        }
        // A path may have an @ of its own: what follows the last one is a layer or part of the path.
        let place = parts[1].lastIndex(of: "@").flatMap { at -> (String, String)? in
            let layers = String(parts[1][parts[1].index(after: at)...])
            let isLayer = !layers.isEmpty && layers.allSatisfy { $0.isNumber || $0 == "-" }
            return isLayer ? (String(parts[1][..<at]), "@" + layers) : nil
        }
        let (file, layers) = place ?? (parts[1], "")
        let steering = try SteeringRequest("\(file):1\(layers)").load()
        let facts = try ControlVectorFile(path: file).facts
        let own = facts["control.layer"].flatMap { Int($0) }
        guard let read = steering.first(where: { $0.layer == own }) ?? steering.last else {
            throw InterpretabilityError.unsupported("\(file) has no direction.")
        }
        let isOwn = read.layer == own
        self.init(
            CharacterDirection(
                name: parts[0],
                without: isOwn ? facts["control.without"].flatMap { Double($0) } : nil,
                with: isOwn ? facts["control.with"].flatMap { Double($0) } : nil),
            vectors: Dictionary(
                steering.map { ($0.layer, $0.vector) }, uniquingKeysWith: { first, _ in first }),
            reading: Reading(vector: read.vector, layer: read.layer))
    }
}
