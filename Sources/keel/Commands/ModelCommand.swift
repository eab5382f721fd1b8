import ArgumentParser
import Foundation
import KeelFormats
import KeelModel
import KeelRemote
import KeelTensor

/// The models on this machine.
struct ModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "List models; say what one is; fetch, merge or export one; try a device.",
        subcommands: [
            ListCommand.self, InfoCommand.self, PullCommand.self, ModelMergeCommand.self,
            ModelExportCommand.self, ModelParityCommand.self,
        ],
        defaultSubcommand: ListCommand.self)

    struct ListCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the models with an alias.")

        @Flag(help: "Print results as JSON.")
        var json = false

        private struct Row: Encodable {
            var alias, about, licence, path: String
            var installed: Bool
        }

        func run() throws {
            let rows = ModelCatalogue.entries.map {
                Row(
                    alias: $0.alias, about: $0.about, licence: $0.licence, path: $0.path,
                    installed: $0.isInstalled)
            }
            if json { return try Terminal.printJSON(rows) }
            Terminal.printTable(
                [["alias", "here", "licence", "what"]]
                    + rows.map { [$0.alias, $0.installed ? "yes" : "no", $0.licence, $0.about] })
        }
    }

    struct InfoCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "info", abstract: "Say what a model is.")

        @Argument(
            help: "Alias, GGUF file, folder, or org/name in the Hugging Face hub's cache.",
            completion: .model)
        var name = ModelCatalogue.defaultAlias

        @Flag(help: "Print results as JSON.")
        var json = false

        func run() throws {
            let facts = try LanguageModel.facts(of: name)
            if json {
                return try Terminal.printJSON(
                    Dictionary(uniqueKeysWithValues: facts.map { ($0.name, $0.value) }))
            }
            Terminal.printTable(facts.map { [$0.name, $0.value] })
        }
    }

    struct PullCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pull",
            abstract: "Fetch a model to this machine, unless it is here already.",
            discussion: """
                What breaks off goes on from there the next time. HF_TOKEN, HF_ENDPOINT, HF_HUB_OFFLINE, \
                HF_HOME and HF_HUB_CACHE mean what they mean to huggingface_hub, whose cache it is.
                """)

        @Argument(
            help: "An alias of \"keel model list\", or org/name or org/name@revision of the hub.",
            completion: .model)
        var name = ModelCatalogue.defaultAlias

        @Flag(help: "Print results as JSON.")
        var json = false

        func run() async throws {
            let path: String
            if let entry = ModelCatalogue.entries.first(where: { $0.alias == name }) {
                let wasInstalled = entry.isInstalled
                path = try ModelFetcher.fetch(entry) { Terminal.note($0) }
                if !wasInstalled { Terminal.note("\(name) is at \(path).") }
            } else {
                path = try await pullFromHub()
            }
            if json { try Terminal.printJSON(["name": name, "path": path]) }
        }

        private func pullFromHub() async throws -> String {
            guard let reference = HubReference(name) else {
                throw ModelError.notFound(name, known: ModelCatalogue.entries.map(\.alias))
            }
            let line = ProgressLine(name)
            let download = HubDownload(ProcessInfo.processInfo.environment)
            let path = try await download.pull(reference) { file, done, total in
                line.update(done: done, total: total, rate: "bytes of \(file)", remaining: nil)
            }
            Terminal.note("\(reference) is at \(path).")
            return path
        }
    }
}
