import NIOCore
import NIOEmbedded
import Testing

@testable import SocketIO

/// The server asks for a sign of life, and nothing else counts as one.
@Suite struct HeartbeatTests {
    private let loop = EmbeddedEventLoop()
    private let session = RecordingSession()
    private let sessions: EngineSessions
    private let socket: EngineSocket

    init() {
        sessions = EngineSessions(.usual, on: loop)
        socket = sessions.makeSocket("sid", on: loop, session, isUpgraded: false)
        socket.open(on: nil)
        _ = socket.poll()
    }

    private func poll() -> PollingAnswer { PollingAnswer(socket.poll()) }
    private func post(_ body: String) { _ = socket.post(ByteBuffer(string: body)) }

    @Test func asksEvery25Seconds() {
        for _ in 0..<3 {
            let answer = poll()
            loop.advanceTime(by: .milliseconds(24_999))
            #expect(answer.text == nil)
            loop.advanceTime(by: .milliseconds(1))
            #expect(answer.text == "2")
            post("3")
        }
    }

    @Test func endsWithoutAnAnswerFor20Seconds() {
        loop.advanceTime(by: .seconds(25))
        #expect(poll().text == "2")
        let answer = poll()
        loop.advanceTime(by: .milliseconds(19_999))
        #expect(answer.text == nil && session.ends == 0)
        loop.advanceTime(by: .milliseconds(1))
        #expect(answer.text == "1" && session.ends == 1 && sessions.count == 0)
    }

    @Test func countsFromTheAnswer() {
        loop.advanceTime(by: .seconds(25))
        #expect(poll().text == "2")
        loop.advanceTime(by: .milliseconds(19_999))
        post("3")
        let answer = poll()
        loop.advanceTime(by: .milliseconds(24_999))
        #expect(answer.text == nil && session.ends == 0)
        loop.advanceTime(by: .milliseconds(1))
        #expect(answer.text == "2")
    }

    @Test func aMessageIsNoAnswer() {
        loop.advanceTime(by: .seconds(40))
        post("4hello")
        loop.advanceTime(by: .seconds(5))
        #expect(session.messages.count == 1 && session.ends == 1)
    }

    @Test func theClientDoesNotAsk() {
        post("2")
        #expect(session.ends == 1)
    }

    @Test func nothingTicksBehindTheEnd() {
        socket.close()
        loop.advanceTime(by: .hours(1))
        #expect(session.ends == 1 && poll().error == .unknownSession)
    }
}
