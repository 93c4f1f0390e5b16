import ChatCore
import SeededRandom
import Testing

@testable import Transfer

@Suite struct JSONElementsTests {
    @Test func findsElementsOneByOne() throws {
        let text = #" [ {"a":"]},\"{" , "b":[{}]},{"c":{"d":"\\"}} , {}] "#
        #expect(try elements(text).map { $0.values.reduce(0) { sum, _ in sum + 1 } } == [2, 1, 0])
        #expect(try elements("[]").isEmpty)
    }

    /// More than our own lines may have, as files of Slack's do.
    @Test func takesManyMembersAndDepth() throws {
        let members = (0..<100).map { "\"m\($0)\":\($0)" }.joined(separator: ",")
        #expect(try elements("[{\(members)}]").count == 1)
        let deep = String(repeating: "[", count: 60) + String(repeating: "]", count: 60)
        #expect(try elements(#"[{"a":\#(deep),"b":"x"}]"#).first?.text("b") == "x")
    }

    @Test(arguments: [
        "", "{}", "[", "[{}", "[{},]", "[{}] x", "[1]", "[{}{}]", "[{]}", #"[{"a":1]"#, "[,{}]", "[{}}]", "[\"a]",
        "\u{FEFF}[]",
        #"[{"a":01}]"#, "[{\"a\":\"\u{1}\"}]", "[" + String(repeating: "[", count: 100_000),
        #"[{"a":"# + String(repeating: "[", count: 200) + String(repeating: "]", count: 200) + "}]",
    ])
    func refuses(_ text: String) {
        #expect(throws: ChatError.self) { try elements(text) }
    }

    @Test func invalidUTF8IsRefused() {
        #expect(throws: ChatError.self) {
            try elements(bytes: Array("[{\"a\":\"".utf8) + [0xC0, 0x80] + Array("\"}]".utf8))
        }
    }

    @Test func survivesMutations() {
        var generator = SeededGenerator(seed: 7)
        let seed = Array(#"[{"ts":"1.000000","text":"a\"b","x":[1,{"y":null}]},{"ts":"2.000000"}]"#.utf8)
        for _ in 0..<20_000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...5, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[place] = Array(#"[]{}",:\0"#.utf8).randomElement(using: &generator) ?? 0
            }
            let objects = (try? elements(bytes: bytes)) ?? []
            for object in objects { _ = try? SlackMessage(object) }
        }
    }

    private func elements(_ text: String) throws -> [JSONObject] { try elements(bytes: Array(text.utf8)) }

    @discardableResult
    private func elements(bytes: [UInt8]) throws -> [JSONObject] {
        var elements = JSONElements(bytes)
        var found: [JSONObject] = []
        while let element = try elements.next() { found.append(element) }
        return found
    }
}
