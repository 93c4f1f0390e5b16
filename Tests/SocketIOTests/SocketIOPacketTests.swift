import NIOCore
import SocketIO
import Testing

@Suite struct SocketIOPacketTests {
    /// A packet in one line: kind, namespace, ack id, attachments, payload.
    private func summary(_ text: String) throws -> String {
        let packet = try SocketIOPacket(decoding: ByteBuffer(string: text))
        let id = packet.ackID.map { "\($0)" } ?? "-"
        let payload = packet.payload.map { String(buffer: $0) } ?? "-"
        return "\(packet.kind) \(packet.namespace) \(id) \(packet.attachments) \(payload)"
    }

    @Test(arguments: [
        ("0", "connect / - 0 -"), (#"0{"token":"t"}"#, #"connect / - 0 {"token":"t"}"#),
        ("0/admin,", "connect /admin - 0 -"), ("0/admin", "connect /admin - 0 -"),
        ("0/rooms/電話,{}", "connect /rooms/電話 - 0 {}"), ("0/a?token=1,{}", "connect /a - 0 {}"),
        ("0/?x", "connect / - 0 -"), ("1", "disconnect / - 0 -"), ("1/admin,", "disconnect /admin - 0 -"),
        (#"2["m"]"#, #"event / - 0 ["m"]"#), (#"212["m"]"#, #"event / 12 0 ["m"]"#),
        (#"20["m"]"#, #"event / 0 0 ["m"]"#), (#"2/a,007["m"]"#, #"event /a 7 0 ["m"]"#),
        (#"2/1,2["m"]"#, #"event /1 2 0 ["m"]"#), (#"2/,["m"]"#, #"event / - 0 ["m"]"#), ("2[1]", "event / - 0 [1]"),
        (#"218446744073709551615["m"]"#, #"event / 18446744073709551615 0 ["m"]"#), ("35[]", "ack / 5 0 []"),
        (#"51-["m"]"#, #"binaryEvent / - 1 ["m"]"#), (#"510-/a,3["m"]"#, #"binaryEvent /a 3 10 ["m"]"#),
        (#"50-["m"]"#, #"binaryEvent / - 0 ["m"]"#), ("62-9[]", "binaryAck / 9 2 []"),
        (#"2 [ "m" , 1 ] "#, #"event / - 0  [ "m" , 1 ] "#),
    ])
    func reads(text: String, packet: String) throws {
        #expect(try summary(text) == packet)
    }

    @Test(arguments: [
        ("no type", "", "type"), ("an unknown type", "7", "type"), ("a type that is a letter", "abc", "type"),
        ("a type below the digits", "/", "type"),
        ("a binary event without a count", #"5["m"]"#, "attachments"),
        ("a binary event without a number", #"5-["m"]"#, "attachments"),
        ("a number without a dash", #"51["m"]"#, "attachments"), ("a binary ack without a count", "6[]", "attachments"),
        ("a negative number", #"5-1-["m"]"#, "attachments"), ("a fraction", #"51.5-["m"]"#, "attachments"),
        ("more than 10 attachments", #"511-["m"]"#, "too many"), ("eleven for an ack", "611-1[]", "too many"),
        ("a number that does not fit", #"599999999999999999999-["m"]"#, "too large"),
        ("attachments of an event", #"21-["m"]"#, "JSON"), ("attachments of an ack", "31-[]", "JSON"),
        ("attachments of a CONNECT", "01-{}", "JSON"),
        ("an id that is not digits", #"2a["m"]"#, "JSON"), ("a negative id", #"2-1["m"]"#, "JSON"),
        ("an id with a fraction", #"21.5["m"]"#, "JSON"),
        ("an id that does not fit", #"218446744073709551616["m"]"#, "too large"),
        ("a very long id", "2" + String(repeating: "9", count: 100_000) + "[]", "too large"),
        ("JSON that does not parse", #"2["m""#, "JSON"), ("text behind the JSON", #"2["m"]x"#, "JSON"),
        ("a CONNECT with an array", "0[]", "object"), ("a CONNECT with null", "0null", "object"),
        ("a CONNECT with a string", #"0"t""#, "object"), ("a CONNECT with a broken object", "0{", "JSON"),
        ("a DISCONNECT with a payload", "1{}", "DISCONNECT"), ("a DISCONNECT with a reason", #"1/a,"x""#, "DISCONNECT"),
        ("an event without a payload", "2", "no payload"), ("an event with an id only", "21", "no payload"),
        ("an event of a namespace only", "2/a,", "no payload"), ("an event with an object", "2{}", "array"),
        ("an event with a string", #"2"m""#, "array"), ("an event with an empty array", "2[]", "no name"),
        ("a name that is null", "2[null]", "no name"), ("a name that is a truth", "2[true]", "no name"),
        ("a name that is an object", "2[{}]", "no name"), ("a name that is an array", #"2[["m"]]"#, "no name"),
        ("the reserved connect", #"2["connect"]"#, "reserved"),
        ("the reserved connect_error", #"2["connect_error"]"#, "reserved"),
        ("the reserved disconnect", #"2["disconnect"]"#, "reserved"),
        ("the reserved disconnecting", #"2["disconnecting"]"#, "reserved"),
        ("the reserved newListener", #"2["newListener"]"#, "reserved"),
        ("the reserved removeListener", #"2["removeListener"]"#, "reserved"),
        ("a reserved name that is escaped", #"2["\u0063onnect"]"#, "reserved"),
        ("a reserved name of a binary event", #"51-["connect"]"#, "reserved"),
        ("an ack without a payload", "31", "no payload"), ("an ack with an object", "31{}", "array"),
        ("a binary ack with an object", "61-1{}", "array"),
        ("a CONNECT_ERROR from a client", #"4{"message":"m"}"#, "CONNECT_ERROR"),
        ("the same without payload", "4", "CONNECT_ERROR"),
        (
            "far too deep", #"2["m","# + String(repeating: "[", count: 128) + String(repeating: "]", count: 128) + "]",
            "deep"
        ),
    ])
    func refuses(rule: String, text: String, reason: String) {
        #expect { _ = try SocketIOPacket(decoding: ByteBuffer(string: text)) } throws: {
            ($0 as? SocketIOFault)?.description.contains(reason) == true
        }
    }

    @Test func refusesANamespaceThatIsNotUTF8() {
        #expect(throws: SocketIOFault.self) {
            _ = try SocketIOPacket(decoding: ByteBuffer(bytes: [0x30, 0x2F, 0xFF, 0x2C]))
        }
    }

    @Test func takesAPacketWithinABuffer() throws {
        var buffer = ByteBuffer(string: #"4["x"]2/a,1["m", 2]["y"]"#)
        buffer.moveReaderIndex(forwardBy: 6)
        buffer.moveWriterIndex(to: 19)
        let packet = try SocketIOPacket(decoding: buffer)
        #expect(packet.payload.map { String(buffer: $0) } == #"["m", 2]"#)
        let arguments = try SocketIOArguments(event: #require(packet.payload))
        #expect(String(buffer: arguments.data) == "[2]")
    }
}
