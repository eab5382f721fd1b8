internal import KeelLanguage
internal import KeelTensor
internal import KeelTokenizer

/// A running batch that sequences join and leave between steps (Yu 2022, "Orca").
///
/// Each step either takes in one waiting request, reading its prompt once for all its samples, or
/// writes one token of every sequence in the batch.
final class BatchScheduler {
    /// Samples of one prompt, and where their text goes.
    struct Request {
        var id: Int
        var prompt: [Int]
        var samples: Range<Int>
        var options: SamplingOptions
        /// Called with each piece of text of a sample, by its number.
        var onText: (Int, String) -> Void
        /// Called once, with all samples in order or with what went wrong.
        var onFinish: (Result<[Completion], any Error>) -> Void
    }

    private final class Sequence {
        let request: Int
        let sample: Int
        let options: SamplingOptions
        var sampler: Sampler
        var assembler: TextAssembler
        var tokens: [Int] = []
        /// Tokens that the repetition penalty counts as seen; filled only when it is on.
        var seen: Set<Int>

        init(_ request: Request, sample: Int, tokenizer: BytePairTokenizer) {
            self.request = request.id
            self.sample = sample
            options = request.options
            sampler = Sampler(request.options, sample: sample)
            assembler = TextAssembler(tokenizer, stop: request.options.stop)
            seen = request.options.repetitionPenalty == 1 ? [] : Set(request.prompt)
        }
    }

    private struct Progress {
        var request: Request
        var nextSample: Int
        var completions: [Int: Completion] = [:]
    }

    private let model: Llama
    private let tokenizer: BytePairTokenizer
    private let endTokens: Set<Int>
    private let maxBatch: Int
    private let cache: KeyValueCache
    private var prefixes = PrefixCache(limit: 256 << 20)

    private var waiting: [Int] = []
    private var progress: [Int: Progress] = [:]
    /// The sequence in row `i` of the cache is `running[i]`.
    private var running: [Sequence] = []

    init(model: Llama, tokenizer: BytePairTokenizer, endTokens: Set<Int>, maxBatch: Int) throws {
        self.model = model
        self.tokenizer = tokenizer
        self.endTokens = endTokens
        self.maxBatch = maxBatch
        cache = try KeyValueCache(model.configuration, device: model.device)
    }

    var hasWork: Bool { !progress.isEmpty }

    /// What is known of the beginning of a prompt that continues an answered conversation.
    func memory(of prompt: [Int]) throws -> KeyValues? { try prefixes.memory(of: prompt) }

    func submit(_ request: Request) {
        progress[request.id] = Progress(request: request, nextSample: request.samples.lowerBound)
        waiting.append(request.id)
    }

    /// Drops a request and its sequences; its `onFinish` is called with `CancellationError`.
    func cancel(_ id: Int) {
        fail(id, CancellationError())
    }

    /// Does one unit of work.
    ///
    /// An error ends the requests that it concerns; the others go on.
    func step() {
        if let id = waiting.first, running.count < maxBatch {
            attempt([id]) { try admit(id) }
        } else if !running.isEmpty {
            attempt(Set(running.map(\.request))) { try decode() }
        }
    }

    private func attempt(_ requests: Set<Int>, _ body: () throws -> Void) {
        do {
            try Engine.withoutGradients(body)
        } catch {
            for id in requests { fail(id, error) }
        }
    }

    /// Reads the prompt of a request once and starts as many of its samples as there is room for.
    private func admit(_ id: Int) throws {
        guard var entry = progress[id] else { return }
        let request = entry.request
        let count = min(request.samples.upperBound - entry.nextSample, maxBatch - running.count)
        try cache.reserve(positions: request.prompt.count)
        let row = try cache.addRow()
        var sequences: [Sequence] = []
        do {
            let past = try prefixes.memory(of: request.prompt)
            let rest = request.prompt.dropFirst(past?.count ?? 0)
            let attention = try TreeAttention(model, past: past, trunk: rest.count)
            let tokens = try Tensor(Array(rest)).unsqueezed(0).to(device: model.device)
            let hidden = try model(tokens, attention: attention)
            try cache.fill(row: row, with: attention.memory)
            let last = try hidden.narrowed(1, rest.count - 1..<rest.count).reshaped(1, -1)
            let logits = try model.logits(last)
            for offset in 0..<count {
                if offset > 0 { _ = try cache.addCopy(of: row) }
                sequences.append(
                    Sequence(request, sample: entry.nextSample + offset, tokenizer: tokenizer))
            }
            entry.nextSample += count
            progress[id] = entry
            if entry.nextSample == request.samples.upperBound { waiting.removeFirst() }
            running += sequences
            try draw(
                logits.expanded(count, -1).contiguous(),
                Array(running.count - count..<running.count))
        } catch {
            while cache.lengths.count > running.count {
                try cache.removeRow(cache.lengths.count - 1)
            }
            throw error
        }
    }

