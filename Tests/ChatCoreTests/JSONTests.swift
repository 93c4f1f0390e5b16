import ChatCore
import SeededRandom
import Testing

@Suite struct JSONTests {
    private func parse(_ text: String) throws(ChatError) -> JSONObject { try parse(Array(text.utf8)) }

    private func parse(_ bytes: [UInt8]) throws(ChatError) -> JSONObject {
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(ChatError) in try JSONParser.object(bytes) }
        }
        return try result.get()
    }

    @Test func readsEveryKindOfValue() throws {
        let object = try parse(#" {"a":null,"b":true,"c":-12,"d":1.5e3,"e":"x","f":[1,[]],"g":{"h":false}} "#)
        #expect(object["a"] == .null)
        #expect(object["b"] == .bool(true))
        #expect(object["c"] == .integer(-12))
        #expect(object["d"] == .number)
        #expect(object["e"] == .string("x"))
        #expect(object["f"] == .array([.integer(1), .array([])]))
        #expect(object["g"] != nil)
        #expect(object["absent"] == nil)
    }

    @Test func readsEscapes() throws {
        let object = try parse(#"{"t":"a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00電"}"#)
        #expect(try object.string("t") == "a\"\\/\u{8}\u{C}\n\r\té😀電")
    }

    @Test(arguments: [
        "", " ", "{", "{}x", "[]", "1", "null", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{a:1}"#, #"{"a":1 "b":2}"#,
        #"{"a":01}"#, #"{"a":+1}"#, #"{"a":1.}"#, #"{"a":.5}"#, #"{"a":1e}"#, #"{"a":-}"#, #"{"a":NaN}"#, #"{"a":tru}"#,
        #"{"a":"x}"#, #"{"a":"\x"}"#, #"{"a":"\u12"}"#, #"{"a":"\ud800"}"#, #"{"a":"\udc00"}"#,
        #"{"a":"\ud800\u0041"}"#,
        "{\"a\":\"\n\"}", #"{"a":1,"a":2}"#, #"{"a":{"b":1,"b":1}}"#,
    ])
    func refuses(_ text: String) {
        #expect { _ = try parse(text) } throws: { ($0 as? ChatError)?.code == .malformedJSON }
    }

    private func elements(_ text: String) throws -> [JSONElement] {
        let result = Array(text.utf8).withUnsafeBytes { bytes in
            Result { () throws(ChatError) in try JSONParser.elements(bytes) }
        }
        let (elements, excess) = try result.get()
        if let excess { throw excess }
        return elements
    }

    @Test func keepsThePlacesOfElements() throws {
        let text = #" [ 1 ,"電" , [ 2 ] ] "#
        let elements = try elements(text)
        #expect(elements.map(\.value) == [.integer(1), .string("電"), .array([.integer(2)])])
        let texts = elements.map { String(decoding: Array(text.utf8)[$0.range], as: UTF8.self) }
        #expect(texts == ["1", #""電""#, "[ 2 ]"])
        #expect(try self.elements("[]").isEmpty)
    }

    @Test(arguments: ["", "{}", "1", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[]]", "[1]x", #"[{"a":1,"a":2}]"#])
    func refusesElements(_ text: String) {
        #expect { _ = try elements(text) } throws: { ($0 as? ChatError)?.code == .malformedJSON }
    }

    @Test func boundsTheDepthOfElements() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try elements(nested(JSONParser.depthLimit))
        #expect(throws: ChatError.self) { _ = try elements(nested(JSONParser.depthLimit + 1)) }
    }

    @Test func refusesBytesThatAreNotUTF8() {
        let bytes = Array(#"{"a":""#.utf8) + [0xFF] + Array(#""}"#.utf8)
        #expect { _ = try parse(bytes) } throws: { ($0 as? ChatError)?.code == .malformedJSON }
    }

    @Test func boundsTheDepth() throws {
        func nested(_ depth: Int) -> String {
            #"{"a":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
        }
        _ = try parse(nested(JSONParser.depthLimit - 1))
        #expect(throws: ChatError.self) { _ = try parse(nested(JSONParser.depthLimit)) }
        #expect(throws: ChatError.self) { _ = try parse(#"{"a":"# + String(repeating: "[", count: 1_000_000)) }
    }

    @Test func takesIntegersThatFit() throws {
        #expect(try parse(#"{"n":9223372036854775807}"#)["n"] == .integer(.max))
        #expect(try parse(#"{"n":99999999999999999999}"#)["n"] == .number)
        #expect(throws: ChatError.self) { try parse(#"{"n":1.0}"#).optionalInteger("n", in: 0...5) }
        #expect(throws: ChatError.self) { try parse(#"{"n":6}"#).optionalInteger("n", in: 0...5) }
        #expect(try parse(#"{"n":5}"#).optionalInteger("n", in: 0...5) == 5)
    }

    /// Whatever is written is read back; random bytes never trap.
    @Test func survivesRandomInput() throws {
        var generator = SeededGenerator(seed: 20_261_123)
        let alphabet = Array(#"{}[]":,\u0019eE+-.tfn "d8é"#.utf8) + [0x00, 0xFF, 0xC3]
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator) ?? 0
            }
            _ = try? parse(bytes)
            let text = String(decoding: bytes, as: UTF8.self)
            var json = JSONWriter()
            json.object { $0.member("t", text) }
            #expect(try parse(json.bytes).string("t") == text)
        }
    }
}
