package import Postgres

/// What this program knows of the databases that it makes.
package struct Product: Sendable {
    /// As `denwa --version` says it.
    package let version: String
    /// The number of the newest migration that it has.
    package let newestSchema: Int
    /// The identity that clients are told, which another database never has.
    package let epoch: @Sendable (Connection) throws -> String

    /// What a backup has to know of the program that makes it.
    package init(version: String, newestSchema: Int, epoch: @escaping @Sendable (Connection) throws -> String) {
        self.version = version
        self.newestSchema = newestSchema
        self.epoch = epoch
    }
}
