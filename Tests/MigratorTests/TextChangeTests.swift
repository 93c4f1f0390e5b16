import Migrator
import Testing

@Suite struct TextChangeTests {
    private static let head = "-- migrate:up\n"
    private static let text = head + "CREATE TABLE a (\n    id bigint -- a number\n);\n-- migrate:down\nDROP TABLE a;\n"

    /// What is done to the file after it was applied, and what that is.
    @Test(arguments: [
        ("nothing", text, TextChange.none),
        ("line ends", text.replacing("\n", with: "\r\n"), .none),
        ("a comment", text.replacing("a number", with: "its number"), .comments),
        ("a comment more", "-- Licence.\n" + text, .comments),
        ("white space", text.replacing("    id bigint", with: "\tid\n  bigint"), .comments),
        ("the way back", text.replacing("DROP TABLE a;", with: "DROP TABLE IF EXISTS a;"), .down),
        ("no way back", text.replacing("DROP TABLE a;", with: ""), .down),
    ])
    func isHarmless(_ what: String, changed: String, expected: TextChange) throws {
        #expect(try change(to: changed) == expected)
    }

    @Test(arguments: [
        text.replacing("bigint", with: "int"), text.replacing("(\n", with: "(\n    name text,\n"),
        text.replacing(");\n", with: ");\nSELECT 1;\n"), text.replacing("TABLE a (", with: "TABLE \"A\" ("),
        "-- migrate:none\n" + text,
    ])
    func isAnotherMigration(_ changed: String) throws {
        guard case .statements(let diff?) = try change(to: changed) else {
            Issue.record("taken for harmless")
            return
        }
        #expect(diff.hasPrefix("--- applied 2026\n+++ 0001_a.sql\n@@ "))
    }

    @Test func whatIsInAStringIsNoWhiteSpace() throws {
        let (old, new) = (Self.head + "SELECT 'a b';\n", Self.head + "SELECT 'a  b';\n")
        guard case .statements = TextChange(from: try row(old), to: try Migration(file: "0001_a.sql", text: new)) else {
            Issue.record("taken for harmless")
            return
        }
    }

    /// A denwa that kept only the up section.
    @Test func anOlderRecordIsComparedAsFarAsItGoes() throws {
        let file = try Migration(file: "0001_a.sql", text: Self.text)
        let old = StoredText(up: file.up.sql.replacing("a number", with: "its number"), text: nil)
        #expect(
            TextChange(from: AppliedMigration(version: 1, name: "a", checksum: "x", stored: old), to: file) == .comments
        )
        let other = StoredText(up: file.up.sql.replacing("bigint", with: "int"), text: nil)
        #expect(
            TextChange(from: AppliedMigration(version: 1, name: "a", checksum: "x", stored: other), to: file)
                .keepsStatements == false)
    }

    private func change(to text: String) throws -> TextChange {
        TextChange(from: try row(Self.text), to: try Migration(file: "0001_a.sql", text: text))
    }

    private func row(_ text: String) throws -> AppliedMigration {
        let file = try Migration(file: "0001_a.sql", text: text)
        return AppliedMigration(
            version: 1, name: "a", checksum: file.checksum, appliedAt: "2026",
            stored: StoredText(up: file.up.sql, text: file.text))
    }
}

@Suite struct LineDiffTests {
    @Test func showsWhatWasChangedAndThreeLinesAround() {
        let old = (1...12).map { "line \($0)" }
        var new = old
        new[5] = "another"
        new.append("more")
        let diff = LineDiff(old.joined(separator: "\n"), new.joined(separator: "\n")).unified(old: "a", new: "b")
        #expect(
            diff.split(separator: "\n").map(String.init) == [
                "--- a", "+++ b", "@@ -3,10 +3,11 @@", " line 3", " line 4", " line 5", "-line 6", "+another",
                " line 7",
                " line 8", " line 9", " line 10", " line 11", " line 12", "+more",
            ])
    }

    @Test func changesFarApartAreTwoPieces() {
        let old = (1...20).map { "line \($0)" }
        var new = old
        new[1] = "x"
        new.remove(at: 17)
        let diff = LineDiff(old.joined(separator: "\n"), new.joined(separator: "\n")).unified(old: "a", new: "b")
        #expect(diff.contains("@@ -1,5 +1,5 @@") && diff.contains("@@ -15,6 +15,5 @@"))
    }

    @Test func nothingChangedIsNoText() {
        #expect(LineDiff("a\nb", "a\nb").unified(old: "a", new: "b").isEmpty)
    }

    /// Whatever the diff, both texts can be read from it.
    @Test func bothTextsAreInIt() {
        for seed in 0..<200 {
            let old = (0..<(seed % 13)).map { "\(($0 * 7 + seed) % 4)" }
            let new = (0..<(seed % 11)).map { "\(($0 * 5 + seed / 3) % 4)" }
            let lines = LineDiff(old.joined(separator: "\n"), new.joined(separator: "\n")).lines
            let olds = lines.filter { !$0.isAdded }.map(\.text)
            let news = lines.filter { !$0.isRemoved }.map(\.text)
            #expect(olds == (old.isEmpty ? [""] : old))
            #expect(news == (new.isEmpty ? [""] : new))
        }
    }
}

extension LineDiff.Line {
    fileprivate var isAdded: Bool { if case .added = self { true } else { false } }

    fileprivate var isRemoved: Bool { if case .removed = self { true } else { false } }

    fileprivate var text: String {
        switch self {
        case .same(let text), .removed(let text), .added(let text): text
        }
    }
}
