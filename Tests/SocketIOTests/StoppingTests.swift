import NIOCore
import NIOEmbedded
import Testing

@testable import SocketIO

/// The server stops, and what clients of long-polling have said is still answered.
@Suite struct StoppingTests {
    private let loop = EmbeddedEventLoop()
    private let gate = BusyGate()
    private let sessions: EngineSessions
    private let socket: EngineSocket

    init() {
        sessions = EngineSessions(.usual, on: loop)
        socket = sessions.makeSocket("sid", on: loop, SocketIOConnection(gate), isUpgraded: false)
        socket.open(on: nil)
        _ = socket.poll()
    }

    private func poll() -> PollingAnswer { PollingAnswer(socket.poll()) }

    private func says(_ packets: String...) {
        _ = socket.post(ByteBuffer(string: packets.joined(separator: "\u{1E}")))
    }

    private func stop() {
        sessions.serverStops()
        loop.run()
    }

    @Test func endsAtOnceWithoutAnyNamespace() {
        stop()
        #expect(sessions.count == 0)
    }

    /// None is cut off because another one has nothing to wait for.
    @Test func endsWithTheLastNamespace() {
        says("40/a,", "40/b,")
        stop()
        gate.handlers[0].finishes()
        #expect(sessions.count == 1)
        says("41/b,")
        #expect(sessions.count == 0 && gate.handlers.allSatisfy { $0.hasEnded })
    }

    @Test func nobodyComesInAnyMore() {
        says("40/a,")
        stop()
        says("40/b,")
        #expect(gate.handlers.map(\.isStopping) == [true, true])
    }

    @Test func whatWaitsIsFetchedFirst() {
        says("40/a,")
        stop()
        socket.write(.message("3/a,1[]"))
        gate.handlers[0].finishes()
        #expect(sessions.count == 1)
        #expect(poll().text == "43/a,1[]|1")
        #expect(sessions.count == 0 && gate.handlers[0].hasEnded)
    }

    @Test func aGetThatWaitsIsToldAtOnce() {
        says("40/a,")
        stop()
        let answer = poll()
        socket.write(.message("3/a,1[]"))
        gate.handlers[0].finishes()
        #expect(answer.text == "43/a,1[]|1" && sessions.count == 0)
    }

    /// Whatever it says meanwhile.
    @Test func whoDoesNotAskHasASecond() {
        says("40/a,")
        loop.advanceTime(by: .seconds(25))
        _ = poll()
        stop()
        socket.write(.message("3/a,1[]"))
        gate.handlers[0].finishes()
        says("3")
        loop.advanceTime(by: .milliseconds(999))
        #expect(sessions.count == 1)
        loop.advanceTime(by: .milliseconds(1))
        #expect(sessions.count == 0)
    }
}

/// Lets everybody in, and has much to do. A test is one thread.
private final class BusyGate: SocketIOGate, @unchecked Sendable {
    private(set) var handlers: [BusyHandler] = []

    func enter(_ socket: NamespaceSocket, auth: ByteBuffer?) -> any NamespaceHandler {
        let handler = BusyHandler(socket)
        handlers.append(handler)
        return handler
    }
}

private final class BusyHandler: NamespaceHandler {
    private let socket: NamespaceSocket
    private(set) var isStopping = false
    private(set) var hasEnded = false

    init(_ socket: NamespaceSocket) { self.socket = socket }

    var mayReceive: Bool { true }
    var isIdle: Bool { false }

    func finishes() { socket.finish() }

    func received(_ message: SocketIOAssembler.Message) {}
    func becameWritable() {}
    func serverStops() { isStopping = true }
    func continuation() -> @Sendable (NamespaceSocket) -> any NamespaceHandler { { BusyHandler($0) } }
    func closed(on eventLoop: any EventLoop) { hasEnded = true }
}
