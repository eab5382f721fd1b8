import ArgumentParser
import KeelStore

/// The store of a server, seen to by its keeper.
struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Back up and check what keel serve keeps.",
        subcommands: [Backup.self, Check.self])

    struct Backup: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy a store into a new file, also while it is in use.")

        @Argument(help: "The store.", completion: .file())
        var store: String

        @Argument(help: "The new file.", completion: .file())
        var copy: String

        func run() async throws {
            try openStore(store).backUp(to: copy)
            Terminal.note("\(copy) holds all of \(store).")
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Look for damage: of the file, and of the log of decisions.")

        @Argument(help: "The store.", completion: .file())
        var store: String

        func run() async throws {
            let defects = try await openStore(store).defects()
            for defect in defects { print(defect) }
            guard defects.isEmpty else { throw ExitCode(1) }
            print("\(store) is whole.")
        }
    }
}
