import ChatCore
import NIOCore
import NIOEmbedded
import Testing

@testable import ChatRealtime

/// What is worth nothing later goes to who has nothing better to do.
struct TypingTests {
    private let loop = EmbeddedEventLoop()
    private let hub: Hub
    private let room: RoomName

    init() throws {
        hub = Hub(on: loop, turn: 64)
        room = try RoomName("lobby")
    }

    private func listener(_ number: Int64) throws -> (client: Client, session: SocketSession) {
        let account = Account(
            id: AccountID(rawValue: number), handle: try Handle("a\(number)00"), displayName: try DisplayName("A"))
        let lobby = room
        let rooms = RoomAccess(
            page: { _, _, _, _, loop in
                loop.makeSucceededFuture(Page(room: lobby, title: "t", head: 0, events: [], hasMore: false))
            }, markRead: { _, _, _, loop in loop.makeFailedFuture(ChatError.overloaded("not here")) },
            session: { _, loop in loop.makeFailedFuture(ChatError.overloaded("not here")) }, submit: { _, _ in })
        let session = SocketSession(
            Session(
                id: SessionID(rawValue: number), account: account, createdAt: .now, expiresAt: .now, role: .member),
            greeting: Greeting(epoch: "e", account: account, rooms: []),
            environment: .init(
                hub: hub, rooms: rooms, serverVersion: "0", heartbeat: .hours(1), messageBytes: 1024))
        let client = Client(loop)
        session.open(on: client)
        session.received(.success(.subscribe(room, .last(0))), .init(room: room))
        loop.run()
        client.heard = ""
        return (client, session)
    }

    private func types(_ session: SocketSession) {
        session.received(.success(.typing(room)), .init(room: room))
        loop.run()
    }

    @Test func whoDoesNotReadIsNotTold() throws {
        let (alice, bob, slow) = (try listener(1), try listener(2), try listener(3))
        slow.client.isWritable = false
        types(alice.session)
        #expect(bob.client.heard.contains(#""type":"typing","room":"lobby","author":{"id":1,"#))
        #expect(bob.client.flushes == 1 && slow.client.heard.isEmpty && alice.client.heard.isEmpty)
    }

    @Test func whatIsSaidTooOftenIsNotPassedOn() throws {
        let (alice, bob) = (try listener(1), try listener(2))
        for _ in 0..<20 {
            types(alice.session)
            loop.advanceTime(by: .milliseconds(100))
        }
        #expect(bob.client.flushes == 1)
        types(alice.session)
        #expect(bob.client.flushes == 2)
    }

    @Test func aLargeRoomTypesATenthOfTheTime() throws {
        let typers = try (1...100).map { try listener($0) }
        for typer in typers {
            types(typer.session)
            loop.advanceTime(by: .milliseconds(1))
        }
        // Each time 99 are told, which is paid for with 9.9 ms.
        #expect(typers.map(\.client.flushes).reduce(0, +) == 10 * 99)
    }

    /// The other end of a socket.
    private final class Client: SocketConnection {
        let eventLoop: (any EventLoop)?
        var isWritable = true
        var heard = ""
        private(set) var flushes = 0

        init(_ loop: EmbeddedEventLoop) { eventLoop = loop }

        var hasOutgoing: Bool { false }
        func say(_ frame: ServerFrame) { write(frame.bytes(in: .native)) }
        func write(_ frames: ByteBuffer) { heard += String(decoding: frames.readableBytesView, as: UTF8.self) }
        func flush() { if heard.contains("typing") { flushes += 1 } }
        func ping() {}
        func readIfAllowed() {}
        func close(_ code: CloseCode, _ reason: String) {}
    }
}
