import ArgumentParser
import Postgres

extension MigrateCommand {
    struct Dump: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "dump",
            abstract: "Print the schema as SQL, the same text for the same schema.",
            discussion: """
                By pg_dump, without owners, rights and what names the moment. Needs a direct
                connection, not a pooler.

                EXAMPLE
                  denwa migrate dump > schema.sql
                """)

        @OptionGroup var options: MigrateOptions

        func run() async throws {
            let connection = try options.connection()
            guard let database = ConnectionParameters(url: try options.database.url()) else { throw DumpError.badURL }
            let text = try DumpPrograms(for: connection).dump(
                database, ["--schema-only", "--no-owner", "--no-privileges", "--no-password"])
            let schema = SchemaText.steady(text)
            if options.json { JSONLine.show(["sql": schema]) } else { Terminal.data(schema) }
        }
    }
}

/// The text of a dump, without what another run would write otherwise.
enum SchemaText {
    private static let passing = ["-- Dumped ", "\\restrict ", "\\unrestrict ", "-- Started on", "-- Completed on"]

    static func steady(_ dump: String) -> String {
        var lines: [Substring] = []
        let all = dump.split(separator: "\n", omittingEmptySubsequences: false)
        for line in all where !passing.contains(where: { line.hasPrefix($0) }) {
            if line.isEmpty, lines.last?.isEmpty != false { continue }
            lines.append(line)
        }
        while lines.last?.isEmpty == true || lines.last == "--" { lines.removeLast() }
        return lines.joined(separator: "\n")
    }
}
