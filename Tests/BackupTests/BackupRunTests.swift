import Foundation
import Postgres
import TestSupport
import Testing

@testable import Backup

@Suite struct BackupRunTests {
    @Test func aBackupSaysWhatIsInIt() throws {
        let archive = try Archive()
        let backup = try archive.backUp()
        let manifest = backup.manifest
        #expect(backup.path == archive.folder.path + "/monday")
        #expect(manifest.database == archive.connection.database)
        #expect(manifest.content == (try Archive.content(of: archive.connection)))
        #expect(manifest.tables.first { $0.name == "public.events" }?.rows == 500)
        #expect(manifest.schemaVersion > 0 && manifest.schema == "public")
        #expect(manifest.epoch == (try Archive.product.epoch(archive.connection)))
        #expect(manifest.contentHash == manifest.content.hash)
        #expect(try archive.verify(backup).isEqual)
    }

    /// The manifest tells of the same moment as the dump.
    @Test func isOfOneMomentWhilePeopleWrite() async throws {
        let archive = try Archive(events: 5_000)
        let isOver = Flag()
        defer { isOver.raise() }
        let url = archive.url
        async let last = Self.write(to: url, from: 5_001, until: isOver)
        while try archive.events() < 5_100 { try await Task.sleep(for: .milliseconds(5)) }
        let backup = try archive.backUp()
        isOver.raise()
        let events = try #require(backup.manifest.tables.first { $0.name == "public.events" }?.rows)
        #expect(events > 5_000)
        #expect(try await events < last)
        #expect(try archive.verify(backup).isEqual)
    }

    /// - Returns: how many events there are at the end.
    private static func write(to url: String, from first: Int64, until isOver: Flag) async throws -> Int64 {
        let connection = try Connection(url: url, settings: .patient)
        var seq = first
        while !isOver.isRaised {
            try connection.run(
                """
                INSERT INTO events (room_id, seq, kind, author_id, client_id, body, digest, created_at)
                VALUES (1, \(seq), 'message', 1, \("c\(seq)"), 'x', sha256('x'), now())
                """)
            seq += 1
        }
        return seq - 1
    }

    /// At the first table, and when all of them are hashed and `pg_dump` writes.
    @Test(arguments: [false, true])
    func leavesNothingWhenItIsInterrupted(_ later: Bool) throws {
        let archive = try Archive()
        let impatience = Impatience { stage, done, total in stage == .hashing && (!later || done == total) }
        #expect(throws: BackupError.interrupted) { try archive.backUp(observer: impatience.observer) }
        #expect(archive.folder.names == [])
        #expect(archive.connection.isUsable)
    }

    @Test func refusesADatabaseOfSomethingElse() throws {
        let url = try TestCluster.freshDatabase(migrated: false)
        let connection = try Connection(url: url, settings: .patient)
        let folder = try Folder()
        let run = try BackupRun(
            url: url, to: folder.path + "/monday", product: Archive.product, observer: Archive.patient)
        #expect(throws: BackupError.notDenwa(database: connection.database)) { try run.run(on: connection) }
        #expect(folder.names == [])
    }

    @Test func aTableThatCannotBeReadIsNamed() throws {
        let archive = try Archive()
        try archive.connection.execute(
            script: """
                CREATE ROLE reader LOGIN;
                GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;
                CREATE TABLE secret (id int);
                REVOKE ALL ON secret FROM reader
                """)
        let url = archive.url.replacing("//denwa@", with: "//reader@")
        let run = try BackupRun(
            url: url, to: archive.folder.path + "/monday", product: Archive.product, observer: Archive.patient)
        let reader = try Connection(url: url, settings: .patient)
        let error = try #require(throws: (any Error).self) { try run.run(on: reader) }
        #expect("\(error)".contains("permission denied for table secret"))
        #expect(archive.folder.names == [])
    }
}
