internal import KeelTensor

/// Keys and values of texts that are being written, one text a row, up to one length.
///
/// Rows `0..<lengths.count` are in use; when one leaves, the last takes its place, so that a step of
/// the batch never touches a row that is not in use. The length of a row grows only by `advance`.
final class KeyValueCache {
    /// What it is made for.
    struct Layout {
        let layers, heads, keyHeads, dimension: Int
        let device: Device
        let type: ElementType
        /// Whether one pass over float16 keys and values decodes.
        let isFused: Bool
        /// How far back layers see.
        let windows: Set<Int?>

        /// Keys and values are kept as float16 where one pass over them decodes (docs/lab-log.md).
        init(_ model: Transformer) {
            let configuration = model.configuration
            layers = configuration.numHiddenLayers
            heads = configuration.numAttentionHeads
            keyHeads = configuration.numKeyValueHeads
            dimension = configuration.headDimension
            device = model.device
            isFused =
                model.device == .cpu && model.elementType == .float32
                && Tensor.canDecode(heads: heads, keyHeads: keyHeads, dimension: dimension)
            type = isFused ? .float16 : model.elementType
            windows = model.windows
        }

        /// Bytes of one position.
        var size: Int { 2 * layers * keyHeads * dimension * type.size }
    }

    /// The most positions of a row.
    let capacity: Int
    private let layout: Layout
    /// One tensor a layer: `[rows, Hkv, capacity, D]`; none until the first row comes.
    private var keys: [Tensor] = []
    private var values: [Tensor] = []
    private let rows: Int

    /// Tokens remembered in each row in use.
    private(set) var lengths: [Int] = []

    /// - Parameters:
    ///   - layout: What it is made for.
    ///   - capacity: The most positions of a row.
    ///   - rows: The most rows; memory is taken up by those that were in use.
    init(_ layout: Layout, capacity: Int, rows: Int) {
        self.layout = layout
        self.capacity = capacity
        self.rows = rows
    }

    /// Takes a new row that remembers a text.
    func addRow(_ memory: KeyValues) throws {
        if keys.isEmpty {
            func stores() throws -> [Tensor] {
                try (0..<layout.layers).map { _ in
                    try .uninitialized(
                        [rows, layout.keyHeads, capacity, layout.dimension], type: layout.type,
                        device: layout.device)
                }
            }
            (keys, values) = (try stores(), try stores())
        }
        let row = lengths.count
        for (stores, new) in [(keys, memory.keys), (values, memory.values)] {
            for (store, new) in zip(stores, new) {
                let own = try store.narrowed(0, row..<row + 1)
                try own.narrowed(2, 0..<memory.count).assign(new)
                // What is hidden by a mask is multiplied all the same, so it must be a number.
                if !layout.isFused {
                    try own.narrowed(2, memory.count..<capacity).assign(
                        Tensor.zeros([1], type: layout.type, device: layout.device))
                }
            }
        }
        lengths.append(memory.count)
    }

    /// Gives a row back; the last row takes its number, and with the last one the memory goes.
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
        if lengths.isEmpty { (keys, values) = ([], []) }
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

    /// Where rows of different lengths write, and what they must not read.
    struct Padding {
        /// Positions that are read of each row.
        let end: Int
        /// `[B, Hkv, 1, D]`, int64.
        let indices: Tensor
        /// For each window, hides what lies behind the end of each row or too far before it:
        /// `[B, 1, 1, S]`.
        let masks: [Int?: Tensor]
    }

    /// What the rows need as they stand now; nil where one pass reads each row to its own end.
    func padding() throws -> Padding? {
        guard !layout.isFused else { return nil }
        let B = lengths.count, end = (lengths.max() ?? 0) + 1
        let positions = try Tensor(lengths).to(device: layout.device).reshaped(B, 1, 1, 1)
        let columns = try Tensor.arange(0..<end, device: layout.device).reshaped(1, 1, 1, end)
        func number(_ value: Double) throws -> Tensor {
            try .full(value, shape: [1], type: layout.type, device: layout.device)
        }
        var masks: [Int?: Tensor] = [:]
        for window in layout.windows {
            let isBehind = try columns .> positions
            let isHidden = try window.map { try isBehind .| (columns .<= positions - Double($0)) }
            masks[window] = try (isHidden ?? isBehind).select(number(-.infinity), else: number(0))
        }
        return Padding(
            end: end,
            indices: try positions.expanded(B, layout.keyHeads, 1, layout.dimension), masks: masks)
    }

    /// Lets one new position of each row read its text, as far back as the layer sees, and remembers it.
    /// - Parameters:
    ///   - layer: Who asks.
    ///   - padding: Of this step.
    ///   - query: `[B, 1, H, D]`.
    ///   - key: `[B, 1, Hkv, D]`.
    ///   - value: `[B, 1, Hkv, D]`.
    /// - Returns: `[B, 1, H, D]`.
    /// - Throws: `TensorError`.
    func attend(
        layer: AttentionLayer, _ padding: Padding?, query: Tensor, key: Tensor, value: Tensor
    ) throws -> Tensor {
        guard let padding, let mask = padding.masks[layer.window] else {
            return try query.decodeAttention(
                key: key, value: value, keys: keys[layer.index], values: values[layer.index],
                lengths: lengths, window: layer.window, scale: layer.scale)
        }
        func write(_ store: Tensor, _ new: Tensor) throws -> Tensor {
            let own = try store.narrowed(0, 0..<lengths.count)
            try own.scatter(2, at: padding.indices, new.transposed(1, 2))
            return try own.narrowed(2, 0..<padding.end)
        }
        let (keys, values) = (
            try write(keys[layer.index], key), try write(values[layer.index], value)
        )
        // With one position a row, the query heads that share a key head can stand as its positions.
        let grouped = try query.reshaped(
            lengths.count, layout.keyHeads, -1, layout.dimension)
        // For so few queries two plain products beat the fused kernel (docs/lab-log.md).
        let scores = try grouped.matmul(keys.transposed(-2, -1)) * layer.scale + mask
        return try scores.softmax().matmul(values).reshaped(query.shape)
    }
}
