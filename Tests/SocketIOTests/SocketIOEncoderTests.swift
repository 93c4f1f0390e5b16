import NIOCore
import SeededRandom
import SocketIO
import Testing

@Suite struct SocketIOEncoderTests {
    private static let bytes = [ByteBuffer(bytes: [1]), ByteBuffer()]

    /// What a polling client would get of it.
    private func sent(_ write: (inout ByteBuffer) -> Void) -> String {
        var frames = ByteBuffer()
        write(&frames)
        return String(buffer: EnginePayload.encode(frames: frames)).replacing("\u{1E}", with: "|")
    }

    @Test func connects() {
        #expect(sent { SocketIOEncoder.connect("/", sid: "s", pid: nil, to: &$0) } == #"40{"sid":"s"}"#)
        #expect(sent { SocketIOEncoder.connect("/a", sid: "s", pid: "p", to: &$0) } == #"40/a,{"sid":"s","pid":"p"}"#)
    }

    @Test func refusesToConnect() {
        let data = ByteBuffer(string: #"{"code":"x"}"#)
        let refused = sent { SocketIOEncoder.connectError("/a", message: "No.\"", data: data, to: &$0) }
        #expect(refused == #"44/a,{"message":"No.\"","data":{"code":"x"}}"#)
        #expect(
            sent { SocketIOEncoder.connectError("/", message: "No.", data: nil, to: &$0) } == #"44{"message":"No."}"#)
    }

    @Test func disconnects() {
        #expect(sent { SocketIOEncoder.disconnect("/", to: &$0) } == "41")
        #expect(sent { SocketIOEncoder.disconnect("/a", to: &$0) } == "41/a,")
    }

    @Test func sendsEvents() {
        let payload = ByteBuffer(string: #"["m",1]"#)
        #expect(sent { SocketIOEncoder.event("/", payload: payload, to: &$0) } == #"42["m",1]"#)
        #expect(sent { SocketIOEncoder.event("/a", ackID: 7, payload: payload, to: &$0) } == #"42/a,7["m",1]"#)
        let binary = sent { SocketIOEncoder.event("/a", payload: payload, attachments: Self.bytes, to: &$0) }
        #expect(binary == #"452-/a,["m",1]|bAQ==|b"#)
    }

    @Test func sendsAcks() {
        let payload = ByteBuffer(string: "[1]")
        #expect(sent { SocketIOEncoder.ack("/", 0, payload: payload, to: &$0) } == "430[1]")
        #expect(sent { SocketIOEncoder.ack("/a", .max, payload: payload, to: &$0) } == "43/a,18446744073709551615[1]")
        #expect(
            sent { SocketIOEncoder.ack("/", 1, payload: payload, attachments: Self.bytes, to: &$0) }
                == "462-1[1]|bAQ==|b")
    }

    /// Whatever is sent as an event is received as the same.
    @Test func isReadBack() throws {
        var generator = SeededGenerator(seed: 20_261_124)
        for _ in 0..<2000 {
            let count = Int.random(in: 0...10, using: &generator)
            let attachments = (0..<count).map { ByteBuffer(repeating: UInt8($0), count: $0 * 20) }
            let holders = (0..<count).map { #",{"_placeholder":true,"num":\#($0)}"# }.shuffled(using: &generator)
            let payload = ByteBuffer(string: #"["m""# + holders.joined() + "]")
            let namespace = ["/", "/a", "/rooms/a-1"].randomElement(using: &generator) ?? "/"
            let id = Bool.random(using: &generator) ? UInt64.random(in: 0...UInt64.max, using: &generator) : nil
            var frames = ByteBuffer()
            SocketIOEncoder.event(namespace, ackID: id, payload: payload, attachments: attachments, to: &frames)
            let message = try #require(try received(frames))
            #expect(message.packet.namespace == namespace)
            #expect(message.packet.ackID == id)
            #expect(message.packet.payload == payload)
            #expect(message.attachments == attachments)
        }
    }

    private func received(_ frames: ByteBuffer) throws -> SocketIOAssembler.Message? {
        var assembler = SocketIOAssembler()
        var last: SocketIOAssembler.Message?
        for packet in try EnginePayload.decode(EnginePayload.encode(frames: frames)) {
            if case .text(let text) = packet { last = try assembler.receive(text: text) }
            if case .binary(let bytes) = packet { last = try assembler.receive(binary: bytes) }
        }
        return last
    }
}
