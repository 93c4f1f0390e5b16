import ChatCore
import ChatRealtime
import NIOConcurrencyHelpers
import NIOCore
import NIOEmbedded
import Testing

@testable import SocketIO

/// A client in the namespace of a room, before a log that answers as a test wants.
@Suite struct RoomHandlerTests {
    private let loop = EmbeddedEventLoop()
    private let sessions: EngineSessions
    private let socket: EngineSocket
    /// What the door, and the log, have against the client.
    private let refusal = NIOLockedValueBox<ChatError?>(nil)

    init() throws {
        sessions = EngineSessions(.usual, on: loop)
        let gate = try Self.gate(on: loop, refusal)
        socket = sessions.makeSocket("sid", on: loop, SocketIOConnection(gate), isUpgraded: false)
        socket.open(on: nil)
        _ = socket.poll()
    }

    private static func gate(
        on loop: EmbeddedEventLoop, _ refusal: NIOLockedValueBox<ChatError?>
    ) throws -> RoomGate {
        let lobby = try RoomName("lobby")
        let account = Account(
            id: AccountID(rawValue: 1), handle: try Handle("alice"), displayName: try DisplayName("Alice"))
        let session = Session(
            id: SessionID(rawValue: 1), account: account, createdAt: Timestamp(microseconds: 0),
            expiresAt: Timestamp(microseconds: 4_000_000_000_000_000), role: .member)
        let entrant = RoomAdmission.Entrant(
            session: session, greeting: Greeting(epoch: "e", account: account, rooms: []), guestToken: nil)
        return RoomGate(
            defaultRoom: lobby, settings: .init(),
            environment: .init(
                hub: Hub(on: loop, turn: 64), rooms: access(lobby, refusal), serverVersion: "0", heartbeat: .hours(1),
                messageBytes: 1024),
            admission: RoomAdmission(
                enter: { _, _, loop in loop.makeCompletedFuture(refusal.result(entrant)) },
                start: { _, _, loop in loop.makeSucceededFuture(0) }))
    }

    private static func access(_ lobby: RoomName, _ refusal: NIOLockedValueBox<ChatError?>) -> RoomAccess {
        RoomAccess(
            page: { _, _, _, _, loop in
                let page = Page(room: lobby, title: "t", head: 0, events: [], hasMore: false)
                return loop.makeCompletedFuture(refusal.result(page))
            },
            markRead: { _, _, _, loop in loop.makeFailedFuture(ChatError.overloaded("Not here.")) },
            session: { _, loop in loop.makeFailedFuture(ChatError.overloaded("Not here.")) }, submit: { _, _ in })
    }

    private func enters() -> String? {
        _ = socket.post(ByteBuffer(string: "40"))
        loop.run()
        return PollingAnswer(socket.poll()).text
    }

    // MARK: - Coming in

    @Test func whoIsLetInIsTold() throws {
        #expect(try #require(enters()).hasPrefix("40{\"sid\":"))
    }

    /// The client's library does not come back by itself after a refusal, but after a lost connection.
    @Test(arguments: ChatError.Code.allCases.filter(\.retryable))
    func nobodyIsRefusedForWhatPassesByItself(code: ChatError.Code) {
        refusal.withLockedValue { $0 = ChatError(code, "No.") }
        #expect(enters() == nil && sessions.count == 0)
    }

    @Test(arguments: ChatError.Code.allCases.filter { !$0.retryable })
    func whatStaysIsRefused(code: ChatError.Code) throws {
        refusal.withLockedValue { $0 = ChatError(code, "No.") }
        #expect(try #require(enters()).contains("\"code\":\"\(code.rawValue)\",\"detail\":\"No.\""))
        #expect(sessions.count == 1)
    }

    // MARK: - Changing over

    private func upgraded() throws -> UpgradingClient {
        let client = try UpgradingClient(try sessions.webSocket(for: "sid") { RecordingSession() }(), on: loop)
        loop.run()
        client.says("2probe", "5")
        for _ in 0..<6 { loop.run() }
        return client
    }

    @Test(arguments: [ChatError.Code.notAMember, .banned, .roomNotFound])
    func whoHasLostTheRoomMeanwhileIsSentAway(code: ChatError.Code) throws {
        _ = enters()
        refusal.withLockedValue { $0 = ChatError(code, "No.") }
        let client = try upgraded()
        let heard = try client.hears()
        #expect(heard.hasPrefix("3probe|42[\"denwa:error\",{\"code\":\"\(code.rawValue)\"") && heard.hasSuffix("|41"))
        #expect(sessions.count == 1)
    }

    @Test(arguments: [ChatError.Code.storageUnavailable, .resyncRequired])
    func whoMayComeBackIsNotSentAway(code: ChatError.Code) throws {
        _ = enters()
        refusal.withLockedValue { $0 = ChatError(code, "No.") }
        let client = try upgraded()
        #expect(try client.hears() == "3probe|closed" && sessions.count == 0)
    }
}

extension NIOLockedValueBox<ChatError?> {
    /// What was asked for, unless something is against it.
    fileprivate func result<Answer>(_ answer: Answer) -> Result<Answer, any Error> {
        withLockedValue { $0.map { .failure($0) } ?? .success(answer) }
    }
}
