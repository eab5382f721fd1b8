internal import KeelTensor

/// Keys and values of the texts that are being written, one text a row.
///
/// Rows `0..<lengths.count` are in use; when one leaves, the last takes its place, so that a step of
/// the batch never touches a row that is not in use. The length of a row grows only by `advance`.
final class KeyValueCache {
    private let Hkv, D: Int
    private let positionLimit: Int
    private let device: Device
    private var rows: Int
    private var capacity: Int
    /// One tensor a layer: `[rows, Hkv, capacity, D]`.
    private var keys: [Tensor]
    private var values: [Tensor]

    /// Tokens remembered in each row in use.
    private(set) var lengths: [Int] = []

    init(_ configuration: LlamaConfiguration, device: Device) throws {
        self.device = device
        Hkv = configuration.numKeyValueHeads
        D = configuration.headDimension
        positionLimit = configuration.maxPositionEmbeddings
        (rows, capacity) = (1, min(256, positionLimit))
        let empty = try (0..<configuration.numHiddenLayers).map { [Hkv, capacity, D] _ in
            try Tensor.zeros([1, Hkv, capacity, D], device: device)
        }
        keys = empty
        values = try empty.map { try Tensor.zeros($0.shape, device: device) }
    }

    /// Takes a new row with no tokens and says which.
    func addRow() throws -> Int {
        try reserve(rows: lengths.count + 1, capacity: capacity)
        lengths.append(0)
        return lengths.count - 1
    }

    /// Takes a new row that remembers what `row` does.
    func addCopy(of row: Int) throws -> Int {
        let copy = try addRow()
        try copyRow(row, to: copy)
        return copy
    }

    /// Gives a row back; the last row takes its number.
    func removeRow(_ row: Int) throws {
        let last = lengths.count - 1
        if row != last { try copyRow(last, to: row) }
        lengths.removeLast()
    }

    /// Makes room for so many tokens in each row.
    func reserve(positions: Int) throws {
        try reserve(rows: rows, capacity: positions)
    }

    /// Counts tokens that a forward pass has written.
    func advance(row: Int, by count: Int) { lengths[row] += count }

    /// Makes a new row remember a text.
    func fill(row: Int, with memory: KeyValues) throws {
        for (stores, new) in [(keys, memory.keys), (values, memory.values)] {
            for (store, new) in zip(stores, new) {
                try store.narrowed(0, row..<row + 1).narrowed(2, 0..<memory.count).assign(new)
            }
        }
        lengths[row] = memory.count
    }

    /// What a row remembers, as a copy.
    func memory(of row: Int) throws -> KeyValues {
        func copy(_ store: Tensor) throws -> Tensor {
            try store.narrowed(0, row..<row + 1).narrowed(2, 0..<lengths[row]).contiguous()
        }
        return KeyValues(keys: try keys.map(copy), values: try values.map(copy))
    }

    /// Writes `[B, 1, Hkv, D]` at each row's own position; returns the first `end` positions of all rows.
    func write(layer: Int, at indices: Tensor, end: Int, key: Tensor, value: Tensor) throws -> (
        Tensor, Tensor
    ) {
        func write(_ store: Tensor, _ new: Tensor) throws -> Tensor {
            let own = try store.narrowed(0, 0..<lengths.count)
            try own.scatter(2, at: indices, new.transposed(1, 2))
            return try own.narrowed(2, 0..<end)
        }
        return (try write(keys[layer], key), try write(values[layer], value))
    }

    private func copyRow(_ source: Int, to target: Int) throws {
        let range = 0..<lengths[source]
        for store in keys + values {
            try store.selected(0, target).narrowed(1, range).assign(
                store.selected(0, source).narrowed(1, range))
        }
        lengths[target] = lengths[source]
    }

    /// Grows by doubling, so that a long answer is copied a few times only.
    private func reserve(rows: Int, capacity: Int) throws {
        guard rows > self.rows || capacity > self.capacity else { return }
        let newRows = rows > self.rows ? max(rows, 2 * self.rows) : self.rows
        let newCapacity =
            capacity > self.capacity
            ? max(capacity, min(2 * self.capacity, positionLimit)) : self.capacity
        let (used, filled) = (lengths.count, lengths.max() ?? 0)
        func grown(_ store: Tensor) throws -> Tensor {
            let larger = try Tensor.zeros([newRows, Hkv, newCapacity, D], device: device)
            if used > 0, filled > 0 {
                try larger.narrowed(0, 0..<used).narrowed(2, 0..<filled).assign(
                    store.narrowed(0, 0..<used).narrowed(2, 0..<filled))
            }
            return larger
        }
        // Layer by layer, so that old and new stand beside each other only once.
        for layer in keys.indices {
            keys[layer] = try grown(keys[layer])
            values[layer] = try grown(values[layer])
        }
        (self.rows, self.capacity) = (newRows, newCapacity)
    }
}
