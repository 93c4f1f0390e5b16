import ChatRealtime
import Glibc
import NIOCore
import Testing

@Suite struct FrameAssemblerTests {
    private func frame(_ opcode: Frame.Opcode, _ bytes: [UInt8] = [], fin: Bool = true) -> Frame {
        Frame(opcode, isFinal: fin, ByteBuffer(bytes: bytes))
    }

    /// Runs frames through one assembler; the last action counts.
    private func outcome(of frames: [Frame], limit: Int = 16) -> FrameAssembler.Action {
        var assembler = FrameAssembler(.init(messageBytes: limit, pingsPerSecond: 3))
        return frames.map { assembler.receive($0, now: .uptimeNanoseconds(0)) }.last ?? .nothing
    }

    private func code(_ action: FrameAssembler.Action) -> CloseCode? {
        if case .fail(let violation) = action { violation.code } else { nil }
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

    @Test func insistsOnTheOrderOfFragments() {
        #expect(code(outcome(of: [frame(.continuation)])) == .protocolError)
        #expect(code(outcome(of: [frame(.text, fin: false), frame(.text)])) == .protocolError)
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

    /// Four times as many frames take about four times as long; copying the message for each would make it sixteen.
    @Test func joinsManyFramesInLinearTime() {
        let short = timeToJoin(frames: 16_384)
        let long = timeToJoin(frames: 65_536)
        #expect(long < 9 * short, "\(short) ns, then \(long) ns")
    }

    /// Processor time of this thread, in nanoseconds.
    private func timeToJoin(frames: Int) -> Int {
        var assembler = FrameAssembler(.init(messageBytes: 16 * frames))
        let piece = [UInt8](repeating: 0x61, count: 16)
        let start = threadTime()
        _ = assembler.receive(frame(.text, fin: false), now: .now())
        for _ in 1..<frames { _ = assembler.receive(frame(.continuation, piece, fin: false), now: .now()) }
        let last = assembler.receive(frame(.continuation, piece), now: .now())
        let time = threadTime() - start
        #expect(last == .deliver(.text(ByteBuffer(repeating: 0x61, count: 16 * frames))))
        return time
    }

    private func threadTime() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
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
        #expect(outcome(of: [frame(.close, bytes + Array("bye".utf8))]) == .answerClose(number))
    }

    @Test(arguments: [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535] as [UInt16])
    func refusesInvalidCloseCodes(_ number: UInt16) {
        let bytes = [UInt8(number >> 8), UInt8(number & 0xFF)]
        #expect(code(outcome(of: [frame(.close, bytes)])) == .protocolError)
    }

    @Test func readsCloseFramesCarefully() {
        #expect(outcome(of: [frame(.close)]) == .answerClose(nil))
        #expect(code(outcome(of: [frame(.close, [3])])) == .protocolError)
        #expect(code(outcome(of: [frame(.close, [3, 232, 0xFF])])) == .invalidText)
    }

    @Test func cutsCloseReasonsAtACharacter() {
        let frame = ByteBuffer.closeFrame(1000, String(repeating: "電", count: 100))
        #expect(frame.readableBytes == 2 + 2 + 41 * 3)
    }
}
