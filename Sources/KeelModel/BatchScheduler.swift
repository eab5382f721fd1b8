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
        /// How the stream of these samples is changed; others in the batch are not touched.
        var steering: [Steering] = []
        /// What is read off the stream at each token.
        var readings: [Reading] = []
        /// What is read off the prompt's last token alone.
        var promptReading: PromptReading?
        /// How many of the most probable tokens to tell beside each that was drawn; nil for none of
        /// either.
        var logprobs: Int?
        /// Called with each piece of text of a sample, by its number, and the token that brought it
        /// if log-probabilities are asked for.
        var onPiece: (Int, String, TokenLogprobs?) -> Void
        /// Called with each sample that is done, by its number.
        var onEnd: (Int, Completion) -> Void
        /// Called once, with all samples in order or with what went wrong.
        var onFinish: (Result<[Completion], any Error>) -> Void
    }

    private final class Sequence {
        let request: Int
        let sample: Int
        let options: SamplingOptions
        let steering: [Steering]
        let readings: [Reading]
        let logprobs: Int?
        /// Positions that it may come to take.
        let reserved: Int
        var sampler: Sampler
        var assembler: TextAssembler
        var tokens: [Int] = []
        var read: [TokenReading] = []
        /// Tokens that the repetition penalty counts as seen; filled only when it is on.
        var seen: Set<Int>

        init(
            _ request: Request, sample: Int, reserved: Int, tokenizer: BytePairTokenizer
        ) {
            self.request = request.id
            self.sample = sample
            self.reserved = reserved
            options = request.options
            steering = request.steering
            readings = request.readings
            logprobs = request.logprobs
            sampler = Sampler(request.options, prompt: request.prompt, sample: sample)
            assembler = TextAssembler(tokenizer, stop: request.options.stop)
            seen = request.options.repetitionPenalty == 1 ? [] : Set(request.prompt)
        }
    }

    private struct Progress {
        var request: Request
        var nextSample: Int
        var completions: [Int: Completion] = [:]
    }

    private let model: Transformer
    private let tokenizer: BytePairTokenizer
    private let endTokens: Set<Int>
    private let maxBatch: Int
    private let batch: RunningBatch<Sequence>
    private let prefixes: SharedPrefixes

    private var waiting: [Int] = []
    private var progress: [Int: Progress] = [:]

    /// - Parameters:
    ///   - model: Writes.
    ///   - tokenizer: Of the model.
    ///   - endTokens: Tokens that end an answer.
    ///   - maxBatch: The most sequences that are written at once.
    ///   - memoryLimit: The most bytes of keys and values that running sequences may come to take.
    ///   - prefixes: Where answered conversations are remembered.
    init(
        model: Transformer, tokenizer: BytePairTokenizer, endTokens: Set<Int>, maxBatch: Int,
        memoryLimit: Int = 2 << 30, prefixes: SharedPrefixes = SharedPrefixes(limit: 256 << 20)
    ) {
        self.model = model
        self.tokenizer = tokenizer
        self.endTokens = endTokens
        self.maxBatch = maxBatch
        self.prefixes = prefixes
        batch = RunningBatch(model, maxTexts: maxBatch, memoryLimit: memoryLimit)
    }

    var hasWork: Bool { !progress.isEmpty }

    /// What is known of the beginning of a prompt that continues an answered conversation, as exactly
    /// as the model computes it; nil where memory is rounded.
    func exactMemory(of prompt: [Int]) throws -> KeyValues? {
        batch.memoryType == nil ? try prefixes.memory(of: prompt) : nil
    }

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
        if let id = waiting.first, let request = progress[id]?.request, room(for: request) > 0 {
            attempt([id]) { try admit(id) }
        } else if batch.count > 0 {
            attempt(Set(batch.texts.map(\.request))) { try decode() }
        }
    }

    /// How many samples of a request may join, so that all in the batch can be written to their end.
    private func room(for request: Request) -> Int {
        let reserved = batch.texts.reduce(0) { $0 + $1.reserved }
        let free = (batch.positionLimit - reserved) / reservation(request)
        return min(maxBatch - batch.count, batch.count == 0 ? max(1, free) : free)
    }

    /// The most positions that one sample can take up.
    private func reservation(_ request: Request) -> Int {
        // A limit of any size may be asked for, so it is cut before anything is added to it.
        let window = model.configuration.maxPositionEmbeddings
        return batch.capacity(
            for: request.prompt.count
                + min(request.options.maxTokens, window - request.prompt.count))
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
        let count = min(request.samples.upperBound - entry.nextSample, room(for: request))
        // What is remembered was read without steering, and what is read with it is not remembered.
        let past = request.steering.isEmpty ? try prefixes.memory(of: request.prompt) : nil
        let rest = request.prompt.dropFirst(past?.count ?? 0)
        let attention = try TreeAttention(
            model, past: past, trunk: rest.count, rememberedAs: batch.memoryType)
        let tokens = try Tensor(Array(rest)).unsqueezed(0).to(device: model.device)
        var hooks = try Hooks(
            steering: request.steering, answerFrom: rest.count - 1, count: rest.count,
            device: model.device)
        let wanted = request.readings + (request.promptReading.map { [$0.reading] } ?? [])
        let reader = StreamReader(rows: [wanted], hooks: &hooks)
        let hidden = try model(tokens, attention: attention, hooks: hooks)
        if let told = request.promptReading, let value = reader.values[0].last,
            entry.nextSample == request.samples.lowerBound
        {
            told.onRead(value)
        }
        let last = try hidden.narrowed(1, rest.count - 1..<rest.count).reshaped(1, -1)
        let logits = try model.logits(last)
        let sequences = (0..<count).map {
            Sequence(
                request, sample: entry.nextSample + $0, reserved: reservation(request),
                tokenizer: tokenizer)
        }
        entry.nextSample += count
        progress[id] = entry
        if entry.nextSample == request.samples.upperBound { waiting.removeFirst() }
        let finishes = try draw(
            logits.expanded(count, -1).contiguous(), sequences,
            lengths: Array(repeating: request.prompt.count, count: count),
            read: Array(
                repeating: Array(reader.values[0].prefix(request.readings.count)), count: count))
        for (sequence, finish) in zip(sequences, finishes) {
            if let finish {
                end(sequence, finish)
            } else {
                try batch.join(sequence, attention.memory)
            }
        }
    }

    /// Writes one token of every running sequence.
    private func decode() throws {
        let attention = try batch.attention()
        let sequences = batch.texts
        let tokens = try Tensor(sequences.map { $0.tokens.last ?? 0 }, shape: [sequences.count, 1])
            .to(device: model.device)
        var hooks = try Hooks(rows: sequences.map(\.steering), device: model.device)
        let reader = StreamReader(rows: sequences.map(\.readings), hooks: &hooks)
        let hidden = try model(tokens, attention: attention, hooks: hooks)
        batch.advance()
        let finishes = try draw(
            model.logits(hidden.squeezed(1)), sequences, lengths: batch.lengths,
            read: reader.values)
        // From the last down, so that the one moved into a gap is never one that is done too.
        for (number, finish) in finishes.enumerated().reversed() {
            guard let finish else { continue }
            try remember(number, sequences[number])
            try batch.leave(number)
            end(sequences[number], finish)
        }
    }

    /// Draws a token for each sequence from logits `[sequences.count, V]`; says which are done.
    private func draw(
        _ logits: Tensor, _ sequences: [Sequence], lengths: [Int], read: [[Double]]
    ) throws -> [Completion.Finish?] {
        let logits = try logits.to(.float32, device: .cpu)
        // As the model gives them: before penalties, temperature and truncation.
        let given = try sequences.indices.map { row in
            try sequences[row].logprobs == nil
                ? nil : logits.selected(0, row).logSoftmax().array(Float.self)
        }
        for (row, sequence) in sequences.enumerated()
        where sequence.options.repetitionPenalty != 1 {
            try penalise(logits.selected(0, row), sequence)
        }
        // Greedy rows keep their logits in order whatever they are divided by.
        // One near 0 would divide beyond what a float holds; so it stays where the largest takes all.
        let temperatures = sequences.map {
            $0.options.temperature == 0 ? 1 : max(Float($0.options.temperature), 1e-20)
        }
        let scaled = try logits / Tensor(temperatures, shape: [sequences.count, 1])
        let vocabulary = logits.size(1)
        let drawn = try scaled.softmax().withElements(Float.self) { probabilities in
            sequences.enumerated().map { row, sequence in
                sequence.sampler.draw(
                    UnsafeBufferPointer(
                        rebasing: probabilities[row * vocabulary..<(row + 1) * vocabulary]))
            }
        }
        return sequences.indices.map { row in
            take(
                drawn[row], sequences[row], length: lengths[row], given: given[row],
                read: read[row])
        }
    }

    /// Adds a token to a sequence; says why the sequence is done if it is.
    ///
    /// `given` has the log-probabilities of all tokens, where they are to be told.
    private func take(
        _ token: Int, _ sequence: Sequence, length: Int, given: [Float]?, read: [Double]
    ) -> Completion.Finish? {
        if endTokens.contains(token) { return .stop }
        sequence.tokens.append(token)
        if sequence.options.repetitionPenalty != 1 { sequence.seen.insert(token) }
        let (text, stopped) = sequence.assembler.append(token)
        if !read.isEmpty { sequence.read.append(TokenReading(text: text, values: read)) }
        let logprobs = given.map {
            TokenLogprobs(
                token, among: $0, top: sequence.logprobs ?? 0, bytes: tokenizer.tokenBytes)
        }
        if !text.isEmpty || logprobs != nil {
            progress[sequence.request]?.request.onPiece(sequence.sample, text, logprobs)
        }
        if stopped { return .stop }
        let full = length + 1 >= model.configuration.maxPositionEmbeddings
        return sequence.tokens.count >= sequence.options.maxTokens || full ? .length : nil
    }

    /// Hands an answer over.
    private func end(_ sequence: Sequence, _ finish: Completion.Finish) {
        let rest = sequence.assembler.finish()
        guard var entry = progress[sequence.request] else { return }
        if !rest.isEmpty { entry.request.onPiece(sequence.sample, rest, nil) }
        if let last = sequence.read.indices.last { sequence.read[last].text += rest }
        let completion = Completion(
            text: sequence.assembler.text, tokens: sequence.tokens, finish: finish,
            usage: TokenUsage(
                promptTokens: entry.request.prompt.count, completionTokens: sequence.tokens.count),
            readings: sequence.readings.isEmpty ? nil : sequence.read)
        entry.completions[sequence.sample] = completion
        entry.request.onEnd(sequence.sample, completion)
        progress[sequence.request] = entry
        if entry.completions.count == entry.request.samples.count {
            progress[sequence.request] = nil
            entry.request.onFinish(
                .success(entry.request.samples.compactMap { entry.completions[$0] }))
        }
    }

    /// Keeps what was read and written, since the conversation may go on.
    private func remember(_ number: Int, _ sequence: Sequence) throws {
        guard sequence.steering.isEmpty,
            let prompt = progress[sequence.request]?.request.prompt
        else { return }
        let memory = try batch.memory(of: number)
        try prefixes.insert(
            Array((prompt + sequence.tokens).prefix(memory.count)), promptCount: prompt.count,
            memory)
    }

    private func fail(_ id: Int, _ error: any Error) {
        guard let entry = progress.removeValue(forKey: id) else { return }
        waiting.removeAll { $0 == id }
        for (number, sequence) in batch.texts.enumerated().reversed() where sequence.request == id {
            // Forgetting a row copies inside memory that is already there; should that fail, so will
            // the next step, which then ends the sequences it concerns.
            try? batch.leave(number)
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
