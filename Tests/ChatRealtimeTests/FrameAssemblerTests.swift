import ChatRealtime
import Glibc
import NIOCore
import NIOWebSocket
import Testing

@Suite struct FrameAssemblerTests {
    private func frame(
        _ opcode: WebSocketOpcode, _ bytes: [UInt8] = [], fin: Bool = true, masked: Bool = true, rsv: Bool = false
    ) -> WebSocketFrame {
        let key: WebSocketMaskingKey = [1, 2, 3, 4]
        var data = ByteBuffer(bytes: bytes)
        if masked { data.webSocketMask(key) }
        return WebSocketFrame(
            fin: fin, rsv1: rsv, opcode: opcode, maskKey: masked ? key : nil, data: data)
    }

    /// Runs frames through one assembler; the last action counts.
    private func outcome(of frames: [WebSocketFrame], limit: Int = 16) -> FrameAssembler.Action {
        var assembler = FrameAssembler(.init(messageBytes: limit, pingsPerSecond: 3))
        return frames.map { assembler.receive($0, now: .uptimeNanoseconds(0)) }.last ?? .nothing
    }

    private func code(_ action: FrameAssembler.Action) -> CloseCode? {
        if case .fail(let code, _) = action { code } else { nil }
    }

    @Test func putsFragmentsTogether() {
        let parts = [frame(.text, Array("he".utf8), fin: false), frame(.ping), frame(.continuation, Array("llo".utf8))]
        #expect(outcome(of: parts) == .deliver(.text(ByteBuffer(string: "hello"))))
        #expect(outcome(of: [frame(.binary, [0, 255])]) == .deliver(.binary(ByteBuffer(bytes: [0, 255]))))
        #expect(outcome(of: [frame(.text)]) == .deliver(.text(ByteBuffer())))
    }

    @Test func joinsACharacterThatWasSplit() {
        let bytes = Array("電".utf8)
        let parts = [frame(.text, [bytes[0]], fin: false), frame(.continuation, [bytes[1], bytes[2]])]
        #expect(outcome(of: parts) == .deliver(.text(ByteBuffer(string: "電"))))
    }

    @Test func insistsOnTheProtocol() {
        #expect(code(outcome(of: [frame(.text, masked: false)])) == .protocolError)
        #expect(code(outcome(of: [frame(.text, rsv: true)])) == .protocolError)
        #expect(code(outcome(of: [frame(.continuation)])) == .protocolError)
        #expect(code(outcome(of: [frame(.text, fin: false), frame(.text)])) == .protocolError)
        for opcode in UInt8(3)...7 {
            #expect(
                code(outcome(of: [frame(WebSocketOpcode(encodedWebSocketOpcode: opcode) ?? .text)])) == .protocolError)
        }
    }

    @Test func refusesTextThatIsNotUTF8() {
        for bytes: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE9, 0x9B]] {
            #expect(code(outcome(of: [frame(.text, bytes)])) == .invalidText)
        }
    }

    @Test func boundsAMessageHoweverItComes() {
        let eight = [UInt8](repeating: 0x61, count: 8)
        #expect(outcome(of: [frame(.text, eight, fin: false), frame(.continuation, eight)]) != .nothing)
        #expect(code(outcome(of: [frame(.text, eight + eight + [0x61])])) == .messageTooLarge)
        let parts = [
            frame(.text, eight, fin: false), frame(.continuation, eight, fin: false), frame(.continuation, [0x61]),
        ]
        #expect(code(outcome(of: parts)) == .messageTooLarge)
    }

    /// 65,536 frames of 16 bytes; copying the message for each of them would move 34 GB.
    @Test func joinsManyFramesInLinearTime() {
        var assembler = FrameAssembler(.init(messageBytes: 1 << 20))
        let piece = [UInt8](repeating: 0x61, count: 16)
        let time = processorTime {
            _ = assembler.receive(frame(.text, fin: false), now: .now())
            for _ in 0..<65_535 { _ = assembler.receive(frame(.continuation, piece, fin: false), now: .now()) }
            let last = assembler.receive(frame(.continuation, piece), now: .now())
            #expect(last == .deliver(.text(ByteBuffer(repeating: 0x61, count: 1 << 20))))
        }
        #expect(time < .seconds(3))
    }

    /// What this thread has worked, however busy the machine is.
    private func processorTime(_ work: () -> Void) -> Duration {
        func now() -> Duration {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
        }
        let start = now()
        work()
        return now() - start
    }

    @Test func answersPingsUntilTheyAreAFlood() {
        var assembler = FrameAssembler(.init(messageBytes: 16, pingsPerSecond: 2))
        let ping = frame(.ping, [7])
        for _ in 0..<2 { #expect(assembler.receive(ping, now: .uptimeNanoseconds(0)) == .pong(ByteBuffer(bytes: [7]))) }
        #expect(code(assembler.receive(ping, now: .uptimeNanoseconds(999_999_999))) == .policyViolation)
        #expect(assembler.receive(ping, now: .uptimeNanoseconds(1_000_000_000)) == .pong(ByteBuffer(bytes: [7])))
    }

    @Test(arguments: [1000, 1001, 1002, 1003, 1007, 1011, 1012, 1014, 3000, 4999] as [UInt16])
    func echoesValidCloseCodes(_ number: UInt16) {
        let bytes = [UInt8(number >> 8), UInt8(number & 0xFF)]
        #expect(outcome(of: [frame(.connectionClose, bytes + Array("bye".utf8))]) == .answerClose(number))
    }

    @Test(arguments: [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535] as [UInt16])
    func refusesInvalidCloseCodes(_ number: UInt16) {
        let bytes = [UInt8(number >> 8), UInt8(number & 0xFF)]
        #expect(code(outcome(of: [frame(.connectionClose, bytes)])) == .protocolError)
    }

    @Test func readsCloseFramesCarefully() {
        #expect(outcome(of: [frame(.connectionClose)]) == .answerClose(nil))
        #expect(code(outcome(of: [frame(.connectionClose, [3])])) == .protocolError)
        #expect(code(outcome(of: [frame(.connectionClose, [3, 232, 0xFF])])) == .invalidText)
    }

    @Test func cutsCloseReasonsAtACharacter() {
        let frame = ByteBuffer.closeFrame(1000, String(repeating: "電", count: 100))
        #expect(frame.readableBytes == 2 + 2 + 41 * 3)
    }
}
