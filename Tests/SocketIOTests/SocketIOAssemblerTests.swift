import NIOCore
import SocketIO
import Testing

@Suite struct SocketIOAssemblerTests {
    private static let placeholder = #"{"_placeholder":true,"num":0}"#

    @Test func passesATextOn() throws {
        var assembler = SocketIOAssembler()
        let message = try assembler.receive(text: ByteBuffer(string: #"2["m"]"#))
        #expect(message?.packet.kind == .event)
        #expect(message?.attachments == [])
    }

    @Test func waitsForAllAttachments() throws {
        var assembler = SocketIOAssembler()
        let text = #"52-/a,7["m",{"_placeholder":true,"num":1},[{"x":{"_placeholder":true,"num":0}}]]"#
        let bytes = (ByteBuffer(bytes: [1]), ByteBuffer())
        // Twice: nothing of the first message is left.
        for _ in 0..<2 {
            #expect(try assembler.receive(text: ByteBuffer(string: text)) == nil)
            #expect(try assembler.receive(binary: bytes.0) == nil)
            let message = try #require(try assembler.receive(binary: bytes.1))
            #expect(message.attachments == [bytes.0, bytes.1])
            #expect(message.packet.ackID == 7)
        }
    }

    @Test func takesABinaryEventWithoutAttachments() throws {
        var assembler = SocketIOAssembler()
        #expect(try assembler.receive(text: ByteBuffer(string: #"50-["m"]"#)) != nil)
        #expect(throws: SocketIOFault.self) { _ = try assembler.receive(binary: ByteBuffer()) }
    }

    @Test func refusesATextWhileItWaits() throws {
        var assembler = SocketIOAssembler()
        _ = try assembler.receive(text: ByteBuffer(string: "51-[\"m\",\(Self.placeholder)]"))
        #expect(throws: SocketIOFault.self) { _ = try assembler.receive(text: ByteBuffer(string: #"2["m"]"#)) }
    }

    @Test func refusesBytesThatNobodyAnnounced() {
        var assembler = SocketIOAssembler()
        #expect(throws: SocketIOFault.self) { _ = try assembler.receive(binary: ByteBuffer(bytes: [1])) }
    }

    @Test(arguments: [
        ("of an attachment that is missing", #"51-["m",{"_placeholder":true,"num":1}]"#),
        ("of none", #"50-["m",{"_placeholder":true,"num":0}]"#),
        ("below zero", #"51-["m",{"_placeholder":true,"num":-1}]"#),
        ("without a number", #"51-["m",{"_placeholder":true}]"#),
        ("whose number is null", #"51-["m",{"_placeholder":true,"num":null}]"#),
        ("whose number is a string", #"51-["m",{"_placeholder":true,"num":"0"}]"#),
        ("whose number is a fraction", #"51-["m",{"_placeholder":true,"num":0.5}]"#),
        ("whose number does not fit", #"51-["m",{"_placeholder":true,"num":99999999999999999999}]"#),
        ("in an array", #"51-["m",[0,{"_placeholder":true,"num":1}]]"#),
        ("in an object", #"51-["m",{"a":{"b":{"_placeholder":true,"num":1}}}]"#),
        ("of an ack", #"61-1[{"_placeholder":true,"num":1}]"#),
    ])
    func refusesAPlaceholder(rule: String, text: String) {
        var assembler = SocketIOAssembler()
        #expect { _ = try assembler.receive(text: ByteBuffer(string: text)) } throws: {
            ($0 as? SocketIOFault)?.description.contains("placeholder") == true
        }
    }

    @Test(arguments: [
        #"2["m",{"_placeholder":true,"num":5}]"#, #"50-["m",{"_placeholder":false,"num":5}]"#,
        #"50-["m",{"_placeholder":1,"num":5}]"#, #"50-["m",{"num":5}]"#,
    ])
    func takesWhatIsNoPlaceholder(text: String) throws {
        var assembler = SocketIOAssembler()
        #expect(try assembler.receive(text: ByteBuffer(string: text)) != nil)
    }
}
