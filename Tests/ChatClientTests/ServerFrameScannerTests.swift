import ChatClient
import NIOCore
import SeededRandom
import Testing

@Suite struct ServerFrameScannerTests {
    private typealias Message = ServerFrameScanner.Message

    private func frame(_ first: UInt8, _ payload: [UInt8] = []) -> [UInt8] {
        let count = payload.count
        switch count {
        case ..<126: return [first, UInt8(count)] + payload
        case ..<65_536: return [first, 126, UInt8(count >> 8), UInt8(count & 0xFF)] + payload
        default: return [first, 127] + (0..<8).map { UInt8(truncatingIfNeeded: count >> (56 - 8 * $0)) } + payload
        }
    }

    /// What the scanner finds when the bytes come in these pieces.
    private func messages(
        in pieces: some Sequence<some Sequence<UInt8>>
    ) throws -> [Message] {
        var scanner = ServerFrameScanner()
        var found: [Message] = []
        for piece in pieces {
            var buffer = ByteBuffer(bytes: piece)
            try scanner.feed(&buffer) { found.append(Message($0, Array($1))) }
            #expect(buffer.readableBytes == 0)
        }
        return found
    }

    private func violation(_ bytes: [UInt8]) -> Bool {
        do {
            _ = try messages(in: [bytes])
            return false
        } catch { return error is ServerFrameScanner.Violation }
    }

    /// Every length of the header, fragments with a ping between them, and all kinds.
    private var conversation: (bytes: [UInt8], messages: [Message]) {
        let lengths = [0, 1, 125, 126, 300, 65_535, 65_536]
        var bytes: [UInt8] = []
        var messages: [Message] = []
        for length in lengths {
            let payload = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            bytes += frame(0x81, payload)
            messages.append(Message(.text, payload))
        }
        bytes += frame(0x01, Array("he".utf8)) + frame(0x89, [7]) + frame(0x00) + frame(0x80, Array("llo".utf8))
        messages += [Message(.ping, [7]), Message(.text, Array("hello".utf8))]
        bytes += frame(0x82, [0]) + frame(0x8A) + frame(0x88, [3, 232])
        messages += [Message(.binary, [0]), Message(.pong, []), Message(.close, [3, 232])]
        return (bytes, messages)
    }

    @Test func findsAllInOneRead() throws {
        #expect(try messages(in: [conversation.bytes]) == conversation.messages)
    }

    @Test func findsThemByteByByte() throws {
        #expect(try messages(in: conversation.bytes.map { [$0] }) == conversation.messages)
    }

    @Test(arguments: 0..<50 as Range<UInt64>) func findsThemInRandomPieces(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let (bytes, expected) = conversation
        var pieces: [ArraySlice<UInt8>] = []
        var start = 0
        while start < bytes.count {
            let length = Int.random(in: 1...(Bool.random(using: &generator) ? 8 : 70_000), using: &generator)
            pieces.append(bytes[start..<min(start + length, bytes.count)])
            start += length
        }
        #expect(try messages(in: pieces) == expected)
    }

    @Test func refusesWhatNoServerMaySend() {
        #expect(violation([0xC1, 0]), "a reserved bit")
        #expect(violation([0x81, 0x81, 0, 0, 0, 0, 0x61]), "a mask")
        #expect(violation([0x83, 0]), "an unknown opcode")
        #expect(violation([0x09, 0]), "a ping in fragments")
        #expect(violation([0x89, 126, 0, 126]), "a long ping")
        #expect(violation([0x80, 0]), "a continuation of nothing")
        #expect(violation([0x01, 0, 0x81, 0]), "a message within another one")
        #expect(violation([0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 0]), "a length beyond all bounds")
        #expect(violation([0x81, 127, 0, 0, 0, 0, 1, 0, 0, 1]), "a message above the limit")
    }
}

extension ServerFrameScanner {
    fileprivate struct Message: Equatable {
        let kind: Kind
        let payload: [UInt8]

        init(_ kind: Kind, _ payload: [UInt8]) {
            self.kind = kind
            self.payload = payload
        }
    }
}
