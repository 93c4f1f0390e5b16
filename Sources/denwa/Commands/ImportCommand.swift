import ArgumentParser
import Postgres
import Transfer

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Bring in what denwa export has written, or an export of Slack.",
        discussion: """
            An import only adds: accounts whose handles nobody has, rooms that are not
            there, events that follow those that are. The same import again changes
            nothing, and one that was interrupted goes on where it was. A server may run
            meanwhile.

            EXAMPLES
              denwa import monday --dry-run
              denwa import monday
              zstdcat monday.jsonl.zst | denwa import -
              denwa import slack export.zip
            """,
        subcommands: [Folder.self, ImportSlackCommand.self],
        defaultSubcommand: Folder.self)

    struct Folder: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "folder",
            abstract: "Bring in an export of Denwa; the same as denwa import FOLDER.",
            discussion: """
                Everything is checked before anything is changed. A room that is here with
                other events is refused. Accounts that are made have no password: let
                people choose one with a link of denwa account reset-link.

                EXAMPLES
                  denwa import folder monday
                  denwa import folder monday --dry-run --json
                """)

        @Argument(help: "What denwa export has made; - for a stream on the standard input.") var folder: String
        @Flag(help: "Only check, and say all that is wrong.") var dryRun = false
        @OptionGroup var options: DatabaseOptions
        @OptionGroup var wait: WaitOption
        @Flag(help: "Print one JSON object.") var json = false

        func run() async throws {
            let source = folder == "-" ? ExportSource.stream(try SpooledInput.file()) : .folder(folder)
            let connection = try wait.connection(options.url(), settings: .transfer)
            try DatabaseCheck.schemaIsCurrent(on: connection)
            let importer = Importer(source, on: connection)
            let checking = TransferProgress("Checking")
            let checked = try importer.check { checking.advance(to: $0, of: nil) }
            checking.finish()
            try ImportProblems.report(checked.problems, json: json)
            guard !dryRun else { return show(checked.counts, "can be imported.") }
            let importing = TransferProgress("Importing")
            let added = try importer.run(checked) { importing.advance(to: $0, of: checked.counts.events) }
            importing.finish()
            if added.isEmpty, !json { return Terminal.say("Nothing to do: all of it is here already.") }
            show(added, "added.")
        }

        private func show(_ counts: TransferCounts, _ verb: String) {
            if json {
                return JSONLine.show(counts.members.merging(["readMarkers": counts.readMarkers]) { first, _ in first })
            }
            Terminal.say("\(counts.sentence) \(verb)")
        }
    }
}

/// What keeps an import from being made.
enum ImportProblems {
    /// Shows them.
    /// - Throws: `TransferError` if there are any.
    static func report(_ problems: Problems, json: Bool) throws {
        guard let refusal = problems.refusal else { return }
        for problem in problems.first {
            if json {
                JSONLine.show(["file": problem.place.file, "line": problem.place.line, "problem": problem.text])
            } else {
                Terminal.say(problem.description)
            }
        }
        throw refusal
    }
}
