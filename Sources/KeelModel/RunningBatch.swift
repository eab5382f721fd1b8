/// The texts that are being written, those of like length side by side.
///
/// A row of the batch reads as many keys as the longest of its band, so short answers do not pay for
/// long conversations: a band holds texts of up to 64, 128, 256, … tokens, and a text that outgrows
/// its band moves to the next. Texts are numbered through all bands.
final class RunningBatch<Text> {
    private struct Band {
        let cache: KeyValueCache
        /// The text in row `i` of the cache is `texts[i]`.
        var texts: [Text] = []
    }

    private let model: Llama
    private var bands: [Band] = []

    init(_ model: Llama) { self.model = model }

    var count: Int { bands.reduce(0) { $0 + $1.texts.count } }
    var texts: [Text] { bands.flatMap(\.texts) }
    /// Tokens remembered of each text.
    var lengths: [Int] { bands.flatMap(\.cache.lengths) }

    /// Takes in a text of which `memory` is known.
    func join(_ text: Text, _ memory: KeyValues) throws {
        let band = try band(for: memory.count + 1)
        try bands[band].cache.addRow(memory)
        bands[band].texts.append(text)
    }

    /// Takes a text out; the last of its band takes its number.
    func leave(_ number: Int) throws {
        let (band, row) = place(of: number)
        try bands[band].cache.removeRow(row)
        bands[band].texts.swapAt(row, bands[band].texts.count - 1)
        bands[band].texts.removeLast()
    }

    /// Keys and values of a text so far, as a copy.
    func memory(of number: Int) throws -> KeyValues {
        let (band, row) = place(of: number)
        return try bands[band].cache.memory(of: row)
    }

    /// For one new token of each text; numbers change where texts move to a longer band.
    func attention() throws -> BatchAttention {
        for band in bands.indices {
            for row in bands[band].texts.indices.reversed()
            where bands[band].cache.lengths[row] == bands[band].cache.capacity {
                let memory = try bands[band].cache.memory(of: row)
                try join(bands[band].texts[row], memory)
                try leave(bands[..<band].reduce(row) { $0 + $1.texts.count })
            }
        }
        return try BatchAttention(
            model,
            bands.filter { !$0.texts.isEmpty }.map { try DecodeAttention(model, cache: $0.cache) })
    }

    /// Counts the token of each text that a forward pass has written.
    func advance() {
        for band in bands { band.cache.advance() }
    }

    /// The shortest band with room for so many positions.
    private func band(for positions: Int) throws -> Int {
        while bands.last.map({ $0.cache.capacity < positions }) ?? true {
            let capacity = min(
                64 << bands.count, model.configuration.maxPositionEmbeddings)
            bands.append(
                Band(
                    cache: try KeyValueCache(
                        model.configuration, capacity: capacity, device: model.device)))
        }
        return bands.firstIndex { $0.cache.capacity >= positions } ?? bands.count - 1
    }

    private func place(of number: Int) -> (band: Int, row: Int) {
        var row = number
        for (band, texts) in bands.map(\.texts).enumerated() {
            if row < texts.count { return (band, row) }
            row -= texts.count
        }
        preconditionFailure("There is no text \(number) among \(count).")
    }
}
