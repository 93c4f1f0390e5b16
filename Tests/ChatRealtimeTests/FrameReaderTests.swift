import NIOCore
import Testing

@testable import ChatRealtime

@Suite struct FrameReaderTests {
    private static let key: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]

    /// A masked frame as a client sends it.
    private func bytes(_ first: UInt8, _ payload: [UInt8] = [], length: [UInt8]? = nil) -> [UInt8] {
        let short: [UInt8] =
            payload.count < 126
            ? [UInt8(payload.count)]
            : [126, UInt8(truncatingIfNeeded: payload.count >> 8), UInt8(truncatingIfNeeded: payload.count)]
        var header = length ?? short
        header[0] |= 0x80
        return [first] + header + Self.key + payload.enumerated().map { $1 ^ Self.key[$0 & 3] }
    }

    private func violation(_ bytes: [UInt8], limit: Int = 65_536) -> CloseCode? {
        var reader = FrameReader(payloadLimit: limit)
        reader.append(ByteBuffer(bytes: bytes))
        do throws(ProtocolViolation) {
            while try reader.next() != nil {}
            return nil
        } catch {
            return error.code
        }
    }

    /// Each length that is written differently, and each rest that unmasking eight bytes at a time leaves.
    @Test(arguments: Array(0...17) + [124, 125, 126, 127, 1000, 65_535, 65_536])
    func readsFramesOfEveryLength(_ count: Int) throws {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7) }
        let long = (0..<8).map { UInt8(truncatingIfNeeded: count >> (56 - 8 * $0)) }
        var reader = FrameReader(payloadLimit: 65_536)
        let frame = count < 65_536 ? bytes(0x82, payload) : bytes(0x82, payload, length: [127] + long)
        reader.append(ByteBuffer(bytes: frame + bytes(0x01, [0x61])))
        #expect(try reader.next() == Frame(.binary, ByteBuffer(bytes: payload)))
        #expect(try reader.next() == Frame(.text, isFinal: false, ByteBuffer(string: "a")))
        #expect(try reader.next() == nil)
    }

    /// The example of RFC 6455, section 5.7.
    @Test func readsTheExampleOfTheStandard() throws {
        var reader = FrameReader(payloadLimit: 125)
        reader.append(
            ByteBuffer(bytes: [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58] as [UInt8]))
        #expect(try reader.next() == Frame(.text, ByteBuffer(string: "Hello")))
    }

    /// Of frames that never end where a read ends, a million would be a gigabyte.
    @Test func holdsOnlyWhatIsNotWholeYet() throws {
        var reader = FrameReader(payloadLimit: 1000)
        let frame = bytes(0x8A, [UInt8](repeating: 1, count: 125))
        reader.append(ByteBuffer(bytes: frame.prefix(1)))
        for _ in 0..<2000 {
            reader.append(ByteBuffer(bytes: frame.dropFirst() + frame.prefix(1)))
            while try reader.next() != nil {}
        }
        #expect(reader.heldBytes < 4096)
    }

    @Test(arguments: 1...9) func doesNotMindPieces(of size: Int) throws {
        var reader = FrameReader(payloadLimit: 1000)
        let payload = [UInt8](repeating: 0x61, count: 300)
        let stream = bytes(0x81, payload) + bytes(0x89, [1]) + bytes(0x8A) + bytes(0x80, payload)
        var frames: [Frame] = []
        for start in stride(from: 0, to: stream.count, by: size) {
            reader.append(ByteBuffer(bytes: stream[start..<min(start + size, stream.count)]))
            while let frame = try reader.next() { frames.append(frame) }
        }
        let long = ByteBuffer(bytes: payload)
        let expected = [
            Frame(.text, long), Frame(.ping, ByteBuffer(bytes: [1])), Frame(.pong), Frame(.continuation, long),
        ]
        #expect(frames == expected)
    }

    @Test func insistsOnTheProtocol() {
        #expect(violation([0x81, 0x00]) == .protocolError, "not masked")
        for reserved: UInt8 in [0x40, 0x20, 0x10] { #expect(violation(bytes(0x81 | reserved)) == .protocolError) }
        for opcode: UInt8 in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] {
            #expect(violation(bytes(0x80 | opcode)) == .protocolError)
        }
        for opcode: UInt8 in [8, 9, 10] {
            #expect(violation(bytes(opcode)) == .protocolError, "in parts")
            #expect(violation(bytes(0x80 | opcode, [UInt8](repeating: 0, count: 126))) == .protocolError, "long")
        }
    }

    /// RFC 6455, 5.2: "the minimal number of bytes MUST be used to encode the length".
    @Test(arguments: [0, 1, 125, 126, 65_535]) func refusesLengthsInMoreBytesThanTheyNeed(_ count: Int) {
        let payload = [UInt8](repeating: 0x61, count: count)
        let long = (0..<8).map { UInt8(truncatingIfNeeded: count >> (56 - 8 * $0)) }
        #expect(violation(bytes(0x82, payload, length: [127] + long)) == .protocolError)
        #expect(violation(Array(bytes(0x82, length: [127] + long).prefix(10))) == .protocolError, "at once")
        guard count < 126 else { return }
        #expect(violation(bytes(0x82, payload, length: [126] + long.suffix(2))) == .protocolError)
    }

    /// As soon as the length has come.
    @Test func refusesTooMuchBeforeItHasCome() {
        #expect(
            violation(Array(bytes(0x82, [UInt8](repeating: 0, count: 17)).prefix(2)), limit: 16) == .messageTooLarge)
        #expect(violation([0x82, 0xFF] + [UInt8](repeating: 0xFF, count: 8)) == .messageTooLarge)
        #expect(violation([0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 1]) == .messageTooLarge)
        #expect(violation([0x82, 0xFF, 0, 0, 0, 0, 0, 1, 0, 1]) == .messageTooLarge)
        #expect(violation(bytes(0x82, [UInt8](repeating: 0, count: 16)), limit: 16) == nil)
    }
}
