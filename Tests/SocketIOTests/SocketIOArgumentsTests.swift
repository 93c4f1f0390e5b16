import ChatCore
import NIOCore
import SocketIO
import Testing

@Suite struct SocketIOArgumentsTests {
    @Test(
        arguments: [
            (#"["m"]"#, "m", []), (#"["m",1]"#, "m", ["1"]),
            (#" [ "m" , 1.50 ,"\u0061" , null ] "#, "m", ["1.50", #""\u0061""#, "null"]),
            (#"["m",{ "a" : [ 1 , 2 ] },[]]"#, "m", [#"{ "a" : [ 1 , 2 ] }"#, "[]"]), ("[12]", "12", []),
            ("[-1.5e3,1]", "-1.5e3", ["1"]), (#"["",12345678901234567890]"#, "", ["12345678901234567890"]),
            (#"["電\u8a71","],["]"#, "電話", [#""],[""#]),
        ] as [(String, String, [String])])
    func keepsTheTexts(payload: String, name: String, texts: [String]) throws {
        let arguments = try SocketIOArguments(event: ByteBuffer(string: payload))
        #expect(arguments.name == name)
        #expect(arguments.texts.map { String(buffer: $0) } == texts)
        #expect(arguments.values.count == texts.count)
        #expect(String(buffer: arguments.data) == "[" + texts.joined(separator: ",") + "]")
    }

    /// The sender of what is JSON, but more than the log takes, gets an answer.
    @Test(arguments: [
        (#"["m",{"a":1,"a":2}]"#, "twice"), (#"["m","\ud83d"]"#, "surrogate"), (#"["m","\ud83d\n\""]"#, "surrogate"),
        (#"["m","\ud83d\u0041"]"#, "surrogate"),
        (#"["m",\#(String(repeating: "[", count: 16))\#(String(repeating: "]", count: 16))]"#, "deeper"),
        ("[\"m\",{\((0..<65).map { "\"\($0)\":0" }.joined(separator: ","))}]", "64"),
    ])
    func notesWhatTheLogDoesNotTake(payload: String, reason: String) throws {
        let arguments = try SocketIOArguments(event: ByteBuffer(string: payload))
        #expect(arguments.name == "m")
        #expect(arguments.values.count == 1)
        #expect(arguments.excess?.detail.contains(reason) == true)
        #expect(try SocketIOArguments(event: ByteBuffer(string: #"["m",{"a":[1,"電"]}]"#)).excess == nil)
    }

    @Test func readsTheValues() throws {
        let arguments = try SocketIOArguments(event: ByteBuffer(string: #"["m",1,"\u0061",[null,1.5]]"#))
        #expect(arguments.values == [.integer(1), .string("a"), .array([.null, .number])])
    }
}
