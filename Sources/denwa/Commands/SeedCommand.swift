import ArgumentParser
import Migrator
import Postgres
import Schema

struct SeedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seed",
        abstract: "Load the demo: a few people and rooms with a conversation.",
        discussion: """
            Doing it again changes nothing, and rooms with events are left alone.
            The demo's password is public, so keep the demo away from a real chat.

            EXAMPLE
              denwa seed --database-url postgresql:///denwa
            """)

    @OptionGroup var options: DatabaseOptions

    func run() async throws {
        let connection = try Connection(url: options.url(), settings: .patient)
        try DatabaseCheck.schemaIsCurrent(on: connection)
        for file in try Seeder(files: Schema.seeds).load(on: connection) { Terminal.data("loaded \(file)") }
    }
}
