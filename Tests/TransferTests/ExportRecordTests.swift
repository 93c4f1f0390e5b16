import ChatCore
import Testing

@testable import Transfer

@Suite struct ExportRecordTests {
    /// As an export writes them; each is read and written again as it was.
    static let lines = [
        #"{"createdAt":"2026-11-23T10:00:00.123456Z","displayName":"花子 \"H\"","handle":"hanako","kind":"account","role":"owner"}"#,
        #"{"createdAt":"2026-11-23T10:00:00.123456Z","disabledAt":"2026-11-24T10:00:00.000000Z","displayName":"Erased account","#
            + #""erasedAt":"2026-11-24T10:00:00.000000Z","handle":"erased-4","kind":"account","role":"bot"}"#,
        #"{"createdAt":"2026-11-23T10:00:00.123456Z","kind":"room","name":"lobby","title":"広場"}"#,
        #"{"archivedAt":"2026-11-23T10:00:00.123456Z","bans":[{"at":"2026-11-23T10:00:00.123456Z","handle":"ken"}],"#
            + #""createdAt":"2026-11-23T10:00:00.123456Z","kind":"room","name":"dev","retentionDays":0,"title":"Dev"}"#,
        #"{"at":"2026-11-23T10:00:00.123456Z","author":"ken","kind":"joined","seq":1}"#,
        #"{"at":"2026-11-23T10:00:00.123456Z","author":"ken","kind":"joined","read":7,"role":"moderator","seq":1}"#,
        #"{"at":"2026-11-23T10:00:00.123456Z","author":"ken","kind":"left","seq":9007199254740991}"#,
        #"{"at":"2026-11-23T10:00:00.123456Z","author":"ken","body":"a\n\\ \"é\u0001 👩‍👩‍👧","clientId":"A:1","kind":"message","seq":2}"#,
        #"{"at":"2026-11-23T10:00:00.123456Z","author":"ken","body":"x","clientId":"1","data":"[ \"x\",\n1.50 ]","kind":"message","seq":2}"#
            .replacing("\n", with: "\\n"),
        #"{"at":"2026-11-23T10:00:00.123456Z","author":"ken","clientId":"1","kind":"message","removed":"expired","seq":2}"#,
        #"{"format":"denwa-export","kind":"export","version":1}"#,
        #"{"accounts":1,"events":3,"kind":"end","rooms":2,"sha256":"ab"}"#,
    ]

    @Test(arguments: lines)
    func roundTrip(_ line: String) throws {
        #expect(written(try parsed(line)) == line)
    }

    @Test func canonicalEquivalentsAreTwoTexts() throws {
        let composed =
            #"{"at":"2026-11-23T10:00:00.123456Z","author":"ken","body":"é","clientId":"1","kind":"message","seq":2}"#
        let decomposed = composed.replacing("é", with: "e\u{301}")
        guard case .event(let one) = try parsed(composed), case .event(let other) = try parsed(decomposed) else {
            Issue.record("no events")
            return
        }
        #expect(Array(written(.event(other)).utf8) == Array(decomposed.utf8))
        #expect(!one.isSameEntry(as: other))
        #expect(one.isSameEntry(as: one))
    }

    /// Each is one of the good lines with something changed.
    @Test(arguments: [
        (0, "owner", "root"), (0, "hanako", "Hanako"), (0, "hanako", "h"),
        (0, "\"kind\"", "\"password\":\"x\",\"kind\""),
        (0, "花子", " 花子"), (0, "花子", "\u{202E}花子"), (0, ".123456Z", ".123Z"), (2, "lobby", "../lobby"),
        (2, "\"title\":\"広場\"", "\"title\":null"), (3, "\"retentionDays\":0", "\"retentionDays\":36501"),
        (3, "ken\"}", "ken\"},{\"at\":\"2026-11-23T10:00:00.123456Z\",\"handle\":\"ken\"}"), (4, "joined", "kicked"),
        (4, "\"seq\":1", "\"seq\":0"), (4, "\"seq\":1", "\"seq\":1.0"), (4, "\"seq\":1", "\"seq\":9007199254740992"),
        (4, "\"seq\":1", "\"read\":7,\"seq\":1,\"seq\":1"), (5, "moderator", "member"), (5, "moderator", "king"),
        (6, "left\"", "left\",\"read\":7"), (7, "A:1", "A 1"), (7, "\"body\":", "\"removed\":\"erased\",\"body\":"),
        (7, "clientId", "clientID"), (8, "[ ", "{ "), (9, "expired", "lost"), (10, "denwa-export", "slack"),
        (10, "1}", "2}"),
    ])
    func refuses(_ index: Int, _ part: String, _ change: String) {
        let line = Self.lines[index].replacing(part, with: change)
        #expect(line != Self.lines[index])
        #expect(throws: ChatError.self) { try parsed(line) }
    }

    @Test func aMessageHasItsBounds() throws {
        let line =
            #"{"at":"2026-11-23T10:00:00.123456Z","author":"ken","body":"BODY","clientId":"1","kind":"message","seq":2}"#
        #expect(throws: ChatError.self) { try parsed(line.replacing("BODY", with: " ")) }
        #expect(throws: ChatError.self) {
            try parsed(line.replacing("BODY", with: String(repeating: "あ", count: 8_001)))
        }
        _ = try parsed(line.replacing("BODY", with: String(repeating: "あ", count: 8_000)))
    }
}

/// A line as a record.
func parsed(_ line: String) throws -> ExportRecord {
    try Array(line.utf8).withUnsafeBytes { bytes in try ExportRecord(bytes) }
}

/// A record as a line.
func written(_ record: ExportRecord) -> String {
    var json = JSONWriter()
    switch record {
    case .header: ExportFormat.writeHeader(to: &json)
    case .account(let line): line.write(to: &json)
    case .room(let line): line.write(to: &json)
    case .event(let line): line.write(to: &json)
    case .end(let line): line.write(to: &json)
    }
    return String(decoding: json.bytes, as: UTF8.self)
}
