import ArgumentParser
import Foundation
import KeelLanguage

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A conversation on the terminal.
struct ChatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat", abstract: "Talk to a model.",
        discussion: """
            Type a message and press return. /reset starts again, /system TEXT sets the system message, /quit (or \
            the end of input) leaves. Ctrl-C stops an answer; a second one, or one between answers, ends the program. \
            With --json, each turn is a line: {"message", "text", "finish": "stop" | "length" | "interrupted"}, or \
            {"message", "error"}.
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var sampling: SamplingArguments
    @OptionGroup var calls: CallOptions

    private struct Answer: Sendable {
        var text: String
        var finish: String
    }

    private struct Turn: Encodable {
        var message: String
        var text: String?
        var finish: String?
        var error: String?
    }

    func run() async throws {
        var options = try sampling.options(seed: model.seed)
        let budget = try calls.budget()
        let chat = try await model.source(calls, on: model.machine())
            .load(maxBatch: 1, budget: budget)
        defer { budget?.report() }
        var system = sampling.system
        var messages: [Message] = []
        Terminal.note("Talking to \(chat.name). /reset starts again, /quit leaves.")
        while true {
            if Terminal.standardErrorIsTerminal {
                FileHandle.standardError.write(Data("you> ".utf8))
            }
            guard let line = readLine() else { return }
            let text = line.trimmingCharacters(in: .whitespaces)
            switch text {
            case "": continue
            case "/quit": return
            case "/reset":
                messages = []
                Terminal.note("A new conversation.")
                continue
            case _ where text.hasPrefix("/system"):
                let rest = text.dropFirst("/system".count).trimmingCharacters(in: .whitespaces)
                system = rest.isEmpty ? nil : rest
                Terminal.note(system.map { "System message: \($0)" } ?? "No system message.")
                continue
            case _ where text.hasPrefix("/"):
                Terminal.note(
                    "There is no command \(text); there are /reset, /system TEXT and /quit.")
                continue
            default: messages.append(.user(text))
            }
            do {
                let answer = try await Self.answer(
                    of: chat, to: Prompt.messages(messages).withSystem(system), options,
                    isShown: !model.json)
                if model.json {
                    try Self.write(Turn(message: text, text: answer.text, finish: answer.finish))
                }
                if answer.finish == Self.interrupted, answer.text.isEmpty {
                    messages.removeLast()
                } else {
                    messages.append(.assistant(answer.text))
                }
            } catch {
                // The message that could not be answered is taken back, so that the next one can be.
                messages.removeLast()
                if model.json { try Self.write(Turn(message: text, error: "\(error)")) }
                Terminal.note("\(error)")
            }
            // Another answer to the same words should not be the same answer.
            options.seed &+= 1
        }
    }

    private static let interrupted = "interrupted"

    /// One answer, as far as Ctrl-C lets it come.
    private static func answer(
        of chat: any ChatModel, to prompt: Prompt, _ options: SamplingOptions, isShown: Bool
    ) async throws -> Answer {
        let task = Task { () async throws -> Answer in
            var text = ""
            do {
                for try await event in chat.stream(prompt, options: options) {
                    switch event {
                    case .text(let piece):
                        text += piece
                        if isShown { FileHandle.standardOutput.write(Data(piece.utf8)) }
                    case .finished(let completion):
                        return Answer(text: completion.text, finish: completion.finish.rawValue)
                    }
                }
            } catch is CancellationError {}
            return Answer(text: text, finish: Self.interrupted)
        }
        let signals = PoliteSignals([SIGINT]) { task.cancel() }
        defer { signals.stop() }
        let answer = try await task.value
        if isShown {
            let end = answer.finish == Completion.Finish.stop.rawValue ? "\n\n" : " […]\n\n"
            FileHandle.standardOutput.write(Data(end.utf8))
        }
        return answer
    }

    /// Who reads the lines may wait for each before the next message.
    private static func write(_ turn: Turn) throws {
        try Terminal.printJSON(turn, pretty: false)
        fflush(nil)
    }
}
