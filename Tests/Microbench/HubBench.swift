import ChatCore
import ChatRealtime
import NIOCore
import NIOEmbedded

/// A batch of 16 messages that is encoded and handed to every socket of a room, as far as the connection.
struct HubBench {
    private static let batch: Int64 = 16

    private let loop = EmbeddedEventLoop()
    private let hub: Hub
    private let channels: [EmbeddedChannel]

    init(sockets: Int) throws {
        let hub = Hub(on: loop, turn: .max)
        self.hub = hub
        let environment = SocketSession.Environment(
            hub: hub, rooms: Self.emptyRoom, serverVersion: "0", heartbeat: .hours(1), messageBytes: 65_536)
        let session = Session(
            id: SessionID(rawValue: 1), account: Sample.author, createdAt: Timestamp(microseconds: 0),
            expiresAt: Timestamp(microseconds: .max), role: .member)
        let greeting = Greeting(epoch: "e", account: Sample.author, rooms: [])
        channels = try (0..<sockets).map { [loop] _ in
            let socket = WebSocket(
                .init(messageBytes: 65_536), SocketSession(session, greeting: greeting, environment: environment))
            let channel = EmbeddedChannel(handlers: [Sink(), socket], loop: loop)
            let subscribe = Sample.masked(#"{"type":"subscribe","room":"lobby","last":0}"#)
            try channel.writeInbound(subscribe)
            return channel
        }
        loop.run()
    }

    /// A log without events.
    private static var emptyRoom: RoomAccess {
        RoomAccess(
            page: { room, _, _, _, loop in
                loop.makeSucceededFuture(Page(room: room, title: "Lobby", head: 0, events: [], hasMore: false))
            },
            markRead: { room, _, _, loop in
                loop.makeSucceededFuture(ReadMarker(room: room, read: 0, head: 0, moved: false))
            },
            session: { _, loop in loop.makeFailedFuture(ChatError.notAuthenticated) },
            submit: { _, _ in })
    }

    func run(_ table: inout Table) throws {
        var next: Int64 = 1
        let before = Sink.bytes
        table.measure("hub: deliver, \(channels.count) sockets", operations: channels.count * Int(Self.batch)) {
            hub.publish(CommittedBatch(answers: [], events: Sample.events(next...(next + Self.batch - 1))))
            next += Self.batch
            loop.run()
        }
        guard Sink.bytes - before > Int(next - 1) * channels.count * 128 else {
            preconditionFailure("Every event reaches every socket.")
        }
        for channel in channels { _ = try channel.finish(acceptAlreadyClosed: true) }
    }
}

/// Where a connection would be: counts the bytes, so that none of them is left out, and drops them.
private final class Sink: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    nonisolated(unsafe) static var bytes = 0

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        Self.bytes += Self.unwrapOutboundIn(data).readableBytes
        promise?.succeed()
    }
}
