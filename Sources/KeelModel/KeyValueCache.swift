internal import KeelTensor

/// Keys and values of texts that are being written, one text a row, up to one length.
///
/// Rows `0..<lengths.count` are in use; when one leaves, the last takes its place, so that a step of
/// the batch never touches a row that is not in use. The length of a row grows only by `advance`.
final class KeyValueCache {
    /// The most positions of a row.
    let capacity: Int
    private let Hkv, D: Int
    private let device: Device
    private var rows = 0
    /// One tensor a layer: `[rows, Hkv, capacity, D]`.
    private var keys: [Tensor]
    private var values: [Tensor]

    /// Tokens remembered in each row in use.
    private(set) var lengths: [Int] = []

    init(_ configuration: LlamaConfiguration, capacity: Int, device: Device) throws {
        self.capacity = capacity
        self.device = device
        Hkv = configuration.numKeyValueHeads
        D = configuration.headDimension
        let empty = try Tensor.zeros([0, Hkv, capacity, D], device: device)
        keys = Array(repeating: empty, count: configuration.numHiddenLayers)
        values = keys
    }

    /// Takes a new row that remembers a text.
    func addRow(_ memory: KeyValues) throws {
        try reserve(rows: lengths.count + 1)
        let row = lengths.count
        for (stores, new) in [(keys, memory.keys), (values, memory.values)] {
            for (store, new) in zip(stores, new) {
                try store.narrowed(0, row..<row + 1).narrowed(2, 0..<memory.count).assign(new)
            }
        }
        lengths.append(memory.count)
    }

    /// Gives a row back; the last row takes its number.
    func removeRow(_ row: Int) throws {
        let last = lengths.count - 1
        if row != last {
            let range = 0..<lengths[last]
            for store in keys + values {
                try store.selected(0, row).narrowed(1, range).assign(
                    store.selected(0, last).narrowed(1, range))
            }
            lengths[row] = lengths[last]
        }
        lengths.removeLast()
    }

    /// What a row remembers, as a copy.
    func memory(of row: Int) throws -> KeyValues {
        func copy(_ store: Tensor) throws -> Tensor {
            try store.narrowed(0, row..<row + 1).narrowed(2, 0..<lengths[row]).contiguous()
        }
        return KeyValues(keys: try keys.map(copy), values: try values.map(copy))
    }

    /// Counts the tokens, one a row, that a forward pass has written.
    func advance() {
        for row in lengths.indices { lengths[row] += 1 }
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

    /// Grows by doubling, so that a row is copied a few times only.
    private func reserve(rows: Int) throws {
        guard rows > self.rows else { return }
        let newRows = max(rows, 2 * self.rows)
        let used = lengths.count
        func grown(_ store: Tensor) throws -> Tensor {
            let larger = try Tensor.zeros([newRows, Hkv, capacity, D], device: device)
            if used > 0 {
                try larger.narrowed(0, 0..<used).assign(store.narrowed(0, 0..<used))
            }
            return larger
        }
        // Layer by layer, so that old and new stand beside each other only once.
        for layer in keys.indices {
            keys[layer] = try grown(keys[layer])
            values[layer] = try grown(values[layer])
        }
        self.rows = newRows
    }
}
