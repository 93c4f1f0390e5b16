import ChatClient
import ChatCore
import NIOHTTP1
import SeededRandom
import Testing

/// The quick reading of frames against the real JSON reader.
@Suite struct FrameFieldsTests {
    private struct Fields: Equatable {
        var kind: String
        var seq: Int64
        var room: String
        var clientID: String
    }

    private func quick(_ text: [UInt8], _ wanted: FrameFields.Wanted = .clientID) -> Fields {
        text.withUnsafeBytes { bytes in
            let fields = FrameFields(bytes, wanted)
            return Fields(
                kind: "\(fields.kind)", seq: fields.seq, room: String(decoding: fields.room, as: UTF8.self),
                clientID: String(decoding: fields.clientID, as: UTF8.self))
        }
    }

    private func real(_ text: [UInt8]) throws -> Fields {
        let object = try HTTPAnswer(status: 200, headers: [:], body: text).object()
        return Fields(
            kind: try object.string("type"), seq: object.number("seq") ?? 0, room: object.text("room") ?? "",
            clientID: object.text("clientId") ?? "")
    }

    private static let texts = [
        "", "a", "もしもし", #"\"#, #"\\"#, #"""#, #"\""#, #"","seq":7,"x":""#, "}{][,:", #"{"seq":1,"room":"no"}"#,
        "\n\u{1}\t", String(repeating: "\\\"", count: 40), "😀",
    ]

    /// An event or ack with members in random order, other members with nasty texts between them.
    private func frame(_ kind: String, _ generator: inout SeededGenerator) -> [UInt8] {
        func text(_ generator: inout SeededGenerator) -> String { Self.texts.randomElement(using: &generator) ?? "" }
        let seq = Int64.random(in: 1...9_007_199_254_740_991, using: &generator)
        let (name, body, other) = (text(&generator), text(&generator), text(&generator))
        var members: [(inout JSONWriter) -> Void] = [
            { $0.member("type", kind) },
            { $0.member("room", "room-\(seq % 97)") },
            { $0.member("seq", seq) },
            { $0.member("clientId", "c:\(seq)") },
            { json in
                json.object("author") {
                    $0.member("id", 7)
                    $0.member("displayName", name)
                    $0.member("seq", 3)
                }
            },
            { $0.member("body", body) },
            { json in json.array("rooms") { $0.object { $0.member("room", other) } } },
            { $0.member("duplicate", false) },
        ]
        members.shuffle(using: &generator)
        // The type comes first, or all others are skipped.
        let type = members.firstIndex { member in
            var json = JSONWriter()
            json.object(member)
            return String(decoding: json.bytes, as: UTF8.self).hasPrefix(#"{"type"#)
        }
        if let type { members.swapAt(0, type) }
        var json = JSONWriter()
        json.object { json in for member in members { member(&json) } }
        return json.bytes
    }

    @Test(arguments: 0..<20 as Range<UInt64>) func readsWhatTheRealReaderReads(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let text = frame(Bool.random(using: &generator) ? "event" : "ack", &generator)
            #expect(quick(text) == (try real(text)), "\(String(decoding: text, as: UTF8.self))")
            let random = (0..<text.count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            _ = quick(random)
            _ = quick(Array(text.prefix(Int.random(in: 0...text.count, using: &generator))))
        }
    }

    @Test func stopsBehindWhatIsWanted() {
        let text = Array(#"{"type":"event","room":"a","seq":5,"clientId":"c"}"#.utf8)
        #expect(quick(text, .position) == Fields(kind: "event", seq: 5, room: "a", clientID: ""))
        #expect(quick(text).clientID == "c")
        let ack = Array(#"{"type":"ack","room":"a","clientId":"c","seq":5}"#.utf8)
        #expect(quick(ack, .position) == Fields(kind: "ack", seq: 5, room: "a", clientID: "c"))
    }

    @Test func acceptsSpace() {
        let text = Array(" {  \"type\" : \"ack\" , \"seq\":\t12\n, \"room\" : \"r\" } ".utf8)[1...]
        #expect(quick(Array(text), .position) == Fields(kind: "ack", seq: 12, room: "r", clientID: ""))
    }

    @Test func tellsTheTypesApart() {
        for type in ["event", "ack", "error", "history", "subscribed", "behind", "hello"] {
            #expect(quick(Array(#"{"type":"\#(type)","room":"r"}"#.utf8)).kind == type)
        }
        #expect(quick(Array(#"{"type":"heartbeat"}"#.utf8)).kind == "other")
        #expect(quick(Array("{}".utf8)).kind == "other")
        #expect(quick([]).kind == "other")
    }

    @Test func walksOverAnArray() {
        let text = Array(#"{"a":[{"seq":1,"x":"]}"},[2],"t",3,null],"b":true}"#.utf8)
        text.withUnsafeBytes { bytes in
            var object = JSONCursor(bytes)
            var elements: [String] = []
            if let (name, value) = object.nextMember() {
                #expect(name.isEqual(to: "a"))
                var array = JSONCursor(value)
                while let element = array.nextElement() { elements.append(String(decoding: element, as: UTF8.self)) }
            }
            #expect(elements == [#"{"seq":1,"x":"]}"}"#, "[2]", #""t""#, "3", "null"])
            #expect(object.nextMember()?.value.isEqual(to: "true") == true)
            #expect(object.nextMember() == nil)
        }
    }

    @Test func readsIntegersThatFit() {
        func integer(_ text: String) -> Int64? { Array(text.utf8).withUnsafeBytes { $0.integer } }
        #expect(integer("0") == 0)
        #expect(integer("999999999999999999") == 999_999_999_999_999_999)
        for text in ["", "-1", "1.0", "1e3", "9999999999999999999", "x"] { #expect(integer(text) == nil) }
    }
}
