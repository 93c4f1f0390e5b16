import ArgumentParser
import ChatCore
import Postgres
import Transfer

struct ImportSlackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slack",
        abstract: "Bring in the ZIP archive of a workspace that Slack has exported.",
        discussion: """
            Users become members without a password, channels become rooms, and messages
            keep their times. The archive again, or a newer one of the same workspace,
            adds what is not here yet. What cannot be taken, such as reactions and files,
            is counted.

            Every room can be joined by everybody. So private channels and direct messages
            are left out, unless --include-private says otherwise.

            EXAMPLES
              denwa import slack export.zip --dry-run
              denwa import slack export.zip --prefix slack-
            """)

    @Argument(help: "The archive.") var zip: String
    @Flag(help: "Only check, and say what is in it.") var dryRun = false
    @Flag(help: "Also private channels and direct messages, as rooms that everybody can join.") var includePrivate =
        false
    @Option(help: "Begins the name of every room, as slack-.") var prefix = ""
    @OptionGroup var options: DatabaseOptions
    @OptionGroup var wait: WaitOption
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        guard prefix.isEmpty || prefix.count <= 20 && (try? RoomName(prefix)) != nil else {
            throw ValidationError("--prefix is at most 20 of a–z, 0–9 and hyphen, and does not begin with a hyphen.")
        }
    }

    func run() async throws {
        var slack = SlackOptions()
        slack.includesPrivate = includePrivate
        slack.prefix = prefix
        let archive = try ZipArchive(InputFile(zip))
        let connection = try wait.connection(options.url(), settings: .transfer)
        try DatabaseCheck.schemaIsCurrent(on: connection)
        let importer = try SlackImporter(archive, slack, on: connection)
        let checking = TransferProgress("Checking")
        let checked = try importer.check { checking.advance(to: $0, of: nil) }
        checking.finish()
        try ImportProblems.report(checked.problems, json: json)
        guard !dryRun else { return show(checked.report, "are in the archive.") }
        let importing = TransferProgress("Importing")
        let added = try importer.run(checked) { importing.advance(to: $0, of: checked.report.counts.events) }
        importing.finish()
        show(added, "added.")
    }

    private func show(_ report: SlackReport, _ verb: String) {
        if json {
            let notes = report.notes.reduce(into: [:]) { notes, note in notes[note.key.rawValue] = note.value }
            return JSONLine.show(report.counts.members.merging(["notes": notes]) { first, _ in first })
        }
        var table = TextTable(["COUNT", "WHAT IS NOT AS IT WAS"], right: ["COUNT"])
        for note in SlackNote.allCases {
            if let count = report.notes[note] { table.add(["\(count)", note.sentence]) }
        }
        if !table.isEmpty { Terminal.data(table) }
        if report.counts.isEmpty { return Terminal.say("Nothing to do: all of it is here already.") }
        Terminal.say("\(report.counts.sentence) \(verb)")
    }
}
