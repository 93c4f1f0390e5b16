import Testing

@testable import Backup

@Suite struct ComparisonTests {
    private func table(_ name: String, rows: Int64 = 2, hash: String = "a") -> TableContent {
        TableContent(name: name, rows: rows, hash: hash)
    }

    @Test func equalContentsHaveEqualHashes() {
        let content = Content(tables: [table("public.accounts"), table("public.events", rows: 7)])
        let comparison = Comparison(expected: content, found: content)
        #expect(comparison.isEqual)
        #expect(comparison.differing.isEmpty)
        #expect(comparison.lines.map(\.verdict) == ["equal", "equal"])
        #expect(content.rows == 9)
    }

    @Test func namesEachDifference() {
        let expected = Content(tables: [table("a"), table("b"), table("c"), table("d")])
        let found = Content(tables: [table("a"), table("b", rows: 3), table("c", hash: "b"), table("e")])
        let comparison = Comparison(expected: expected, found: found)
        #expect(!comparison.isEqual)
        #expect(comparison.differing == ["b", "c", "d", "e"])
        #expect(
            comparison.lines.map(\.verdict)
                == ["equal", "rows differ", "content differs", "missing", "not in the manifest"])
    }

    @Test func theHashOfAllDependsOnEachPart() {
        let content = Content(tables: [table("a"), table("b")])
        for other in [
            [table("a"), table("c")], [table("a"), table("b", rows: 3)], [table("a"), table("b", hash: "b")],
            [table("b"), table("a")], [table("a")],
        ] {
            #expect(Content(tables: other).hash != content.hash)
        }
    }
}
