import ChatCore
import NIOCore
import NIOEmbedded
import Testing

@testable import ChatRealtime
@testable import Simulation

/// The connection's own duties, on a wire that takes what is written only when it is told to.
@Suite struct WebSocketTests {
    private let wire = SimulatedWire()
    private let session = Recorder()
    private let loop = EmbeddedEventLoop()
    private let channel: EmbeddedChannel
    private let socket: WebSocket

    init() throws {
        socket = WebSocket(.init(messageBytes: 1000), unreadBytes: SimulatedWire.unreadBytes, session)
        channel = EmbeddedChannel(handlers: [wire, socket], loop: loop)
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/test")).wait()
    }

    private func piece(_ count: Int) -> ByteBuffer {
        var bytes = ByteBuffer()
        bytes.writeServerFrame(
            .text, payload: Array(#"{"type":"x","y":"\#(String(repeating: "y", count: count))"}"#.utf8))
        return bytes
    }

    /// Writes pieces until the socket says that it is enough.
    private func fill() {
        while socket.isWritable {
            socket.write(piece(900))
            socket.flush()
        }
    }

    @Test func stopsReadingFromWhoDoesNotRead() {
        fill()
        channel.read()
        #expect(!wire.wantsInput && session.resumptions == 0)
        wire.drain(.max)
        #expect(wire.wantsInput && session.resumptions == 1 && socket.isWritable)
        #expect(wire.faults == [])
    }

    @Test func closesWhoDoesNotReadForHalfAMinute() {
        fill()
        loop.advanceTime(by: .milliseconds(29_999))
        #expect(!wire.isClosed)
        loop.advanceTime(by: .milliseconds(1))
        #expect(wire.isClosed && session.ends == 1)
        loop.advanceTime(by: .seconds(2))
        #expect(!channel.isActive)
    }

    @Test func whoReadsInTimeIsNotClosed() {
        fill()
        loop.advanceTime(by: .seconds(29))
        wire.drain(.max)
        loop.advanceTime(by: .seconds(60))
        #expect(!wire.isClosed && channel.isActive)
    }

    /// Joined into one piece, whatever their number.
    @Test func joinsWhatWaitsForAFlush() {
        for _ in 0..<3 { socket.write(piece(10)) }
        #expect(wire.pieces == 0)
        socket.flush()
        #expect(wire.pieces == 1 && wire.take().count == 3)
    }

    @Test func understandsNothingBehindAViolation() {
        let violation: [UInt8] = [0x81, 0x00]
        let goodbye: [UInt8] = [0x88, 0x80, 0, 0, 0, 0]
        channel.pipeline.fireChannelRead(ByteBuffer(bytes: violation + goodbye))
        channel.pipeline.fireChannelRead(ByteBuffer(bytes: goodbye))
        #expect(wire.isClosed && session.ends == 1 && channel.isActive)
        socket.write(piece(1))
        socket.flush()
        #expect(wire.take().isEmpty && wire.faults == [])
        loop.advanceTime(by: .seconds(2))
        #expect(!channel.isActive)
    }

    /// Everything that was written before our answer is written before the end.
    @Test func saysGoodbyeLast() {
        fill()
        let before = wire.take().count
        channel.pipeline.fireChannelRead(ByteBuffer(bytes: [0x88, 0x80, 0, 0, 0, 0] as [UInt8]))
        #expect(wire.isClosed && channel.isActive && before > 0)
        wire.drain(.max)
        loop.run()
        #expect(!channel.isActive && wire.faults == [])
    }

    @Test func handsOverWholeMessages() {
        wire.deliver(["one", "two"], to: channel)
        #expect(session.messages == ["one", "two"].map { .text(ByteBuffer(string: $0)) } && session.bursts == 1)
    }

    /// What is sent after the server has begun to stop is neither stored nor acknowledged; what was taken is answered.
    @Test func takesNoCommandOnceTheServerStops() throws {
        let alice = Account(
            id: AccountID(rawValue: 1), handle: Handle(stored: "a"), displayName: DisplayName(stored: "A"))
        let rooms = SimulatedRooms(SimulationRandom(seed: 1), [RoomName(stored: "a")], members: [alice])
        let hub = Hub(on: loop, turn: 64)
        rooms.publish = { hub.publish($0) }
        rooms.mend()
        let environment = SocketSession.Environment(
            hub: hub, rooms: rooms.access, serverVersion: "0", heartbeat: .hours(1), messageBytes: 65_536)
        let client = SimulatedClient(alice, rooms, environment, on: loop)
        let send = { (id: String) in #"{"type":"send","room":"a","clientId":"\#(id)","body":"x"}"# }
        client.wire.deliver([send("before")], to: client.channel)
        client.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        client.wire.deliver([send("after")], to: client.channel)
        rooms.commitSome()
        rooms.announceOne()
        loop.run()
        let acks = try client.wire.take().filter { try $0.string("type") == "ack" }
        #expect(try acks.map { try $0.string("clientId") } == ["before"])
        #expect(rooms.rooms[RoomName(stored: "a")]?.head == 2 && client.wire.isClosed)
    }
}

/// Keeps what a socket tells its session.
private final class Recorder: WebSocketSession {
    private(set) var messages: [WebSocketMessage] = []
    private(set) var bursts = 0
    private(set) var resumptions = 0
    private(set) var ends = 0

    var mayReceive: Bool { true }

    func opened(_ socket: WebSocket) {}
    func received(_ message: WebSocketMessage) { messages.append(message) }
    func receivedAll() { bursts += 1 }
    func becameWritable() { resumptions += 1 }
    func serverStops() {}
    func closed() { ends += ends == 0 ? 1 : 0 }
    func ended(on eventLoop: any EventLoop) {}
}
