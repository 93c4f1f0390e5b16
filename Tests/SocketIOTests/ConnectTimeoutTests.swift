import NIOCore
import NIOEmbedded
import Testing

@testable import SocketIO

/// Rule: without a CONNECT within `connectTimeout` (45 s) the connection is closed.
@Suite struct ConnectTimeoutTests {
    private let loop = EmbeddedEventLoop()
    private let gate = HoldingGate()
    private let sessions: EngineSessions
    private let socket: EngineSocket

    init() {
        // Slow enough for whoever does not answer.
        let slow = EngineConfiguration(pingInterval: .hours(1), pingTimeout: .hours(1), maxPayload: 131_072)
        sessions = EngineSessions(slow, on: loop)
        socket = sessions.makeSocket("sid", on: loop, SocketIOConnection(gate), isUpgraded: false)
        socket.open(on: nil)
        _ = socket.poll()
    }

    private func says(_ packets: String...) {
        _ = socket.post(ByteBuffer(string: packets.joined(separator: "\u{1E}")))
    }

    private func isOpen(after time: TimeAmount) -> Bool {
        loop.advanceTime(by: time)
        return sessions.count == 1
    }

    @Test func is45SecondsInTheProduct() {
        #expect(isOpen(after: .milliseconds(44_999)))
        #expect(!isOpen(after: .milliseconds(1)))
    }

    @Test func whoIsNotInYetIsNotOut() {
        #expect(isOpen(after: .seconds(44)))
        says("40/a,")
        #expect(isOpen(after: .seconds(2)))
    }

    @Test func whoWasInMayBeBetweenTwoNamespaces() {
        says("40/a,")
        gate.handlers[0].accepts()
        #expect(isOpen(after: .seconds(44)))
        says("41/a,")
        #expect(isOpen(after: .seconds(2)))
    }

    /// The change of the transport makes no difference.
    @Test func whoWasInMayBeOutBehindAnUpgrade() throws {
        says("40/a,")
        gate.handlers[0].accepts()
        says("41/a,")
        let there = EmbeddedEventLoop()
        let client = try UpgradingClient(try sessions.webSocket(for: "sid") { RecordingSession() }(), on: there)
        let settle = {
            loop.run()
            there.run()
        }
        settle()
        client.says("2probe", "5")
        for _ in 0..<4 { settle() }
        there.advanceTime(by: .seconds(60))
        #expect(sessions.count == 1)
    }
}
