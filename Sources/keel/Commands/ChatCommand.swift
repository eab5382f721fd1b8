import ArgumentParser
import Foundation
import KeelLanguage

/// A conversation on the terminal.
struct ChatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat", abstract: "Talk to a model.",
        discussion: """
            Type a message and press return. /reset starts again, /system TEXT sets the system message, /quit (or \
            the end of input) leaves. Ctrl-C ends the program.
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var sampling: SamplingArguments
    @OptionGroup var calls: CallOptions

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
                for try await event in chat.stream(
                    Prompt.messages(messages).withSystem(system), options: options)
                {
                    switch event {
                    case .text(let piece):
                        FileHandle.standardOutput.write(Data(piece.utf8))
                    case .finished(let completion):
                        FileHandle.standardOutput.write(
                            Data((completion.finish == .length ? " […]\n\n" : "\n\n").utf8))
                        messages.append(.assistant(completion.text))
                    }
                }
            } catch {
                // The message that could not be answered is taken back, so that the next one can be.
                messages.removeLast()
                Terminal.note("\(error)")
            }
            // Another answer to the same words should not be the same answer.
            options.seed &+= 1
        }
    }
}
