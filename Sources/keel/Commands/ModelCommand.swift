import ArgumentParser
import Foundation
import KeelModel
import KeelTensor

/// The models on this machine.
struct ModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "List models, say what one is, fetch one, merge adapters into one.",
        subcommands: [
            ListCommand.self, InfoCommand.self, PullCommand.self, ModelMergeCommand.self,
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

        @Argument(help: "Alias, GGUF file or folder.")
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

    struct PullCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pull",
            abstract: "Fetch a model to this machine, unless it is here already.")

        @Argument(help: "An alias of \"keel model list\".")
        var alias = ModelCatalogue.defaultAlias

        func run() throws {
            guard let entry = ModelCatalogue.entries.first(where: { $0.alias == alias }) else {
                throw ModelError.notFound(alias, known: ModelCatalogue.entries.map(\.alias))
            }
            let wasInstalled = entry.isInstalled
            let path = try ModelFetcher.fetch(entry) { Terminal.note($0) }
            if !wasInstalled { Terminal.note("\(alias) is at \(path).") }
        }
    }
}
