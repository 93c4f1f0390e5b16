import ArgumentParser

extension MigrateCommand {
    struct New: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "new",
            abstract: "Write an empty migration with the next number, and print its path.",
            discussion: """
                EXAMPLES
                  denwa migrate new add_reactions
                  denwa migrate new index_of_reactions --none --dir Migrations
                """)

        @Argument(help: "What it is about: letters, digits and _.") var name: String
        @Flag(help: "For one statement that runs in no transaction, as CREATE INDEX CONCURRENTLY.") var none = false
        @OptionGroup var options: MigrateOptions

        private static let folder = "Migrations"

        func run() async throws {
            let file = try MigrationFolder(options.dir ?? Self.folder).add(name, isAlone: none)
            options.tell(file.path, ["file": file.path, "version": file.version])
        }
    }
}
