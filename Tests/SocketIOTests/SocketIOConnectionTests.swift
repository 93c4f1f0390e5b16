import NIOCore
import NIOEmbedded
import Testing

@testable import SocketIO

/// The namespaces of one client.
@Suite struct SocketIOConnectionTests {
    private static let binary = #"451-["m",{"_placeholder":true,"num":0}]"#

    private let loop = EmbeddedEventLoop()
    private let gate = RecordingGate()
    private let sessions: EngineSessions
    private let socket: EngineSocket

    init() {
        sessions = EngineSessions(.usual, on: loop)
        let connection = SocketIOConnection(gate, connectTimeout: .seconds(3))
        socket = sessions.makeSocket("sid", on: loop, connection, isUpgraded: false)
        socket.open(on: nil)
        _ = socket.poll()
    }

    private func says(_ packets: String...) {
        _ = socket.post(ByteBuffer(string: packets.joined(separator: "\u{1E}")))
    }

    private var hears: String? { PollingAnswer(socket.poll()).text }

    @Test func hasAHundredNamespacesAtMost() {
        for number in 1...100 { says("40/n\(number),") }
        #expect(gate.handlers.count == 100 && sessions.count == 1)
        says("41/n1,", "40/n101,")
        #expect(gate.handlers.count == 101 && sessions.count == 1, "who leaves one may enter another")
        says("40/n102,")
        #expect(gate.handlers.count == 101 && sessions.count == 0)
        #expect(gate.handlers.allSatisfy { $0.ends == 1 })
    }

    @Test func oneIsEnteredOnce() {
        says("40", "40")
        #expect(sessions.count == 0 && gate.handlers.map(\.ends) == [1])
    }

    /// Another client, whose namespaces let nobody in by themselves.
    private func held() -> (HoldingGate, EngineSocket) {
        let gate = HoldingGate()
        let other = sessions.makeSocket("other", on: loop, SocketIOConnection(gate), isUpgraded: false)
        other.open(on: nil)
        _ = other.poll()
        return (gate, other)
    }

    /// Whoever came and went without waiting would be looked up again and again. The reference ends such a connection, too.
    @Test func whoIsNotInYetDoesNotLeave() {
        let (gate, other) = held()
        _ = other.post(ByteBuffer(string: "40\u{1E}41\u{1E}40"))
        #expect(gate.handlers.map(\.hasEnded) == [true] && sessions.count == 1)
    }

    /// What it waited for comes when the client has long been back.
    @Test func whoHasLeftDoesNotEndTheNextOfItsName() {
        let (gate, other) = held()
        _ = other.post(ByteBuffer(string: "40"))
        gate.handlers[0].accepts()
        _ = other.poll()
        _ = other.post(ByteBuffer(string: "41\u{1E}40"))
        gate.handlers[0].disconnects()
        gate.handlers[0].accepts()
        #expect(gate.handlers.map(\.hasEnded) == [true, false])
        gate.handlers[1].accepts()
        #expect(PollingAnswer(other.poll()).text == #"40{"sid":"s"}"#, "and says nothing")
    }

