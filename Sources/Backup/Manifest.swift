import Foundation

/// What stands beside a dump: where it is from, and what has to be in it.
package struct Manifest: Sendable, Equatable, Codable {
    /// The file with the dump, and what it has to be.
    package struct Dump: Sendable, Equatable, Codable {
        /// The size of the file.
        package let bytes: Int64
        /// 64 digits.
        package let sha256: String

        /// Of a file that was written whole.
        package init(bytes: Int64, sha256: String) {
            self.bytes = bytes
            self.sha256 = sha256
        }
    }

    /// What every format has, so that a newer one can be told from something else.
    struct Heading: Decodable {
        let kind: String
        let format: Int
        let denwaVersion: String
    }

    static let kind = "denwa backup"
    static let format = 1
    static let fileName = "manifest.json"
    static let dumpName = "database.dump"
    /// Larger ones are none of ours.
    private static let limit = 16 << 20

    var kind = Manifest.kind
    var format = Manifest.format
    /// The program that made it.
    package let denwaVersion: String
    /// RFC 3339, UTC: the moment that the backup shows, by the server's clock.
    package let createdAt: String
    /// The database's name.
    package let database: String
    /// The identity that clients were told.
    package let epoch: String
    /// The number of the newest migration that was applied.
    package let schemaVersion: Int
    /// Where in the database Denwa's tables are.
    package let schema: String
    /// As the server says it.
    package let serverVersion: String
    /// As `pg_dump` says it.
    package let pgDumpVersion: String
    package let dump: Dump
    package let tables: [TableContent]
    /// ``Content/hash`` of the tables.
    package let contentHash: String

    package var content: Content { Content(tables: tables) }

    /// - Throws: ``BackupError`` if there is none, or none of ours.
    init(folder: String) throws(BackupError) {
        let path = folder + "/" + Self.fileName
        let data = try Self.read(path, folder: folder)
        let decoder = JSONDecoder()
        guard let heading = try? decoder.decode(Heading.self, from: data), heading.kind == Self.kind else {
            throw .notBackup(path: folder, reason: "\(Self.fileName) is not the manifest of a denwa backup")
        }
        guard heading.format <= Self.format else {
            throw .newerFormat(path: folder, format: heading.format, version: heading.denwaVersion)
        }
        do {
            self = try decoder.decode(Manifest.self, from: data)
        } catch {
            throw .notBackup(path: folder, reason: "\(Self.fileName) lacks something or was changed")
        }
    }

    private static func read(_ path: String, folder: String) throws(BackupError) -> Data {
        let file: OpenFile
        do {
            file = try OpenFile(path, O_RDONLY | O_NOFOLLOW)
        } catch BackupError.file where access(path, F_OK) != 0 {
            guard access(folder + "/" + dumpName, F_OK) == 0 else { throw .noBackup(path: folder) }
            throw .notBackup(path: folder, reason: "\(fileName) is missing")
        }
        let size = try file.size()
        guard size <= limit else { throw .notBackup(path: folder, reason: "\(fileName) has \(size) bytes") }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(size) + 1, alignment: 16)
        defer { buffer.deallocate() }
        var count = 0
        while count < buffer.count {
            let read = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
            guard read > 0 else { break }
            count += read
        }
        return Data(buffer[..<count])
    }

    /// The text of the file.
    func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self) + Data("\n".utf8)
    }

    init(facts: DatabaseFacts, product: Product, pgDumpVersion: String, dump: Dump, content: Content) {
        denwaVersion = product.version
        createdAt = facts.now
        database = facts.database
        epoch = facts.epoch
        schemaVersion = facts.schemaVersion
        schema = facts.schema
        serverVersion = facts.serverVersion
        self.pgDumpVersion = pgDumpVersion
        self.dump = dump
        tables = content.tables
        contentHash = content.hash
    }
}
