import ChatCore
import Testing

@testable import Transfer

@Suite struct SlackTextTests {
    private let text = SlackText(handles: ["U1": Handle(stored: "hana")], rooms: ["C1": RoomName(stored: "dev-ops")])

    @Test(arguments: [
        ("hi", "hi"), ("<@U1> and <@U2>", "@hana and @U2"), ("<@U2|ken>", "@ken"),
        ("<#C1|old>, <#C2|new>", "#dev-ops, #new"),
        ("<!here> <!channel>", "@here @channel"), ("<!subteam^S1|@team>", "@team"), ("<!subteam^S1>", "@S1"),
        ("<!date^139^{date}|Feb 18>", "Feb 18"), ("<http://a.b/c?d=1&amp;e=2>", "http://a.b/c?d=1&e=2"),
        ("<http://a.b|the page>", "the page (http://a.b)"), ("<https://a.b|a.b>", "https://a.b"),
        ("<mailto:a@b.c|a@b.c>", "a@b.c"), ("1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2"), ("&amp;lt;", "&lt;"),
        ("&nbsp; &am", "&nbsp; &am"), ("a < b", "a < b"), ("<", "<"), ("<>", "<>"), ("<<@U1>", "<@hana"),
        ("a\u{0}b", "ab"),
        ("<http://x|a\u{0}&lt;>", "a< (http://x)"), ("電<@U1>話", "電@hana話"), ("", ""),
    ])
    func plain(_ slack: String, _ expected: String) {
        #expect(text.plain(slack) == expected)
    }

    @Test func longTextsComeInParts() {
        let line = String(repeating: "あ", count: 99) + "\n"
        let long = String(repeating: line, count: 405)
        let parts = MessageParts.of(long)
        #expect(parts.map(\.description).joined() == long)
        #expect(parts.count == 6)
        #expect(parts.dropLast().allSatisfy { $0.description.hasSuffix("\n") })
        let solid = String(repeating: "x", count: 16_001)
        #expect(MessageParts.of(solid).map(\.description.count) == [8_000, 8_000, 1])
        #expect(MessageParts.of(String(repeating: " ", count: 9_000) + "x").map(\.description.count) == [1_001])
        #expect(MessageParts.of(" \n ").isEmpty && MessageParts.of("").isEmpty)
    }
}

@Suite struct SlackNameTests {
    @Test func handles() {
        var taken: Set<String> = []
        func handle(_ name: String, _ id: String) -> String {
            SlackName.handle(name, id: id, taken: &taken).description
        }
        #expect(handle("hana.y", "U1") == "hana.y")
        #expect(handle("Hana.Y", "U2") == "hana.y-u2")
        #expect(handle("li", "U3") == "li-u3")
        #expect(handle("花子", "U4") == "slack-u4")
        #expect(handle("Jörg", "U5") == "jrg-u5")
        #expect(handle("Git Hub!", "U6") == "git-hub")
        #expect(handle("guest-x", "U7") == "slack-guest-x")
        #expect(handle("erased-1", "U8") == "slack-erased-1")
        #expect(handle(String(repeating: "a", count: 80), "U9") == String(repeating: "a", count: 32))
        #expect(handle(String(repeating: "a", count: 80), "U10") == String(repeating: "a", count: 28) + "-u10")
        #expect(handle("", "U11") == "slack-u11")
        #expect(handle("", "") == "slack-")
        #expect(handle("", "") == "slack--2")
        #expect(taken.allSatisfy { (try? Handle($0)) != nil })
    }

    @Test func rooms() {
        var taken: Set<String> = []
        func room(_ name: String, _ id: String, prefix: String = "") -> String {
            SlackName.room(name, id: id, prefix: prefix, taken: &taken).description
        }
        #expect(room("general", "C1") == "general")
        #expect(room("dev_ops", "C2") == "dev-ops")
        #expect(room("dev-ops", "C3") == "dev-ops-c3")
        #expect(room("開発-team", "C4") == "team-c4")
        #expect(room("開発", "C5") == "slack-c5")
        #expect(room("general", "C6", prefix: "slack-") == "slack-general")
        #expect(room("--", "C7") == "slack-c7")
        #expect(taken.allSatisfy { (try? RoomName($0)) != nil })
    }
}

@Suite struct SlackTimeTests {
    @Test func readsOnlyItsOwnForm() {
        #expect(SlackTime("1482960137.003990")?.time.microseconds == 1_482_960_137_003_990)
        for text in [
            "", "1482960137", "1482960137.", "1482960137.00399", "1482960137.0039901", "-1.000000", "1e9.000000",
            " 1.000000",
            "999999999999.000000", "1.000000.0", "１.000000",
        ] {
            #expect(SlackTime(text) == nil, "\(text)")
        }
    }
}
