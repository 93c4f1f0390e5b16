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
    private let hub: Hub
    /// How many drafts have been handed over.
    private let drafts = NIOLockedValueBox(0)

    init() throws {
        sessions = EngineSessions(.usual, on: loop)
        hub = Hub(on: loop, turn: 64)
        let gate = try Self.gate(on: loop, hub, refusal, drafts)
        socket = sessions.makeSocket("sid", on: loop, SocketIOConnection(gate), isUpgraded: false)
        socket.open(on: nil)
        _ = socket.poll()
    }

    private static func gate(
        on loop: EmbeddedEventLoop, _ hub: Hub, _ refusal: NIOLockedValueBox<ChatError?>,
        _ drafts: NIOLockedValueBox<Int>
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
                hub: hub, rooms: access(lobby, refusal, drafts), serverVersion: "0", heartbeat: .hours(1),
                messageBytes: 1024),
            admission: RoomAdmission(
                enter: { _, _, loop in loop.makeCompletedFuture(refusal.result(entrant)) },
                start: { _, _, loop in loop.makeSucceededFuture(0) }))
    }

    private static func access(
        _ lobby: RoomName, _ refusal: NIOLockedValueBox<ChatError?>, _ drafts: NIOLockedValueBox<Int>
    ) -> RoomAccess {
        RoomAccess(
            page: { _, _, _, _, loop in
                let page = Page(room: lobby, title: "t", head: 0, events: [], hasMore: false)
                return loop.makeCompletedFuture(refusal.result(page))
            },
            markRead: { _, _, _, loop in loop.makeFailedFuture(ChatError.overloaded("Not here.")) },
            session: { _, loop in loop.makeFailedFuture(ChatError.overloaded("Not here.")) },
            submit: { _, origin in
                drafts.withLockedValue { $0 += 1 }
                guard let error = refusal.withLockedValue({ $0 }), case .caller(let answer) = origin else { return }
                answer(.failure(error))
            })
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

    // MARK: - In the room

    private func says(_ packets: [String]) -> String? {
        _ = socket.post(ByteBuffer(string: packets.joined(separator: "\u{1E}")))
        for _ in 0..<3 { loop.run() }
        return PollingAnswer(socket.poll()).text
    }

    /// A client that stays would take the new log's events for those that it has seen.
    @Test func whoIsInComesBackWhenTheLogIsAnother() {
        _ = enters()
        hub.startOver()
        for _ in 0..<3 { loop.run() }
        #expect(sessions.count == 0)
    }

    /// Each join is a commit of its own, and others wait for it.
    @Test func nobodyJoinsFasterThanItIsStored() throws {
        _ = enters()
        #expect(says((0..<20).map { #"42\#($0)["join"]"# }) == nil)
        #expect(drafts.withLockedValue { $0 } == 8, "what comes behind them is not read")
    }

    @Test(arguments: [ChatError.Code.storageUnavailable, .outcomeUnknown, .notAMember, .roomNotFound])
    func whoCouldNotLeaveIsStillThere(code: ChatError.Code) throws {
        _ = enters()
        refusal.withLockedValue { $0 = ChatError(code, "No.") }
        let heard = try #require(says([#"427["leave"]"#]))
        #expect(heard.contains(code.rawValue))
        #expect(heard.hasSuffix("|41") == !code.retryable)
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
