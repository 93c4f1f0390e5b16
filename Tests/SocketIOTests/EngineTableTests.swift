import ChatCore
import NIOCore
import NIOEmbedded
import Testing

@testable import SocketIO

/// How many sessions of long-polling there may be.
@Suite struct EngineTableTests {
    private let loop = EmbeddedEventLoop()
    private let sessions: EngineSessions

    init() { sessions = EngineSessions(.usual, on: loop) }

    /// - Returns: what it was refused with.
    private func open(from network: String?) -> ChatError.Code? {
        let answer = sessions.open(from: network) { RecordingSession() }
        loop.run()
        do {
            _ = try answer.wait()
            return nil
        } catch { return (error as? ChatError)?.code }
    }

    @Test func oneNetworkLeavesRoomForOthers() {
        for _ in 0..<EngineTable.networkLimit { #expect(open(from: "192.0.2.1") == nil) }
        #expect(open(from: "192.0.2.1") == .tooManyRequests)
        #expect(open(from: "192.0.2.2") == nil && open(from: nil) == nil)
    }

    @Test func thisMachineIsOnlyBoundedByTheWhole() {
        for _ in 0..<EngineTable.pollingLimit { #expect(open(from: nil) == nil) }
        #expect(open(from: nil) == .overloaded && open(from: "192.0.2.1") == .overloaded)
    }

    @Test func whoLeavesMakesRoom() {
        var table = EngineTable()
        let entry = { (isUpgraded: Bool) in
            EngineSessions.Entry(
                eventLoop: loop,
                socket: NIOLoopBound(EngineSocket(sid: "", on: loop, .usual, RecordingSession()) {}, eventLoop: loop),
                isUpgraded: isUpgraded, network: "192.0.2.1")
        }
        for number in 0..<EngineTable.networkLimit {
            #expect(throws: Never.self) { try table.admit("192.0.2.1") }
            table["\(number)"] = entry(false)
        }
        #expect(throws: ChatError.self) { try table.admit("192.0.2.1") }
        table["0"] = entry(true)
        #expect(throws: Never.self) { try table.admit("192.0.2.1") }
        table["1"] = nil
        #expect(throws: Never.self) { try table.admit("192.0.2.1") }
        // One on a WebSocket did not count any more.
        table["0"] = nil
        #expect(throws: ChatError.self) { try table.admit("192.0.2.1") }
        #expect(table.polling == EngineTable.networkLimit)
    }
}
