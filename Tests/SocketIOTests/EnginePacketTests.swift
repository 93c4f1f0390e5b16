import NIOCore
import SocketIO
import Testing

@Suite struct EnginePacketTests {
    @Test(arguments: [
        ("0{\"sid\":\"a\"}", EnginePacket.open(ByteBuffer(string: "{\"sid\":\"a\"}"))), ("1", .close),
        ("2", .ping(ByteBuffer())), ("2probe", .ping(ByteBuffer(string: "probe"))), ("3", .pong(ByteBuffer())),
        ("3probe", .pong(ByteBuffer(string: "probe"))), ("4", .text(ByteBuffer())),
        ("4電話", .text(ByteBuffer(string: "電話"))), ("44", .text(ByteBuffer(string: "4"))), ("5", .upgrade),
        ("6", .noop), ("b", .binary(ByteBuffer())), ("bAQIDBA==", .binary(ByteBuffer(bytes: [1, 2, 3, 4]))),
        ("b+/+/", .binary(ByteBuffer(bytes: [0xFB, 0xFF, 0xBF]))),
    ])
    func readsAndWrites(text: String, packet: EnginePacket) throws {
        #expect(try EnginePacket(decoding: ByteBuffer(string: text), allowsBase64: true) == packet)
        var written = ByteBuffer()
        packet.write(to: &written)
        #expect(String(buffer: written) == text)
    }

    @Test(arguments: [
        ("no type", "", "empty"), ("an unknown type", "7", "unknown"), ("a letter", "x4", "unknown"),
        ("a space", " 4", "unknown"), ("a character of many bytes", "電", "unknown"),
        ("one character alone", "bA", "base64"), ("padding alone", "b=", "base64"),
        ("too much padding", "bA===", "base64"),
        ("padding of a whole group", "bAQID=", "base64"), ("padding within", "bAQ==AQ==", "base64"),
        ("the alphabet of URLs", "b-_-_", "base64"), ("a line break", "bAQID\n", "base64"),
        ("bits that are left over", "bAB==", "base64"), ("bits that are left over", "bAAB=", "base64"),
    ])
    func refuses(rule: String, text: String, reason: String) {
        #expect { _ = try EnginePacket(decoding: ByteBuffer(string: text), allowsBase64: true) } throws: {
            ($0 as? EngineFault)?.description.contains(reason) == true
        }
    }

    @Test func takesBase64InPollingOnly() {
        #expect(throws: EngineFault.self) {
            _ = try EnginePacket(decoding: ByteBuffer(string: "bAQID"), allowsBase64: false)
        }
    }

    @Test(arguments: [("bAQ", [1]), ("bAQI", [1, 2]), ("bAQID", [1, 2, 3])] as [(String, [UInt8])])
    func doesNotInsistOnPadding(text: String, bytes: [UInt8]) throws {
        let packet = try EnginePacket(decoding: ByteBuffer(string: text), allowsBase64: true)
        #expect(packet == .binary(ByteBuffer(bytes: bytes)))
    }

    @Test(arguments: ["1x", "5x", "6x"])
    func dropsDataOfAPacketThatHasNone(text: String) throws {
        let packet = try EnginePacket(decoding: ByteBuffer(string: text), allowsBase64: false)
        #expect([.close, .upgrade, .noop].contains(packet))
    }
}
