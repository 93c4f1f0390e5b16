import NIOCore
import NIOEmbedded
import Testing

@testable import SocketIO

/// A session whose client asks with requests, or does not.
@Suite struct PollingSessionTests {
    private static let bound = EngineConfiguration.usual.unreadBytes

    private let loop = EmbeddedEventLoop()
    private let session = RecordingSession()
    private let sessions: EngineSessions
    private let socket: EngineSocket

    init() {
        sessions = EngineSessions(.usual, on: loop)
        socket = sessions.makeSocket("sid", on: loop, session, isUpgraded: false)
        socket.open(on: nil)
    }

    private func poll() -> PollingAnswer { PollingAnswer(socket.poll()) }

    /// - Returns: whether the request is answered by now.
    private func post(_ body: String) -> () -> Bool {
        let answered = NIOLoopBoundBox(false, eventLoop: loop)
        socket.post(ByteBuffer(string: body)).whenComplete { _ in answered.value = true }
        return { answered.value }
    }

    // MARK: - What waits for the client

    @Test func isWritableUpToItsBound() {
        _ = poll()
        let frame = ByteBuffer(repeating: 0x80, count: Self.bound)
        socket.write(frame)
        #expect(socket.isWritable)
        socket.write(ByteBuffer(bytes: [0x80]))
        #expect(!socket.isWritable && session.resumptions == 0)
    }

    @Test func isWritableAgainWhenTheClientHasAsked() {
        session.flood = .message(String(repeating: "x", count: 999))
        session.write()
        session.flood = nil
        #expect(!socket.isWritable)
        #expect(poll().text?.utf8.count ?? 0 > Self.bound - 100_000)
        #expect(socket.isWritable && session.resumptions == 1)
        socket.flush()
        _ = poll()
        #expect(session.resumptions == 1)
    }

    /// Whoever writes whenever it may has no more than the bound waiting, and one frame.
    @Test func holdsNoMoreThanItsBoundForASlowClient() {
        let frame = ByteBuffer.message(String(repeating: "x", count: 5_000))
        _ = poll()
        session.flood = frame
        session.write()
        for _ in 0..<5 {
            let size = poll().text?.utf8.count ?? 0
            #expect((Self.bound / 2...Self.bound + frame.readableBytes).contains(size))
        }
        #expect(session.resumptions == 5)
    }

    @Test func endsWithAClientThatNeverAsks() {
        session.flood = .message("x")
        session.write()
        loop.advanceTime(by: .milliseconds(44_999))
        #expect(sessions.count == 1 && session.ends == 0)
        loop.advanceTime(by: .milliseconds(1))
        #expect(sessions.count == 0 && session.ends == 1 && !socket.isWritable)
        socket.write(.message("too late"))
        #expect(poll().error == .unknownSession)
    }

    // MARK: - What comes

    @Test func answersAPostWhenTheSessionTakesMore() {
        session.mayReceive = false
        let isAnswered = post("4a\u{1E}4b")
        #expect(session.messages.isEmpty && !isAnswered())
        socket.readIfAllowed()
        #expect(!isAnswered())
        session.mayReceive = true
        socket.readIfAllowed()
        #expect(session.messages == ["a", "b"].map { .text(ByteBuffer(string: $0)) })
        #expect(isAnswered())
    }

    @Test func answersAPostWhenItEnds() {
        session.mayReceive = false
        let isAnswered = post("4a")
        socket.close()
        #expect(isAnswered() && session.ends == 1)
    }

    // MARK: - The end

    @Test func endsWithTwoRequestsAtOnce() {
        _ = poll()
        let first = poll()
        #expect(first.text == nil)
        #expect(poll().error == .badRequest)
        #expect(first.text == "1" && session.ends == 1 && sessions.count == 0)
    }

    /// On another connection, it may come behind the goodbye.
    @Test func aGetThatCrossesTheGoodbyeEndsAsOneThatWaited() {
        _ = poll()
        let isAnswered = post("1")
        #expect(session.ends == 1 && !isAnswered())
        #expect(poll().text == "6" && isAnswered() && sessions.count == 0)
        #expect(poll().error == .unknownSession)
    }

    @Test func aGoodbyeIsAnsweredWithoutAGet() {
        _ = poll()
        let isAnswered = post("1")
        loop.advanceTime(by: .milliseconds(49))
        #expect(!isAnswered())
        loop.advanceTime(by: .milliseconds(1))
        #expect(isAnswered() && session.ends == 1 && sessions.count == 0)
        #expect(poll().error == .unknownSession)
    }

    @Test func endsWhenTheClientHangsUp() {
        socket.pollCancelled()
        #expect(session.ends == 0, "no request waits")
        _ = poll()
        let waiting = poll()
        socket.pollCancelled()
        #expect(waiting.error == .unknownSession && session.ends == 1 && sessions.count == 0)
    }

    @Test func tellsTheClientThatTheServerStops() {
        _ = poll()
        let waiting = poll()
        sessions.serverStops()
        loop.run()
        #expect(waiting.text == "1" && session.ends == 1 && sessions.count == 0)
    }
}
