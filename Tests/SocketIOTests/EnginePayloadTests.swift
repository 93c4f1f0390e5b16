import ChatRealtime
import NIOCore
import SeededRandom
import SocketIO
import Testing

@Suite struct EnginePayloadTests {
    @Test func cutsABody() throws {
        let packets = try EnginePayload.decode(ByteBuffer(string: "4a\u{1E}3\u{1E}bAQ==\u{1E}4"))
        let expected: [EnginePacket] = [
            .text(ByteBuffer(string: "a")), .pong(ByteBuffer()), .binary(ByteBuffer(bytes: [1])), .text(ByteBuffer()),
        ]
        #expect(packets == expected)
    }

    @Test(
        arguments: [
            ("no packet", [], "body is empty"), ("nothing before a separator", [0x1E, 0x34], "packet is empty"),
            ("nothing behind a separator", [0x34, 0x1E], "packet is empty"),
            ("a fault behind good packets", [0x34, 0x1E, 0x39], "unknown"), ("not UTF-8", [0x34, 0xFF], "UTF-8"),
            ("a character cut by a separator", [0x34, 0xC3, 0x1E, 0x34, 0xA9], "UTF-8"),
        ] as [(String, [UInt8], String)])
    func refuses(rule: String, body: [UInt8], reason: String) {
        #expect { _ = try EnginePayload.decode(ByteBuffer(bytes: body)) } throws: {
            ($0 as? EngineFault)?.description.contains(reason) == true
        }
    }

    @Test func boundsThePackets() throws {
        func body(_ count: Int) -> ByteBuffer {
            ByteBuffer(string: [String](repeating: "3", count: count).joined(separator: "\u{1E}"))
        }
        #expect(try EnginePayload.decode(body(4096)).count == 4096)
        #expect(throws: EngineFault.self) { _ = try EnginePayload.decode(body(4097)) }
    }

    /// Each way to write a frame's length.
    @Test(arguments: [0, 1, 124, 125, 126, 65_534, 65_535, 65_536])
    func repacksFramesOfEveryLength(count: Int) throws {
        let packets: [EnginePacket] = [
            .text(ByteBuffer(repeating: 0x61, count: count)), .binary(ByteBuffer(repeating: 0xFF, count: count)),
            .ping(ByteBuffer()),
        ]
        #expect(try EnginePayload.decode(EnginePayload.encode(frames: frames(packets))) == packets)
    }

    @Test func leavesOutOtherFrames() {
        var frames = frames([.ping(ByteBuffer())])
        frames.writeServerFrame(.ping, payload: [0x34])
        frames.writeServerFrame(.continuation, payload: [0x34])
        frames.writeServerFrame(.text, payload: [])
        frames.writeServerFrame(.close, payload: [3, 0xE8])
        EnginePacket.text(ByteBuffer(string: "a")).writeFrame(to: &frames)
        frames.writeBytes([0x81, 0x02, 0x34])
        #expect(String(buffer: EnginePayload.encode(frames: frames)) == "2\u{1E}4a")
        #expect(EnginePayload.encode(frames: ByteBuffer()).readableBytes == 0)
    }

    @Test func readsWhatItWrites() throws {
        var generator = SeededGenerator(seed: 20_261_124)
        for _ in 0..<2000 {
            let packets = (0..<Int.random(in: 1...6, using: &generator)).map { _ in packet(&generator) }
            #expect(try EnginePayload.decode(EnginePayload.encode(frames: frames(packets))) == packets)
        }
    }

    private func packet(_ generator: inout SeededGenerator) -> EnginePacket {
        let count = Int.random(in: 0...200, using: &generator)
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let text = ByteBuffer(bytes: bytes.map { max(0x20, $0 & 0x7F) })
        let packets: [EnginePacket] = [
            .open(text), .close, .ping(text), .pong(text), .text(text), .binary(ByteBuffer(bytes: bytes)), .upgrade,
            .noop,
        ]
        return packets.randomElement(using: &generator) ?? .noop
    }

    private func frames(_ packets: [EnginePacket]) -> ByteBuffer {
        var frames = ByteBuffer()
        for packet in packets { packet.writeFrame(to: &frames) }
        return frames
    }
}
