internal import Foundation
internal import KeelLanguage

/// Writes answers as server-sent events in OpenAI's form.
///
/// Of each answer: a piece that says who speaks, pieces of text, and one that says why it ended. Then
/// what the call took, if that was asked for, and the word that tells the end.
struct CompletionStream {
    private let call: CompletionRoutes.Call
    private let id: String
    private let created = Int(Date().timeIntervalSince1970)
    private var open: Set<Int> = []
    private var closed: Set<Int> = []
    private(set) var transcript: AnswerTranscript
    var writer: EventWriter

    init(_ call: CompletionRoutes.Call, _ writer: EventWriter) {
        self.call = call
        self.writer = writer
        id = call.form.newID()
        transcript = AnswerTranscript(call.question)
    }

    mutating func send(_ event: AnsweringEvent, _ serving: Serving) async throws {
        transcript.add(event)
        switch event {
        case .asked, .read, .guarded, .guardEnded: break
        case .sample(.piece(sample: let sample, text: let text, tokens: let tokens)):
            try await begin(sample)
            if !text.isEmpty || !tokens.isEmpty {
                try await send(call.form.piece(sample, text, tokens))
            }
        case .sample(.finished(sample: let sample, let completion)):
            try await begin(sample)
            let notes = await serving.notes(
                Exchange(
                    model: call.question.model.id, prompt: call.question.prompt,
                    completion: completion))
            try await close(sample, notes)
        }
    }

    /// Ends all answers and the stream.
    mutating func end() async throws {
        for sample in call.question.samples where !closed.contains(sample) {
            try await begin(sample)
            try await close(sample, nil)
        }
        if call.includesUsage {
            try await send(choices: [], usage: transcript.usage.map(UsageDocument.init))
        }
        try await writer.send(word: "[DONE]")
    }

    private mutating func begin(_ sample: Int) async throws {
        guard open.insert(sample).inserted, call.form == .chat else { return }
        let choice = CompletionDocument.Choice(
            index: sample, delta: .init(role: "assistant", content: ""))
        try await send(choices: [choice], keel: transcript.document)
    }

    private mutating func close(_ sample: Int, _ notes: [AnswerNote]?) async throws {
        closed.insert(sample)
        var keel = notes == nil && transcript.trace == nil ? nil : transcript.document
        keel?.notes = notes
        keel?.guardian = transcript.trace?.document(sample)
        try await send(
            choices: [call.form.end(sample, transcript.publicFinish(sample))], keel: keel)
    }

    private mutating func send(_ choice: CompletionDocument.Choice) async throws {
        try await send(choices: [choice])
    }

    private mutating func send(
        choices: [CompletionDocument.Choice], usage: UsageDocument? = nil, keel: KeelDocument? = nil
    ) async throws {
        try await writer.send(
            CompletionDocument(
                id: id, object: call.form.object(isPiece: true), created: created,
                model: call.question.model.id, choices: choices, usage: usage, keel: keel))
    }
}
