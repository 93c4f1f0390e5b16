import ChatClient
import NIOCore
import NIOPosix
import Testing

@testable import Bench

/// What a socket of the load makes of the frames that it gets.
@Suite struct MemberTests {
    private static let subscribed = #"{"type":"subscribed","room":"tea","title":"Tea","after":4,"head":4}"#

    private func event(_ seq: Int, in room: String = "tea", by sender: String = "x.0-0") -> String {
        #"{"type":"event","room":"\#(room)","seq":\#(seq),"kind":"message","clientId":"\#(sender)","body":"hi"}"#
    }

    private func ack(_ number: Int, seq: Int) -> String {
        #"{"type":"ack","room":"tea","clientId":"k.1-\#(number)","seq":\#(seq),"duplicate":false}"#
    }

    /// A member with two messages in flight gets these frames.
    private func tally(_ frames: String...) async throws -> Tally {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        return try await eventLoop.submit {
            let station = Station(eventLoop: eventLoop, index: 0)
            let sender = Sender(SendTemplate(room: "tea", sender: "k.1", body: 8), depth: 2)
            let member = Member(station, in: .init(index: 0, room: "tea", backlog: 0), sender: sender)
            // It never comes to be connected, so nothing but these frames arrives.
            let socket = ChatSocket.open(
                .init(host: "127.0.0.1", port: 1), token: "", on: eventLoop, observer: Nobody())
            sender.start(on: socket, station)
            for frame in frames { Array(frame.utf8).withUnsafeBytes { member.received($0, on: socket) } }
            socket.drop()
            return station.tally
        }.get()
    }

    @Test func countsWhatIsRight() async throws {
        let tally = try await tally(
            Self.subscribed, event(5), ack(0, seq: 5), event(6), event(7), ack(1, seq: 7),
            #"{"type":"behind","room":"tea","from":8,"to":99,"count":92}"#, event(100), #"{"type":"heartbeat"}"#)
        #expect(tally.failures == [])
        #expect(tally.deliveries == 4)
        #expect(tally.answers == 2)
    }

    @Test func noticesEventsThatAreWrong() async throws {
        #expect(try await tally(Self.subscribed, event(6)).failures == ["event 6 of tea came where 5 had to come"])
        #expect(try await tally(Self.subscribed, event(5), event(5)).failureCount == 1)
        #expect(try await tally(Self.subscribed, event(5, in: "tee")).failureCount == 1)
        let behind = #"{"type":"behind","room":"tea","from":6,"to":9,"count":4}"#
        #expect(try await tally(Self.subscribed, behind).failureCount == 1)
    }

    @Test func noticesAcksThatAreWrong() async throws {
        #expect(try await tally(ack(1, seq: 5)).failureCount == 1, "the other one was first")
        #expect(try await tally(ack(0, seq: 5), ack(0, seq: 6)).failureCount == 1, "a second ack")
        #expect(try await tally(ack(0, seq: 5), ack(1, seq: 5)).failureCount == 1, "one seq for two messages")
        #expect(try await tally(ack(7, seq: 5)).failureCount == 1, "never sent")
    }

    @Test func noticesRefusals() async throws {
        let tally = try await tally(#"{"type":"error","code":"overloaded","detail":"no","retryable":true}"#)
        #expect(tally.failures.first?.contains("overloaded") == true)
    }
}

private final class Nobody: ChatSocketObserver {
    func opened(_ socket: ChatSocket) {}
    func received(_ message: UnsafeRawBufferPointer, on socket: ChatSocket) {}
    func ended(_ socket: ChatSocket, _ end: SocketEnd) {}
}
