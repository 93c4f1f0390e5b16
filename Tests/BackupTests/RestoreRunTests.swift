import Foundation
import Postgres
import TestSupport
import Testing

@testable import Backup

@Suite struct RestoreRunTests {
    private func restore(
        _ backup: BackupFolder, into url: String, replacing: Bool = false, observer: Observer = Archive.patient
    ) throws -> RestoreRun.Outcome {
        let run = try RestoreRun(backup, url: url, product: Archive.product, observer: observer)
        return try run.run(on: Connection(url: url, settings: .patient), isReplacing: replacing)
    }

    @Test func allOfItComesBackUnderANewIdentity() throws {
        let archive = try Archive()
        let backup = try archive.backUp()
        let url = try TestCluster.freshDatabase(migrated: false)
        let outcome = try restore(backup, into: url)
        let connection = try Connection(url: url, settings: .patient)
        #expect(outcome.content == backup.manifest.content)
        #expect(outcome.epoch == (try Archive.product.epoch(connection)))
        let epochs = try [archive.connection, connection].map { connection in
            try connection.run("SELECT epoch::text AS epoch FROM server").first?.get("epoch", as: String.self)
        }
        #expect(epochs[0] != epochs[1])
        let differing = Comparison(expected: backup.manifest.content, found: try Archive.content(of: connection))
            .differing
        #expect(differing == ["public.server"])
        // Identities go on where they were.
        try connection.execute(
            script: "INSERT INTO accounts (handle, display_name, password_hash) VALUES ('newcomer', 'N', 'x')")
        let id = try connection.run("SELECT id FROM accounts WHERE handle = 'newcomer'").first?.get(
            "id", as: Int64.self)
        #expect(id == 21)
    }

    @Test func aDatabaseThatIsNotEmptyIsLeftAlone() throws {
        let archive = try Archive()
        let backup = try archive.backUp()
        let before = try Archive.content(of: archive.connection)
        let error = try #require(throws: BackupError.self) { try restore(backup, into: archive.url) }
        guard case .notEmpty(archive.connection.database, let objects) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(objects > 10)
        #expect(try Archive.content(of: archive.connection) == before)
    }

    @Test func replacingLeavesNothingOfWhatWasThere() throws {
        let archive = try Archive()
        let backup = try archive.backUp()
        try archive.connection.execute(
            script: """
                DELETE FROM events;
                CREATE SCHEMA other CREATE TABLE things (id int PRIMARY KEY);
                CREATE TYPE mood AS ENUM ('good');
                CREATE DOMAIN small AS int CHECK (VALUE < 10);
                CREATE TYPE pair AS (a int, b mood);
                CREATE TABLE newer (room_id bigint REFERENCES rooms (id), mood mood, small small, pair pair);
                CREATE VIEW moods AS SELECT mood FROM newer;
                CREATE MATERIALIZED VIEW kept AS SELECT * FROM moods;
                CREATE SEQUENCE loose;
                CREATE FUNCTION twice(value small, text[] DEFAULT '{}') RETURNS int LANGUAGE sql AS 'SELECT 2 * value';
                CREATE PROCEDURE nothing(INOUT n int) LANGUAGE plpgsql AS 'BEGIN END';
                CREATE EXTENSION pg_trgm
                """)
        _ = try restore(backup, into: archive.url, replacing: true)
        let differing = Comparison(
            expected: backup.manifest.content, found: try Archive.content(of: archive.connection)
        ).differing
        #expect(differing == ["public.server"])
        let fresh = try Connection(url: TestCluster.freshDatabase(), settings: .patient)
        #expect(try DatabaseObjects.count(on: archive.connection) == DatabaseObjects.count(on: fresh))
    }

