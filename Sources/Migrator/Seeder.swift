package import Postgres

/// Loads SQL files that do nothing if their data is already there.
package struct Seeder: Sendable {
    private let files: [(name: String, text: String)]

    /// - Parameter files: names and texts; loaded in the order of their names.
    package init(files: [(name: String, text: String)]) {
        self.files = files.sorted { $0.name < $1.name }
    }

    /// Each file is one transaction.
    /// - Returns: the names of the files.
    /// - Throws: ``MigrationError`` naming file and line; `PostgresError`.
    @discardableResult
    package func load(on connection: Connection) throws -> [String] {
        for file in files {
            let section = SQLSection(sql: SQLText.normalised(file.text), firstLine: 1)
            try AdvisoryLock.holding(on: connection) {
                try SQLFile(name: file.name, section: section).run(on: connection)
            }
        }
        return files.map(\.name)
    }
}
