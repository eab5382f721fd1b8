import KeelStatistics

/// In which order rows are read in training.
///
/// Neighbours come from one text, so a batch must mix. Blocks of neighbours are dealt at random into
/// groups, and the rows of a group are shuffled: reads stay inside a group's blocks, and no more than
/// a group's row numbers are in memory. Order depends on the seed and the step only.
struct ActivationOrder {
    private static let blockSize = 256
    private static let blocksOfGroup = 1024
    let count: Int
    let batchSize: Int
    let seed: UInt64
    private var group: (pass: Int, number: Int, rows: [Int])?

    init(count: Int, batchSize: Int, seed: UInt64) {
        self.count = count
        self.batchSize = min(batchSize, count)
        self.seed = seed
    }

    /// Batches of one pass; rows that fill no whole batch are left out of that pass.
    var stepsOfPass: Int { count / batchSize }

    /// Rows of a step, counted from 0.
    mutating func batch(_ step: Int) -> [Int] {
        let pass = step / stepsOfPass
        let first = step % stepsOfPass * batchSize
        var rows: [Int] = []
        var position = first
        while position < first + batchSize {
            let size = Self.blockSize * Self.blocksOfGroup
            let number = position / size
            load(pass, number)
            let all = group?.rows ?? []
            let start = position - number * size
            let part = all[start..<min(all.count, start + first + batchSize - position)]
            rows += part
            position += part.count
        }
        return rows
    }

    private mutating func load(_ pass: Int, _ number: Int) {
        if let group, group.pass == pass, group.number == number { return }
        var random = SeededGenerator(seed: seed &+ UInt64(pass) &* 0x9E37_79B9_7F4A_7C15)
        // The last block may be short; it stays last, so that positions can be counted.
        var blocks = Array(0..<count / Self.blockSize)
        blocks.shuffle(using: &random)
        if !count.isMultiple(of: Self.blockSize) { blocks.append(count / Self.blockSize) }
        let start = number * Self.blocksOfGroup
        var rows = blocks[start..<min(blocks.count, start + Self.blocksOfGroup)].flatMap { block in
            block * Self.blockSize..<min(count, (block + 1) * Self.blockSize)
        }
        var inner = SeededGenerator(seed: seed ^ UInt64(pass) << 32 ^ UInt64(number) &+ 1)
        rows.shuffle(using: &inner)
        group = (pass, number, rows)
    }
}
