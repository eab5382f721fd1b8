internal import KeelTensor

/// A place where the residual stream is read while a model writes: its share of a direction.
///
/// Nothing is run for it: the stream of a token passes anyhow. A token's reading is that of the stream
/// it was drawn from, so the first is that of the last token of the prompt, where a persona shows
/// before a word of the answer is there (Chen 2025).
public struct Reading: Hashable, Sendable {
    /// `[C]`; its length is the unit, for Keel's own vectors the median length of the stream.
    public var vector: [Float]
    /// The block whose output is read, from 0.
    public var layer: Int

    public init(vector: [Float], layer: Int) {
        self.vector = vector
        self.layer = layer
    }

    /// - Throws: `ModelError.configuration` as `Steering.validate(for:)`.
    func validate(for configuration: TransformerConfiguration) throws(ModelError) {
        try Steering(vector: vector, layer: layer, action: .remove).validate(for: configuration)
    }
}

/// What is read off the last token of a prompt, and who is told before anything is written.
public struct PromptReading: Sendable {
    public var reading: Reading
    /// Called once for each request, with the stream's share of the vector, before its first event.
    public var onRead: @Sendable (Double) -> Void

    public init(_ reading: Reading, onRead: @escaping @Sendable (Double) -> Void) {
        self.reading = reading
        self.onRead = onRead
    }
}

/// Reads the stream of one forward pass at the last position of each text.
///
/// Texts mostly ask for the same readings, so all texts are read by all of them at once, with one
/// product a layer.
final class StreamReader {
    private let rows: [[Reading]]
    /// Of each text, in the order it asked for; there once the pass is done.
    private(set) var values: [[Double]]

    /// - Parameters:
    ///   - rows: What is read of each text.
    ///   - hooks: Where the reading is added, behind what changes the stream.
    init(rows: [[Reading]], hooks: inout Hooks) {
        self.rows = rows
        values = rows.map { $0.map { _ in 0 } }
        for (layer, readings) in Dictionary(grouping: Set(rows.flatMap(\.self)), by: \.layer) {
            hooks.at(.residPost(layer: layer)) { x in
                try self.read(readings, x)
                return nil
            }
        }
    }

    // `readings` are all of one layer; `x` is `[B, T, C]`.
    private func read(_ readings: [Reading], _ x: Tensor) throws {
        let last = try x.narrowed(1, x.size(1) - 1..<x.size(1)).squeezed(1).to(.float32)
        let vectors = try Tensor(
            readings.flatMap(\.vector), shape: [readings.count, x.size(2)]
        ).to(device: x.device)
        // x·v / |v|²: the stream's share of the direction, in units of the vector's length.
        let units = try vectors / (vectors * vectors).sum(1, keeping: true)
        let shares = try last.matmul(units.transposed()).array(Float.self)
        let columns = Dictionary(uniqueKeysWithValues: zip(readings, readings.indices))
        for (row, wanted) in rows.enumerated() {
            for (place, reading) in wanted.enumerated() {
                guard let column = columns[reading] else { continue }
                values[row][place] = Double(shares[row * readings.count + column])
            }
        }
    }
}
