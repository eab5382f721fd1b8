internal import KeelTensor

/// The texts that are being written, those of like length side by side.
///
/// A row takes up the memory of its band's longest text, and where rows are padded it reads as many
/// keys, so short answers must not pay for long conversations: a band holds texts of up to 64, 128,
/// 256, … tokens, and a text that outgrows its band moves to the next. Texts are numbered through all
/// bands.
final class RunningBatch<Text> {
    private struct Band {
        let cache: KeyValueCache
        /// The text in row `i` of the cache is `texts[i]`.
        var texts: [Text] = []
    }

    private let model: Transformer
    private let layout: KeyValueCache.Layout
    private let maxTexts: Int
    private var bands: [Band] = []
    /// Positions of all texts together that there is memory for.
    let positionLimit: Int

    /// - Parameters:
    ///   - model: Writes.
    ///   - maxTexts: The most texts at once.
    ///   - memoryLimit: Bytes that their keys and values may take; one text may go beyond it.
    init(_ model: Transformer, maxTexts: Int, memoryLimit: Int) {
        self.model = model
        self.maxTexts = maxTexts
        layout = KeyValueCache.Layout(model)
        positionLimit = max(1, memoryLimit / layout.size)
    }

    /// What keys and values are remembered as; nil for what the model computes them as.
    var memoryType: ElementType? { layout.type == model.elementType ? nil : layout.type }

    var count: Int { bands.reduce(0) { $0 + $1.texts.count } }
    var texts: [Text] { bands.flatMap(\.texts) }
    /// Tokens remembered of each text.
    var lengths: [Int] { bands.flatMap(\.cache.lengths) }

    /// Takes in a text of which `memory` is known.
    func join(_ text: Text, _ memory: KeyValues) throws {
        let band = band(for: memory.count + 1)
        while bands.count <= band {
            let capacity = capacity(ofBand: bands.count)
            let rows = min(maxTexts, max(1, positionLimit / capacity))
            bands.append(Band(cache: KeyValueCache(layout, capacity: capacity, rows: rows)))
        }
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
    func attention() throws -> DecodeAttention {
        for band in bands.indices {
            for row in bands[band].texts.indices.reversed()
            where bands[band].cache.lengths[row] == bands[band].cache.capacity {
                let memory = try bands[band].cache.memory(of: row)
                try join(bands[band].texts[row], memory)
                try leave(bands[..<band].reduce(row) { $0 + $1.texts.count })
            }
        }
        return try DecodeAttention(model, bands.map(\.cache).filter { !$0.lengths.isEmpty })
    }

    /// Counts the token of each text that a forward pass has written.
    func advance() {
        for band in bands { band.cache.advance() }
    }

    /// Positions that a text of so many takes up in its band.
    func capacity(for positions: Int) -> Int { capacity(ofBand: band(for: positions)) }

    private func capacity(ofBand band: Int) -> Int {
        min(64 << band, model.configuration.maxPositionEmbeddings)
    }

    /// The shortest band with room for so many positions.
    private func band(for positions: Int) -> Int {
        var band = 0
        while 64 << band < positions { band += 1 }
        return band
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
