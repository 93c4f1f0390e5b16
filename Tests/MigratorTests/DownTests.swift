import Migrator
import Postgres
import Schema
import TestSupport
import Testing

@Suite struct DownTests {
    /// Each shipped file up, down and up again; then all the way back.
    @Test func everyShippedFileHasAWayBack() throws {
        let ladder = try Ladder()
        let migrator = try Migrator(files: Schema.migrations)
        var former = [try ladder.fingerprint()]
        for version in 1...Schema.migrations.count {
            try migrator.up(UpLimits(version: version), on: ladder.connection)
            let after = try ladder.fingerprint()
            #expect(after != former.last, "migration \(version) changes nothing")
            try expectNoDifference(migrator, .steps(1), on: ladder.connection)
            #expect(try ladder.fingerprint() == former.last, "migration \(version) down")
            try migrator.up(UpLimits(version: version), on: ladder.connection)
            #expect(try ladder.fingerprint() == after, "migration \(version) up again")
            former.append(after)
        }
        try expectNoDifference(migrator, .version(0), on: ladder.connection)
        #expect(try ladder.fingerprint() == former.first)
        #expect(try migrator.status(on: ladder.connection).applied.isEmpty)
    }

    private func expectNoDifference(_ migrator: Migrator, _ target: DownTarget, on connection: Connection) throws {
        try migrator.down(migrator.downPlan(target, on: connection), on: connection) { step, differences in
            #expect(differences == [], "\(step.migration.file)")
        }
    }

    @Test func takesBackWhatANewerProgramHasApplied() throws {
        let ladder = try Ladder()
        let old = [Ladder.file("CREATE TABLE a ();", "DROP TABLE a;")]
        let new =
            old + [
                Ladder.file("CREATE TABLE b ();", "DROP TABLE b;"), Ladder.file("CREATE TABLE c ();", "DROP TABLE c;"),
            ]
        try ladder.up(new)
        #expect(throws: MigrationError.databaseNewer(database: 3, binary: 1)) { try ladder.up(old) }

        let migrator = try ladder.migrator(old)
        let steps = try migrator.downPlan(.version(1), on: ladder.connection)
        #expect(steps.map(\.migration.version) == [3, 2])
        #expect(steps.allSatisfy { $0.isStored })
        try migrator.down(steps, on: ladder.connection)
        #expect(try ladder.up(old).isEmpty)
        #expect(try ladder.count("pg_class WHERE relname IN ('a', 'b', 'c')") == 1)
    }

    @Test func aChangedWayBackIsTheOneThatIsTaken() throws {
        let ladder = try Ladder()
        try ladder.up([Ladder.file("CREATE TABLE a ();", "SELECT wrong;")])
        let migrator = try ladder.migrator([Ladder.file("CREATE TABLE a ();", "DROP TABLE a;")])
        let steps = try migrator.downPlan(.steps(1), on: ladder.connection)
        #expect(steps.map(\.isStored) == [false])
        try migrator.down(steps, on: ladder.connection)
        #expect(try ladder.count("pg_class WHERE relname = 'a'") == 0)
    }

    /// What was applied is not what the file says, so the file does not know the way back.
    @Test func anotherFileDoesNotKnowTheWayBack() throws {
        let ladder = try Ladder()
        try ladder.up([Ladder.file("CREATE TABLE a ();", "DROP TABLE a;")])
        let migrator = try ladder.migrator([Ladder.file("CREATE TABLE z ();", "DROP TABLE z;")])
        let steps = try migrator.downPlan(.steps(1), on: ladder.connection)
        #expect(steps.map(\.isStored) == [true])
        try migrator.down(steps, on: ladder.connection)
        #expect(try ladder.count("pg_class WHERE relname = 'a'") == 0)
    }

    @Test func aFailedWayBackChangesNothing() throws {
        let ladder = try Ladder()
        let files = [Ladder.file("CREATE TABLE a (); CREATE TABLE b ();", "DROP TABLE b; DROP TABLE missing;")]
        try ladder.up(files)
        let before = try ladder.fingerprint()
        let migrator = try ladder.migrator(files)
        let steps = try migrator.downPlan(.steps(1), on: ladder.connection)
        let error = #expect(throws: MigrationError.self) { try migrator.down(steps, on: ladder.connection) }
        #expect(error?.description.contains("taken back") == true)
        #expect(try ladder.fingerprint() == before)
        #expect(try migrator.status(on: ladder.connection).applied.count == 1)
    }

    @Test func saysWhatAWayBackHasLeft() throws {
        let ladder = try Ladder()
        let files = [
            Ladder.file("CREATE TABLE a ();"), Ladder.file("CREATE TABLE b (); CREATE TABLE c ();", "DROP TABLE c;"),
        ]
        try ladder.up(files)
        let migrator = try ladder.migrator(files)
        var left: [SchemaSnapshot.Difference] = []
        try migrator.down(migrator.downPlan(.steps(1), on: ladder.connection), on: ladder.connection) { left = $1 }
        #expect(left == [.added(name: "table b", definition: "")])
    }

    @Test func refusesWhatCannotBe() throws {
        let ladder = try Ladder()
        let files = [Ladder.file("CREATE TABLE a ();"), Ladder.file("CREATE TABLE b ();", "DROP TABLE b;")]
        let migrator = try ladder.migrator(files)
        #expect(try migrator.downPlan(.steps(5), on: ladder.connection).isEmpty)
        try ladder.up(files)
        #expect(throws: MigrationError.notBehind(version: 3, head: 2)) {
            try migrator.downPlan(.version(3), on: ladder.connection)
        }
        // All of them are looked at before the first one is taken back.
        #expect(throws: MigrationError.noWayBack(file: "0001_m.sql")) {
            try migrator.downPlan(.version(0), on: ladder.connection)
        }
        let steps = try migrator.downPlan(.steps(1), on: ladder.connection)
        try ladder.migrator(files).down(steps, on: ladder.connection)
        #expect(throws: MigrationError.changedMeanwhile(expected: 2, found: 1)) {
            try migrator.down(steps, on: ladder.connection)
        }
    }

    @Test func redoesTheNewestWithItsNewText() throws {
        let ladder = try Ladder()
        let first = Ladder.file("CREATE TABLE a ();", "DROP TABLE a;")
        try ladder.up([first, Ladder.file("CREATE TABLE b ();", "DROP TABLE b;")])
        let migrator = try ladder.migrator([first, Ladder.file("CREATE TABLE c ();", "DROP TABLE c;")])
        let step = try #require(migrator.downPlan(.steps(1), on: ladder.connection).first)
        try migrator.redo(step, on: ladder.connection)
        #expect(try ladder.count("pg_class WHERE relname = 'c'") == 1)
        #expect(try ladder.count("pg_class WHERE relname = 'b'") == 0)
        #expect(try migrator.status(on: ladder.connection).warnings.isEmpty)

        // A new text that fails leaves the old state, not an empty one.
        let wrong = try ladder.migrator([first, Ladder.file("CREATE TABLE d (); SELECT wrong;", "DROP TABLE d;")])
        let back = try #require(wrong.downPlan(.steps(1), on: ladder.connection).first)
        #expect(throws: MigrationError.self) { try wrong.redo(back, on: ladder.connection) }
        #expect(try ladder.count("pg_class WHERE relname = 'c'") == 1)
        #expect(try migrator.status(on: ladder.connection).pending.isEmpty)
    }
}
