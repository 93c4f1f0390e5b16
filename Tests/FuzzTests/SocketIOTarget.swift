import ChatCore
import NIOCore
import SocketIO

extension FuzzTarget {
    /// The messages of a connection, with 0x1E between them: bytes if they begin with "b", and else texts. What was put together
    /// is the same after it was sent on.
    static let socketio = FuzzTarget(
        name: "socketio",
        seeds: .texts(
            "0", "0/\u{321}", "0/admin,{\"token\":\"t\"}", "0/a?b=c,", "1", "1/admin,",
            "2[\"message\",\"hi\", {\"a\" : [1.0,-2]} ]",
            "217[\"m\"]", "2/rooms/a,9[\"m\",1]", "3/a,4[\"x\"]", "31[]", "2[5]", "50-[\"m\"]",
            "51-[\"m\",{\"_placeholder\":true,\"num\":0}]\u{1E}bxyz\u{1E}2[\"n\"]",
            "52-/a,3[\"m\",[{\"_placeholder\":true,\"num\":1}],{\"_placeholder\":true,\"num\":0}]\u{1E}b\u{1E}bab",
            "61-8[{\"_placeholder\":true,\"num\":0}]\u{1E}b\u{0}", "2[\"connect\"]", "5[\"m\"]",
            "2[\"\\ud83d\\ude00\"]",
            "218446744073709551615[\"m\"]", "2[\"m\",[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]"),
        tokens: [
            "[\"m\"", ",", "]", "{\"_placeholder\":true,\"num\":", "}", "1-", "10-", "11-", "/a,", "/", "?", "\u{1E}",
            "\u{1E}b", "[", "{", "18446744073709551616", "\"disconnect\"", "\\u", "\\\"", " ", "1e9", "null", "電",
        ]
    ) { input in
        var assembler = SocketIOAssembler()
        for piece in input.split(separator: 0x1E, omittingEmptySubsequences: false) {
            guard let message = try? assembler.receive(piece) else { break }
            if let message { try message.keepsPromises() }
        }
    }
}

extension SocketIOAssembler {
    fileprivate mutating func receive(_ piece: ArraySlice<UInt8>) throws(SocketIOFault) -> Message?? {
        piece.first == UInt8(ascii: "b")
            ? try receive(binary: ByteBuffer(bytes: piece.dropFirst())) : try receive(text: ByteBuffer(bytes: piece))
    }
}

extension SocketIOAssembler.Message {
    fileprivate func keepsPromises() throws {
        try promise("all attachments are there", attachments.count == packet.attachments)
        try promise("attachments have their bound", (0...10).contains(attachments.count))
        // By bytes: a slash and a combining sign behind it are one Character.
        let namespace = Array(packet.namespace.utf8)
        try promise("a namespace begins with a slash", namespace.first == UInt8(ascii: "/"))
        try promise(
            "a namespace has no query", !namespace.contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "?") })
        switch packet.kind {
        case .event, .binaryEvent: try checkArguments()
        case .ack, .binaryAck: try promise("an ack has a payload", packet.payload != nil)
        case .connect: break
        case .disconnect: try promise("a DISCONNECT has no payload", packet.payload == nil)
        case .connectError: throw Finding(description: "a CONNECT_ERROR was taken")
        }
        if let sent = try sent {
            try promise("it is the same after it was sent on: \(self), \(sent)", sent.says(self))
        }
    }

    private func checkArguments() throws {
        let payload = packet.payload ?? ByteBuffer()
        let arguments = try SocketIOArguments(event: payload)
        try promise("each argument has its text", arguments.values.count == arguments.texts.count)
        for (value, text) in zip(arguments.values, arguments.texts) {
            try promise("an argument's text says its value", try elements(of: "[\(String(buffer: text))]") == [value])
        }
        try promise("the data are the arguments", try elements(of: String(buffer: arguments.data)) == arguments.values)
        // One level deeper, so it may be refused.
        guard let object = try? object(#"{"a":\#(String(buffer: payload))}"#) else { return }
        guard case .array(let values) = object["a"] else { throw Finding(description: "a payload is an array") }
        try promise("both ways to read an array agree", Array(values.dropFirst()) == arguments.values)
    }

    /// What a server sends of it, read as if a client had sent it.
    private var sent: Self? {
        get throws {
            guard let payload = packet.payload else { return nil }
            var frames = ByteBuffer()
            switch packet.kind {
            case .event, .binaryEvent:
                SocketIOEncoder.event(
                    packet.namespace, ackID: packet.ackID, payload: payload, attachments: attachments, to: &frames)
            case .ack, .binaryAck:
                guard let id = packet.ackID else { return nil }
                SocketIOEncoder.ack(packet.namespace, id, payload: payload, attachments: attachments, to: &frames)
            default: return nil
            }
            return try Self(polling: EnginePayload.encode(frames: frames))
        }
    }

    private init?(polling body: ByteBuffer) throws {
        var assembler = SocketIOAssembler()
        var last: Self?
        for packet in try EnginePayload.decode(body) {
            try promise("a message is one packet", last == nil)
            switch packet {
            case .text(let text): last = try assembler.receive(text: text)
            case .binary(let bytes): last = try assembler.receive(binary: bytes)
            default: throw Finding(description: "only messages are sent: \(packet)")
            }
        }
        guard let last else { return nil }
        self = last
    }

    /// Whether they are the same, but for the kind of a packet that has no attachments.
    private func says(_ other: Self) -> Bool {
        packet.namespace == other.packet.namespace && packet.ackID == other.packet.ackID
            && packet.payload == other.packet.payload && attachments == other.attachments
            && (packet.kind == other.packet.kind || attachments.isEmpty)
    }
}

private func elements(of text: String) throws -> [JSONValue] {
    let result = Array(text.utf8).withUnsafeBytes { bytes in
        Result { () throws(ChatError) in try JSONParser.elements(bytes) }
    }
    return try result.get().elements.map(\.value)
}

private func object(_ text: String) throws -> JSONObject {
    let result = Array(text.utf8).withUnsafeBytes { bytes in
        Result { () throws(ChatError) in try JSONParser.object(bytes) }
    }
    return try result.get()
}
