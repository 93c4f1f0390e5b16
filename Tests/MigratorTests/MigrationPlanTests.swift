import Migrator
import Testing

@Suite struct MigrationPlanTests {
    /// What is in the files, what is in the database, and what comes out.
    struct Case: CustomTestStringConvertible {
        let testDescription: String
        let files: [String]
        let applied: [AppliedMigration]
        let pending: [Int]?
        var error: MigrationError?

        init(
            _ description: String, files: [String], applied: [AppliedMigration] = [], pending: [Int]? = nil,
            error: MigrationError? = nil
        ) {
            self.testDescription = description
            self.files = files
            self.applied = applied
            self.pending = pending
            self.error = error
        }
    }

    static let cases = [
        Case("nothing at all", files: [], pending: []),
        Case("all new, in any order", files: ["0002_b.sql", "0001_a.sql"], pending: [1, 2]),
        Case("one left", files: ["0001_a.sql", "0002_b.sql"], applied: [row(1, "a")], pending: [2]),
        Case("at head", files: ["0001_a.sql"], applied: [row(1, "a")], pending: []),
        Case(
            "two files with one number", files: ["0001_a.sql", "0001_b.sql"],
            error: .duplicateVersion(1, files: ["0001_a.sql", "0001_b.sql"])),
        Case("a gap", files: ["0001_a.sql", "0003_c.sql"], error: .gap(missing: 2, next: "0003_c.sql")),
        Case(
            "out of order", files: ["0001_a.sql", "0002_b.sql", "0003_c.sql"], applied: [row(1, "a"), row(3, "c")],
            error: .outOfOrder(file: "0002_b.sql", applied: 3)),
        Case(
            "changed after it was applied", files: ["0001_a.sql"],
            applied: [AppliedMigration(version: 1, name: "a", checksum: "other")],
            error: .checksumDiffers(file: "0001_a.sql", diff: "")),
        Case(
            "a newer database", files: ["0001_a.sql"], applied: [row(1, "a"), row(2, "b")],
            error: .databaseNewer(database: 2, binary: 1)),
        Case(
            "a row that no file can have", files: ["0001_a.sql"],
            applied: [AppliedMigration(version: 0, name: "zero", checksum: ""), row(1, "a")],
            error: .appliedFileMissing(version: 0, name: "zero")),
    ]

    @Test(arguments: cases) func plans(_ example: Case) throws {
        let files = try example.files.map { try Migration(file: $0, text: Self.text) }
        if let error = example.error {
            #expect(throws: error) { try MigrationPlan(files: files, applied: example.applied) }
            #expect(error.description.hasSuffix("."))
        } else {
            let plan = try MigrationPlan(files: files, applied: example.applied)
            #expect(plan.pending.map(\.version) == example.pending)
        }
    }

    private static let text = "-- migrate:up\nSELECT 1;\n"
    /// What `sha256sum` says of `text`.
    private static let checksum = "2be38f331755cac1a312dea121c3da64832ace82d37707cfd1a81ccd39dffbdf"

    private static func row(_ version: Int, _ name: String) -> AppliedMigration {
        AppliedMigration(version: version, name: name, checksum: checksum)
    }
}
