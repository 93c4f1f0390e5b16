import ArgumentParser
import Postgres

/// What the commands have in common that administer sessions, rooms and what rooms keep.
struct StorageOptions: ParsableArguments {
    @OptionGroup var file: FileOptions
    @Option(help: .key("databaseURL")) var databaseURL: String?
    @Flag(help: "Print one JSON object a line.") var json = false

    func settings() throws -> Settings { try file.settings(flags: ["databaseURL": databaseURL]) }

    /// - Throws: ``DatabaseUnsuitable`` unless the schema is the newest.
    func connection() throws -> Connection {
        let connection = try Connection(url: settings().databaseURL(), settings: .patient)
        try DatabaseCheck.schemaIsCurrent(on: connection)
        return connection
    }

    /// What was done: a sentence for people, members for programs.
    func tell(_ sentence: String, _ members: [String: Any?]) {
        if json { JSONLine.show(members) } else { Terminal.say(sentence) }
    }
}