    /// Each of them would be a good backup but for one thing.
    @Test func aFailedRestoreChangesNothing() throws {
        let archive = try Archive()
        let backup = try archive.rewrite(archive.backUp()) { tables in
            tables = tables.map { table in
                table.name == "public.events" ? TableContent(name: table.name, rows: 501, hash: table.hash) : table
            }
        }
        try archive.connection.execute(script: "DELETE FROM events WHERE seq > 100")
        let before = try Archive.content(of: archive.connection)
        let identity = try Archive.product.epoch(archive.connection)
        #expect(throws: BackupError.contentDiffers(tables: ["public.events"])) {
            try restore(backup, into: archive.url, replacing: true)
        }
        #expect(try Archive.content(of: archive.connection) == before)
        #expect(try Archive.product.epoch(archive.connection) == identity)
        let comparison = try archive.verify(backup)
        #expect(comparison.lines.first { $0.name == "public.events" }?.verdict == "rows differ")
        #expect(comparison.differing == ["public.events"])
    }

    @Test(arguments: [Stage.restoring, .comparing])
    func anInterruptedRestoreChangesNothing(_ stage: Stage) throws {
        let archive = try Archive()
        let backup = try archive.backUp()
        let before = try Archive.content(of: archive.connection)
        #expect(throws: BackupError.interrupted) {
            try restore(
                backup, into: archive.url, replacing: true,
                observer: Impatience { reached, _, _ in reached == stage }.observer)
        }
        #expect(try Archive.content(of: archive.connection) == before)
        #expect(throws: BackupError.interrupted) {
            try archive.verify(backup, observer: Impatience { reached, _, _ in reached == stage }.observer)
        }
    }

    /// What was said is done, whoever hears the answer: nobody is told that nothing has changed.
    @Test func whoInterruptsTheCommitIsNotToldThatNothingHasChanged() throws {
        let archive = try Archive()
        let backup = try archive.backUp()
        let isOver = Flag()
        let observer = Observer(progress: { _, _, _ in }, isInterrupted: { isOver.isRaised })
        let restoration = Restoration(
            backup: backup, dump: try backup.openDump(observer: observer),
            programs: try ClientPrograms.forRestore(of: 1, into: 1, among: ClientPrograms.installed()),
            parameters: try ConnectionParameters(forProgramsOf: archive.url), observer: observer, isReplacing: true)
        let error = #expect(throws: BackupError.self) {
            try restoration.run { session, _ in
                // A COMMIT that takes a second.
                try session.say(
                    """
                    CREATE FUNCTION public.nap() RETURNS trigger LANGUAGE plpgsql AS
                        'BEGIN PERFORM pg_sleep(1); RETURN NULL; END';
                    CREATE CONSTRAINT TRIGGER nap AFTER UPDATE ON public.server DEFERRABLE INITIALLY DEFERRED
                        FOR EACH ROW EXECUTE FUNCTION public.nap();
                    UPDATE public.server SET epoch = gen_random_uuid();
                    """)
                Thread.detachNewThread {
                    Thread.sleep(forTimeInterval: 0.4)
                    isOver.raise()
                }
            }
        }
        guard case .outcomeUnknown = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        Thread.sleep(forTimeInterval: 2)
        let naps = try archive.connection.run("SELECT count(*) AS count FROM pg_trigger WHERE tgname = 'nap'")
        #expect(try naps.first?.get("count", as: Int64.self) == 1, "it was committed")
    }

    @Test func aDatabaseThatIsMadeForItGoesAgainIfItFails() throws {
        let archive = try Archive()
        let good = try archive.backUp()
        let parameters = try ConnectionParameters(forProgramsOf: archive.url)
        let url = parameters.with(database: "made \"for it").url
        func create(_ backup: BackupFolder) throws -> RestoreRun.Outcome {
            let run = try RestoreRun(backup, url: url, product: Archive.product, observer: Archive.patient)
            return try run.runCreating(over: Connection(url: run.serverURL, settings: .patient))
        }
        let bad = try archive.rewrite(archive.backUp("tuesday")) { $0.removeLast() }
        let last = try #require(good.manifest.tables.last?.name)
        #expect(throws: BackupError.contentDiffers(tables: [last])) { try create(bad) }
        #expect(try create(good).content == good.manifest.content)
        #expect(throws: BackupError.databaseExists("made \"for it")) { try create(good) }
        #expect(try DatabaseObjects.count(on: Connection(url: url, settings: .patient)) > 10)
    }

    @Test func aDamagedDumpIsFoundBeforeAnythingIsDone() throws {
        let archive = try Archive()
        let backup = try archive.backUp()
        let path = backup.path + "/database.dump"
        let good = try Data(contentsOf: URL(filePath: path))
        for place in [0, good.count / 2, good.count - 1] {
            var bad = good
            bad[place] ^= 1
            try bad.write(to: URL(filePath: path))
            #expect(throws: BackupError.dumpDiffers(path: path)) { try VerifyRun(backup, observer: Archive.patient) }
            #expect(throws: BackupError.dumpDiffers(path: path)) {
                try RestoreRun(backup, url: archive.url, product: Archive.product, observer: Archive.patient)
            }
        }
        for length in [0, good.count / 2, good.count - 1] {
            try good.prefix(length).write(to: URL(filePath: path))
            let expected = BackupError.dumpSize(path: path, bytes: Int64(length), expected: Int64(good.count))
            #expect(throws: expected) { try VerifyRun(backup, observer: Archive.patient) }
        }
        try FileManager.default.removeItem(atPath: path)
        #expect(throws: BackupError.dumpMissing(path: path)) { try VerifyRun(backup, observer: Archive.patient) }
    }

    @Test func aChangedCountInTheManifestIsFound() throws {
        let archive = try Archive()
        let backup = try archive.backUp()
        let path = backup.path + "/manifest.json"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.contains("\"rows\" : 500"))
        try text.replacing("\"rows\" : 500", with: "\"rows\" : 499").write(
            toFile: path, atomically: true, encoding: .utf8)
        let changed = try BackupFolder(backup.path)
        #expect(throws: BackupError.manifestDiffers(path: path)) { try changed.checkManifest() }
        #expect(throws: BackupError.manifestDiffers(path: path)) {
            try RestoreRun(changed, url: archive.url, product: Archive.product, observer: Archive.patient)
        }
        #expect(try archive.verify(changed).differing == ["public.events"])
    }
}