    /// Writes one token of every running sequence.
    private func decode() throws {
        try cache.reserve(positions: (cache.lengths.max() ?? 0) + 1)
        let tokens = try Tensor(running.map { $0.tokens.last ?? 0 }, shape: [running.count, 1])
            .to(device: model.device)
        let hidden = try model(tokens, attention: DecodeAttention(model, cache: cache))
        for row in running.indices { cache.advance(row: row, by: 1) }
        try draw(model.logits(hidden.squeezed(1)), Array(running.indices))
    }

    /// Draws a token for each row from logits `[rows.count, V]` and ends the sequences that are done.
    private func draw(_ logits: Tensor, _ rows: [Int]) throws {
        let logits = try logits.to(.float32, device: .cpu)
        for (index, row) in rows.enumerated() where running[row].options.repetitionPenalty != 1 {
            try penalise(logits.selected(0, index), running[row])
        }
        // Greedy rows keep their logits in order whatever they are divided by.
        let temperatures = rows.map {
            Float(running[$0].options.temperature == 0 ? 1 : running[$0].options.temperature)
        }
        let scaled = try logits / Tensor(temperatures, shape: [rows.count, 1])
        let vocabulary = logits.size(1)
        let drawn = try scaled.softmax().withElements(Float.self) { probabilities in
            rows.enumerated().map { index, row in
                running[row].sampler.draw(
                    UnsafeBufferPointer(
                        rebasing: probabilities[index * vocabulary..<(index + 1) * vocabulary]))
            }
        }
        var finished: [(row: Int, finish: Completion.Finish)] = []
        for (row, token) in zip(rows, drawn) {
            if let finish = take(token, running[row], length: cache.lengths[row]) {
                finished.append((row, finish))
            }
        }
        // From the last row down, so that the row moved into a gap is never one that is done too.
        for (row, finish) in finished.sorted(by: { $0.row > $1.row }) { try leave(row, finish) }
    }

    /// Adds a token to a sequence; says why the sequence is done if it is.
    private func take(_ token: Int, _ sequence: Sequence, length: Int) -> Completion.Finish? {
        if endTokens.contains(token) { return .stop }
        sequence.tokens.append(token)
        if sequence.options.repetitionPenalty != 1 { sequence.seen.insert(token) }
        let (text, stopped) = sequence.assembler.append(token)
        if !text.isEmpty { progress[sequence.request]?.request.onText(sequence.sample, text) }
        if stopped { return .stop }
        let full = length + 1 >= model.configuration.maxPositionEmbeddings
        return sequence.tokens.count >= sequence.options.maxTokens || full ? .length : nil
    }

    private func leave(_ row: Int, _ finish: Completion.Finish) throws {
        let sequence = running[row]
        try remember(row, sequence)
        try cache.removeRow(row)
        running.swapAt(row, running.count - 1)
        running.removeLast()
        let rest = sequence.assembler.finish()
        guard var entry = progress[sequence.request] else { return }
        if !rest.isEmpty { entry.request.onText(sequence.sample, rest) }
        entry.completions[sequence.sample] = Completion(
            text: sequence.assembler.text, tokens: sequence.tokens, finish: finish,
            usage: TokenUsage(
                promptTokens: entry.request.prompt.count, completionTokens: sequence.tokens.count))
        progress[sequence.request] = entry
        if entry.completions.count == entry.request.samples.count {
            progress[sequence.request] = nil
            entry.request.onFinish(
                .success(entry.request.samples.compactMap { entry.completions[$0] }))
        }
    }

    /// Keeps what was read and written, since the conversation may go on.
    private func remember(_ row: Int, _ sequence: Sequence) throws {
        guard let prompt = progress[sequence.request]?.request.prompt else { return }
        let tokens = (prompt + sequence.tokens).prefix(cache.lengths[row])
        try prefixes.insert(
            Array(tokens), promptCount: prompt.count, cache.memory(of: row))
    }

    private func fail(_ id: Int, _ error: any Error) {
        guard let entry = progress.removeValue(forKey: id) else { return }
        waiting.removeAll { $0 == id }
        for row in running.indices.reversed() where running[row].request == id {
            // Forgetting a row copies inside memory that is already there; should that fail, so will
            // the next step, which then ends the sequences it concerns.
            try? cache.removeRow(row)
            running.swapAt(row, running.count - 1)
            running.removeLast()
        }
        entry.request.onFinish(.failure(error))
    }

    /// Makes tokens that have been seen less probable, in place; `logits` is `[V]`.
    private func penalise(_ logits: Tensor, _ sequence: Sequence) throws {
        let indices = try Tensor(sequence.seen.sorted())
        let seen = try logits.indexed(0, by: indices)
        let penalty = sequence.options.repetitionPenalty
        try logits.scatter(0, at: indices, (seen .> 0).select(seen / penalty, else: seen * penalty))
    }
}
