import Migrator
import Testing

@Suite struct SourcePlaceTests {
    @Test func marksTheColumn() {
        #expect(place(3, "ab cd").excerpt == "    ab cd\n      ^")
        #expect(place(2, "\tx").excerpt == "    \tx\n    \t^")
    }

    @Test func aWideCharacterHasAWideSpaceBelow() {
        #expect(place(3, "日本x").excerpt == "    日本x\n    \u{3000}\u{3000}^")
    }

    @Test func ofALongLineOnlyAPartIsShown() {
        let text = String(repeating: "a", count: 500) + "X" + String(repeating: "b", count: 500)
        let lines = place(501, text).excerpt.split(separator: "\n").map(Array.init)
        #expect(lines[0].count < 180)
        #expect(lines[0][lines[1].count - 1] == "X")
    }

    /// A place behind the line, as the end of a script is.
    @Test func staysInTheLine() {
        #expect(place(99, "ab").excerpt == "    ab\n      ^")
    }

    private func place(_ column: Int, _ text: String) -> SourcePlace {
        SourcePlace(file: "f", line: 1, column: column, text: text)
    }
}
