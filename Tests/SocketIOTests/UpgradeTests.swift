import NIOCore
import NIOEmbedded
import Testing

@testable import SocketIO

/// A session of long-polling that lives here is taken over by a WebSocket that lives there.
@Suite struct UpgradeTests {
    private let here = EmbeddedEventLoop()
    private let there = EmbeddedEventLoop()
    private let session = RecordingSession()
    private let sessions: EngineSessions
    private let socket: EngineSocket

    init() {
        sessions = EngineSessions(.usual, on: here)
        socket = sessions.makeSocket("sid", on: here, session, isUpgraded: false)
        socket.open(on: nil)
        _ = socket.poll()
    }

    private func poll() -> PollingAnswer { PollingAnswer(socket.poll()) }

    private func client() throws -> UpgradingClient {
        let make = try sessions.webSocket(for: "sid") { RecordingSession() }
        return try UpgradingClient(make(), on: there)
    }

    /// What was asked of one loop is answered on the other.
    private func settle() {
        for _ in 0..<4 {
            here.run()
            there.run()
        }
    }

    private func probedClient() throws -> UpgradingClient {
        let client = try client()
        settle()
        client.says("2probe")
        #expect(try client.hears() == "3probe")
        settle()
        return client
    }

    // MARK: - Moving

    @Test func takesAlongWhatIsNotFetchedAndWhatComesEarly() throws {
        socket.write(.message("one"))
        let client = try probedClient()
        socket.write(.message("two"))
        client.says("5", "4early", "4earlier than the move")
        #expect(try client.hears() == "" && session.messages.isEmpty && session.ends == 0)
        settle()
        #expect(try client.hears() == "4one|4two")
        let next = try #require(session.next)
        #expect(next.messages == ["early", "earlier than the move"].map { .text(ByteBuffer(string: $0)) })
        #expect(session.messages.isEmpty && session.ends == 1 && next.ends == 0 && sessions.count == 1)
        #expect(next.socket?.eventLoop === there)
        client.says("4late")
        #expect(next.messages.count == 3)
    }

    @Test func takesAlongMoreThanASlowClientMayLeave() throws {
        let client = try probedClient()
        session.flood = .message(String(repeating: "x", count: 10_000))
        session.write()
        #expect(!socket.isWritable)
        client.says("5")
        settle()
        #expect(try client.hears().utf8.count > EngineConfiguration.usual.unreadBytes - 10_000)
        #expect(session.next?.socket?.isWritable == true)
    }

    @Test func movesWhenAllIsAnswered() throws {
        let client = try probedClient()
        session.isIdle = false
        client.says("5")
        settle()
        #expect(session.ends == 0 && session.next == nil && !socket.mayReceive)
        socket.write(.message("the answer"))
        session.isIdle = true
        socket.readIfAllowed()
        settle()
        #expect(try client.hears() == "4the answer")
        #expect(session.ends == 1 && session.next?.ends == 0)
    }

    @Test func requestsAreTooLateAfterTheMove() throws {
        let waiting = poll()
        let client = try probedClient()
        client.says("5")
        settle()
        #expect(waiting.text == "6")
        #expect(throws: EngineError.badRequest) { try sessions.poll("sid") }
        #expect(throws: EngineError.badRequest) { try sessions.post(ByteBuffer(string: "4lost"), to: "sid") }
    }

    /// A client that has not noticed yet may ask again, but not as fast as it can. Until then nothing comes but what it waits for.
    @Test(arguments: [false, true])
    func releasesRequestsWhileItWaits(asksAgain: Bool) throws {
        var waiting = poll()
        let client = try probedClient()
        if asksAgain {
            here.advanceTime(by: .milliseconds(100))
            #expect(waiting.text == "6")
            waiting = poll()
        }
        here.advanceTime(by: .milliseconds(99))
        #expect(waiting.text == nil)
        here.advanceTime(by: .milliseconds(1))
        #expect(waiting.text == "6")
        client.goes()
    }

    @Test func beatsOnWhereItLives() throws {
        let client = try probedClient()
        here.advanceTime(by: .seconds(24))
        client.says("5")
        settle()
        here.advanceTime(by: .hours(1))
        // 24 of the 25 seconds have passed on the other loop.
        there.advanceTime(by: .seconds(1))
        #expect(try client.hears() == "2")
        there.advanceTime(by: .seconds(20))
        #expect(session.next?.ends == 1 && sessions.count == 0)
        #expect(try client.hears() == "closed")
    }

    // MARK: - Not moving

    @Test func staysIfTheWebSocketGoes() throws {
        let client = try probedClient()
        client.goes()
        settle()
        let answer = poll()
        here.advanceTime(by: .seconds(1))
        #expect(answer.text == nil, "requests wait as before")
        socket.write(.message("still here"))
        socket.flush()
        #expect(answer.text == "4still here" && session.ends == 0)
        _ = try probedClient()
    }

    @Test func oneWebSocketAtATimeTakesOver() throws {
        let client = try probedClient()
        let second = try self.client()
        settle()
        #expect(try second.hears() == "closed")
        client.says("5")
        settle()
        #expect(session.next?.ends == 0 && sessions.count == 1)
    }

    @Test(arguments: ["4hello", "3probe", "5", "6"])
    func aWebSocketThatDoesNotProbeIsTurnedAway(packet: String) throws {
        let client = try client()
        settle()
        client.says(packet)
        settle()
        #expect(try client.hears() == "closed" && session.ends == 0 && session.messages.isEmpty)
    }

    @Test func aWebSocketHasTenSeconds() throws {
        let client = try probedClient()
        there.advanceTime(by: .milliseconds(9_999))
        #expect(try client.hears() == "")
        there.advanceTime(by: .milliseconds(1))
        #expect(try client.hears() == "closed" && session.ends == 0)
    }

    @Test func theWebSocketGoesWithTheSession() throws {
        let client = try probedClient()
        socket.close()
        settle()
        #expect(try client.hears() == "closed" && sessions.count == 0)
    }

    @Test func aClientThatGoesOnTheWayEndsTheSession() throws {
        let client = try probedClient()
        client.says("5")
        client.goes()
        settle()
        #expect(session.ends == 1 && session.next?.socket == nil && sessions.count == 0)
    }
}
