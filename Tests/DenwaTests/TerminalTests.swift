import Testing

@testable import denwa

@Suite struct TextTableTests {
    private func table() -> TextTable {
        var table = TextTable(["ROOM", "TITLE", "EVENTS"], right: ["EVENTS"])
        table.add(["lobby", "ロビー", "12"])
        table.add(["tea", "Afternoon tea", "1000"])
        return table
    }

    @Test func padsByWhatATerminalShows() {
        #expect(
            table().lines(width: nil) == [
                "ROOM   TITLE          EVENTS", "lobby  ロビー             12", "tea    Afternoon tea    1000",
            ])
    }

    @Test func cutsTheWidestColumn() {
        let lines = table().lines(width: 24)
        #expect(lines == ["ROOM   TITLE      EVENTS", "lobby  ロビー         12", "tea    Afternoo…    1000"])
        #expect(lines.allSatisfy { $0.displayWidth <= 24 })
    }

    @Test func aShortRowIsFilled() {
        var table = TextTable(["A", "B"])
        table.add(["1"])
        #expect(table.lines(width: nil) == ["A  B", "1"])
    }
}

@Suite struct ProgressLineTests {
    private let line = ProgressLine(what: "Copying", total: 2_000, unit: "rows")

    @Test func saysHowMuchIsLeft() {
        let text = line.text(done: 500, elapsed: .seconds(5), width: 100)
        #expect(text == "Copying  █████░░░░░░░░░░░░░░░  25 %  500 of 2.0k rows  100/s  15 s left")
    }

    @Test func fitsTheTerminal() {
        #expect(line.text(done: 500, elapsed: .seconds(5), width: 30).displayWidth == 30)
    }

    @Test func anUnknownTotalHasNoEnd() {
        let line = ProgressLine(what: "Reading", total: nil, unit: "files")
        #expect(line.text(done: 1_500_000, elapsed: .seconds(3), width: 100) == "Reading  1.5M files  500k/s")
    }
}

@Suite struct PauseTests {
    @Test(arguments: [
        ("500ms", Duration.milliseconds(500)), ("30s", .seconds(30)), ("2m", .seconds(120)), ("1h", .seconds(3600)),
        ("7", .seconds(7)),
    ])
    func readsWhatPeopleWrite(text: String, duration: Duration) {
        #expect(Pause(argument: text)?.duration == duration)
    }

    @Test(arguments: ["", "s", "-1s", "1.5s", "1d", "99999999999999999999s", "86400001"])
    func refuses(text: String) {
        #expect(Pause(argument: text) == nil)
    }
}
