import Foundation
import KeelLanguage
import KeelModel
import Testing

/// The running batch, through the model that many tasks talk to.
@Suite struct SchedulerTests {
    private let options = SamplingOptions(temperature: 1, maxTokens: 20, seed: 5)

    @Test(arguments: [1, 2, 3])
    func `a sample is the same alone, in a crowd and when asked for later, whoever works`(
        _ workers: Int
    ) async throws {
        let chat = try await Golden.tinyChat(maxBatch: 4, workers: workers)
        let prompt = Prompt.text("the keel")
        let together = try await chat.complete(prompt, samples: 0..<9, options: options)
        #expect(together.count == 9)
        #expect(Set(together.map(\.tokens)).count > 1)
        for (index, expected) in together.enumerated() {
            let alone = try await chat.complete(
                prompt, samples: index..<index + 1, options: options)
            #expect(alone == [expected])
        }
        let crowd = try await withThrowingTaskGroup(of: (Int, [Completion]).self) { group in
            for index in 0..<12 {
                group.addTask { [options] in
                    let prompt =
                        index.isMultiple(of: 3)
                        ? prompt : Prompt.text(String(repeating: "ab", count: index))
                    return (
                        index, try await chat.complete(prompt, samples: 0..<3, options: options)
                    )
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        for index in stride(from: 0, to: 12, by: 3) {
            #expect(crowd[index] == Array(together[0..<3]))
        }
    }

    @Test func `other seeds give other texts, and the limit on tokens is kept`() async throws {
        let chat = try await Golden.tinyChat()
        var other = options
        other.seed = 6
        let first = try await chat.complete(.text("x"), options: options)
        let second = try await chat.complete(.text("x"), options: other)
        #expect(first.tokens != second.tokens)
        for completion in [first, second] {
            #expect(
                completion.finish == .stop
                    ? completion.tokens.count <= 20 : completion.tokens.count == 20)
        }
    }

    @Test func `a stop text ends the answer and is not part of it`() async throws {
        let chat = try await Golden.tinyChat()
        let free = try await chat.complete(.text("y"), options: options)
        // A letter that the answer does not begin with.
        let stop = try #require(
            free.text.indices.dropFirst().map { free.text[$0] }.first {
                $0.isASCII && $0.isLetter && $0 != free.text.first
            })
        var stopping = options
        stopping.stop = ["never in it at all", String(stop)]
        let stopped = try await chat.complete(.text("y"), options: stopping)
        let end = try #require(free.text.firstIndex(of: stop))
        #expect(stopped.text == String(free.text[..<end]))
        #expect(stopped.finish == .stop)
        #expect(free.tokens.starts(with: stopped.tokens))
    }

    @Test func `a stream says what the whole answer says, and ends`() async throws {
        let chat = try await Golden.tinyChat()
        let whole = try await chat.complete(.text("z"), options: options)
        var text = ""
        var last: CompletionEvent?
        for try await event in chat.stream(.text("z"), options: options) {
            if case .text(let piece) = event { text += piece }
            last = event
        }
        #expect(text == whole.text)
        #expect(last == .finished(whole))
    }

    @Test func `several samples are streamed side by side, each as it is alone`() async throws {
        let chat = try await Golden.tinyChat(maxBatch: 2)
        let whole = try await chat.complete(.text("z"), samples: 3..<6, options: options)
        var texts: [Int: String] = [:]
        var finished: [Int: Completion] = [:]
        let events = chat.stream(.text("z"), samples: 3..<6, options: options, logprobs: nil)
        for try await event in events {
            switch event {
            case .piece(let sample, let text, let tokens):
                #expect(tokens.isEmpty && finished[sample] == nil)
                texts[sample, default: ""] += text
            case .finished(let sample, let completion): finished[sample] = completion
            }
        }
        #expect((3..<6).map { finished[$0] } == whole)
        #expect((3..<6).map { texts[$0] ?? "" } == whole.map(\.text))
    }

    @Test func `log-probabilities told with an answer are those of its score`() async throws {
        let chat = try await Golden.tinyChat()
        // Penalties, temperature and truncation decide what is drawn, not what is told of it.
        let odd = SamplingOptions(
            temperature: 0.7, topK: 40, topP: 0.95, repetitionPenalty: 1.3, maxTokens: 12, seed: 8)
        var tokens: [TokenLogprobs] = []
        var completion: Completion?
        for try await event in chat.stream(.text("z"), samples: 0..<1, options: odd, logprobs: 3) {
            switch event {
            case .piece(_, _, let new): tokens += new
            case .finished(_, let whole): completion = whole
            }
        }
        let whole = try #require(completion)
        #expect(tokens.count == whole.tokens.count)
        // The tiny model's tokens are bytes, so bytes say which token was drawn.
        let text = String(decoding: tokens.flatMap(\.drawn.bytes), as: UTF8.self)
        #expect(text == whole.text)
        if text.unicodeScalars.allSatisfy({ $0 != "\u{FFFD}" }) {
            let score = try await chat.score(text, after: .text("z"))
            if score.tokens == whole.tokens {
                for (told, scored) in zip(tokens, score.logprobs) {
                    #expect(abs(told.drawn.logprob - scored) < 1e-3)
                }
            }
        }
        for token in tokens {
            #expect(token.top.count == 3)
            #expect(token.top.map(\.logprob) == token.top.map(\.logprob).sorted(by: >))
            #expect(token.drawn.logprob <= token.top[0].logprob)
        }
    }

    @Test(arguments: [Double.leastNonzeroMagnitude, 1e-45, 1e-30, 1e-6])
    func `a temperature near 0 is greedy, however near`(temperature: Double) async throws {
        let chat = try await Golden.tinyChat()
        let greedy = try await chat.complete(
            .text("z"), options: SamplingOptions(temperature: 0, maxTokens: 8))
        for topP in [1, 0.5, Double.leastNonzeroMagnitude] {
            let cold = try await chat.complete(
                .text("z"),
                options: SamplingOptions(temperature: temperature, topP: topP, maxTokens: 8))
            #expect(cold == greedy)
        }
    }

    @Test(arguments: [0, 1, 20, 100_000])
    func `any number of candidates may be asked for`(count: Int) async throws {
        let chat = try await Golden.tinyChat()
        var tops: [Int] = []
        let events = chat.stream(
            .text("z"), samples: 0..<1, options: options, logprobs: count)
        for try await event in events {
            if case .piece(_, _, let tokens) = event { tops += tokens.map(\.top.count) }
        }
        #expect(!tops.isEmpty && Set(tops).count == 1)
        #expect(tops.allSatisfy { $0 == min(count, $0) && ($0 == count || count > 1000) })
    }

    @Test func `a repetition penalty makes what was seen rarer`() async throws {
        let chat = try await Golden.tinyChat()
        let plain = try await chat.complete(
            .text("q"), options: SamplingOptions(temperature: 0, maxTokens: 60))
        let varied = try await chat.complete(
            .text("q"),
            options: SamplingOptions(temperature: 0, repetitionPenalty: 3, maxTokens: 60))
        #expect(Set(varied.tokens).count > Set(plain.tokens).count)
    }

    @Test func `cancelling one request leaves the others as they were`() async throws {
        let chat = try await Golden.tinyChat(maxBatch: 2)
        let long = SamplingOptions(temperature: 1, maxTokens: 100, seed: 1)
        let cancelled = Task { try await chat.complete(.text("a"), samples: 0..<6, options: long) }
        let other = Task { [options] in try await chat.complete(.text("z"), options: options) }
        // The first piece of a third request shows that the batch is running.
        for try await _ in chat.stream(.text("m"), options: options) { break }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        let expected = try await Golden.tinyChat().complete(.text("z"), options: options)
        #expect(try await other.value == expected)
    }

    @Test func `requests that cannot be met are refused with the reason`() async throws {
        let chat = try await Golden.tinyChat()
        await #expect(throws: LanguageError.tooLong(tokens: 400, limit: 128)) {
            try await chat.complete(.text(String(repeating: "a", count: 400)), options: options)
        }
        await #expect(throws: LanguageError.self) {
            try await chat.complete(.text(""), options: options)
        }
        var wrong = options
        wrong.topP = 1.5
        let error = await #expect(throws: LanguageError.self) {
            try await chat.complete(.text("a"), options: wrong)
        }
        #expect(error?.description == "top-p is 1.5; it must be above 0 and at most 1.")
        #expect(try await chat.complete(.text("a"), samples: 0..<0, options: options).isEmpty)
    }

    @Test func `an answer that fills the window ends there`() async throws {
        let chat = try await Golden.tinyChat()
        let prompt = Prompt.text(String(repeating: "a", count: 120))
        // Of several samples, at least one goes on until the window of 128 tokens is full.
        let completions = try await chat.complete(
            prompt, samples: 0..<4, options: SamplingOptions(maxTokens: 100, seed: 2))
        for completion in completions { #expect(completion.tokens.count <= 8) }
        #expect(completions.contains { $0.finish == .length })
    }

    @Test func `the largest limit there is means until the window is full`() async throws {
        let chat = try await Golden.tinyChat()
        let completions = try await chat.complete(
            .text("a"), samples: 0..<2, options: SamplingOptions(maxTokens: .max, seed: 2))
        for completion in completions { #expect(completion.tokens.count < 128) }
    }

    @Test func `a model that nobody holds is freed, its thread with it`() async throws {
        weak var gone: LocalChatModel?
        do {
            let chat = try await Golden.tinyChat()
            gone = chat
            _ = try await chat.complete(.text("a"), options: options)
        }
        // The task that ran the batch may still be leaving.
        for _ in 0..<1_000_000 where gone != nil { await Task.yield() }
        #expect(gone == nil)
    }
}
