import NIOCore
import NIOEmbedded
import Testing

@testable import SocketIO

/// The server stops, and what clients of long-polling have said is still answered.
@Suite struct StoppingTests {
    private let loop = EmbeddedEventLoop()
    private let gate = HoldingGate()
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
