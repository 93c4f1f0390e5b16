import ChatClient
import NIOCore
import Testing

@Suite struct ClientFramesTests {
    /// As the receiver reads it, by the words of RFC 6455, 5.2 and 5.3.
    private func unmasked(_ buffer: ByteBuffer) -> (first: UInt8, payload: [UInt8], key: [UInt8])? {
        var buffer = buffer
        guard let first = buffer.readInteger(as: UInt8.self), let second = buffer.readInteger(as: UInt8.self),
            second & 0x80 != 0
        else { return nil }
        let length: Int? =
            switch second & 0x7F {
            case 126: buffer.readInteger(as: UInt16.self).map { Int($0) }
            case 127: buffer.readInteger(as: UInt64.self).map { Int($0) }
            default: Int(second & 0x7F)
            }
        guard let length, let key = buffer.readBytes(length: 4), let bytes = buffer.readBytes(length: length),
            buffer.readableBytes == 0
        else { return nil }
        return (first, bytes.enumerated().map { $1 ^ key[$0 % 4] }, key)
    }

    @Test(arguments: [0, 1, 7, 8, 9, 125, 126, 127, 1_000, 65_535, 65_536]) func masks(length: Int) throws {
        let payload = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        var frames = ClientFrames(seed: 42)
        var buffer = ByteBuffer()
        payload.withUnsafeBytes { frames.write(.text, $0, to: &buffer) }
        let read = try #require(unmasked(buffer))
        #expect(read.first == 0x81)
        #expect(read.payload == payload)
        #expect(read.key != [0, 0, 0, 0])
    }

    @Test func takesAnotherMaskEachTime() {
        var frames = ClientFrames()
        var keys: Set<[UInt8]> = []
        for _ in 0..<100 {
            var buffer = ByteBuffer()
            [UInt8](repeating: 0, count: 8).withUnsafeBytes { frames.write(.pong, $0, to: &buffer) }
            keys.insert(unmasked(buffer)?.key ?? [])
        }
        #expect(keys.count > 90)
    }

    @Test func readsAddresses() {
        #expect(ServerAddress(url: "http://localhost:3001")?.description == "localhost:3001")
        #expect(ServerAddress(url: "ws://127.0.0.1:80/")?.port == 80)
        #expect(ServerAddress(url: "http://[::1]:3001") == ServerAddress(host: "::1", port: 3001))
        #expect(ServerAddress(url: "http://chat.example")?.port == 80)
        for url in ["https://localhost", "localhost:3001", "http://", "http://h:0", "http://h:x", "http://h:1/path"] {
            #expect(ServerAddress(url: url) == nil, "\(url)")
        }
    }
}