    @Test func noneIsHeardBeforeItIsEntered() {
        says("40/a,", #"42/b,["m"]"#)
        #expect(sessions.count == 0 && gate.handlers[0].messages.isEmpty)
    }

    @Test func leavingOneLeavesTheOthers() {
        says("40/a,", "40/b,", "41/a,", #"42/b,["m"]"#)
        #expect(gate.handlers.map(\.ends) == [1, 0] && gate.handlers[1].messages.count == 1)
    }

    @Test func aRefusedOneIsFreeAgain() {
        gate.refuses = true
        says("40/a,")
        #expect(hears == #"44/a,{"message":"No."}"#)
        gate.refuses = false
        says("40/a,", #"42/a,["m"]"#)
        #expect(gate.handlers.last?.messages.count == 1 && sessions.count == 1)
    }

    @Test(arguments: [false, true])
    func endsIfNoneIsEnteredInTime(isRefused: Bool) {
        gate.refuses = isRefused
        if isRefused { says("40") }
        loop.advanceTime(by: .milliseconds(2_999))
        #expect(sessions.count == 1)
        loop.advanceTime(by: .milliseconds(1))
        #expect(sessions.count == 0)
    }

    /// Long enough to hear of it. Who leaves by itself, or is still in another one, may stay.
    @Test func whoIsSentAwayFromTheLastOneIsClosedSoon() {
        says("40/a,", "40/b,")
        gate.sockets[0].sendAway()
        loop.advanceTime(by: .seconds(2))
        #expect(sessions.count == 1)
        gate.sockets[1].sendAway()
        loop.advanceTime(by: .milliseconds(499))
        #expect(sessions.count == 1)
        loop.advanceTime(by: .milliseconds(1))
        #expect(sessions.count == 0 && gate.handlers.map(\.ends) == [1, 1])
    }

    @Test func whoLeavesTheLastOneMayEnterAnother() {
        says("40/a,", "41/a,")
        loop.advanceTime(by: .seconds(2))
        says("40/b,")
        loop.advanceTime(by: .seconds(5))
        #expect(sessions.count == 1)
    }

    @Test func staysInOneAsLongAsItWants() {
        says("40")
        loop.advanceTime(by: .seconds(20))
        #expect(sessions.count == 1)
    }

    @Test func isAsBusyAsItsBusiestNamespace() {
        says("40/a,", "40/b,")
        #expect(socket.mayReceive)
        gate.handlers[1].mayReceive = false
        #expect(!socket.mayReceive)
    }

    /// The packet came with a request, its attachment comes in a WebSocket on another loop.
    @Test func takesHalfABinaryPacketAlong() throws {
        says("40", Self.binary)
        #expect(gate.handlers[0].messages.isEmpty)
        let there = EmbeddedEventLoop()
        let client = try UpgradingClient(try sessions.webSocket(for: "sid") { RecordingSession() }(), on: there)
        loop.run()
        there.run()
        client.says("2probe", "5")
        loop.run()
        there.run()
        client.says(bytes: [1, 2, 3])
        let message = try #require(gate.handlers.last?.messages.first)
        #expect(message.attachments == [ByteBuffer(bytes: [1, 2, 3])] && message.packet.kind == .binaryEvent)
        #expect(gate.handlers.map(\.ends) == [1, 0] && sessions.count == 1)
    }
}

/// Lets everybody in, and keeps what they say. A test is one thread.
private final class RecordingGate: SocketIOGate, @unchecked Sendable {
    var handlers: [RecordingHandler] = []
    var sockets: [NamespaceSocket] = []
    var refuses = false

    func enter(_ socket: NamespaceSocket, auth: ByteBuffer?) -> any NamespaceHandler {
        guard !refuses else {
            socket.refuse("No.", data: nil)
            return RecordingHandler(self)
        }
        socket.accept(sid: "s", pid: nil)
        sockets.append(socket)
        return add()
    }

    func add() -> RecordingHandler {
        let handler = RecordingHandler(self)
        handlers.append(handler)
        return handler
    }
}

private final class RecordingHandler: NamespaceHandler {
    private let gate: RecordingGate
    private(set) var messages: [SocketIOAssembler.Message] = []
    private(set) var ends = 0
    var mayReceive = true
    var isIdle: Bool { true }

    init(_ gate: RecordingGate) { self.gate = gate }

    func received(_ message: SocketIOAssembler.Message) { messages.append(message) }
    func becameWritable() {}
    func serverStops() {}
    func continuation() -> @Sendable (NamespaceSocket) -> any NamespaceHandler { { [gate] _ in gate.add() } }
    func closed(on eventLoop: any EventLoop) { ends += 1 }
}
