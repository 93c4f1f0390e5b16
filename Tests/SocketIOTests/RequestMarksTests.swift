import NIOCore
import NIOEmbedded
import Testing

@testable import SocketIO

/// Requests that a browser repeats by itself, and others that only look like it.
@Suite struct RequestMarksTests {
    private let loop = EmbeddedEventLoop()
    private let session = RecordingSession()
    private let sessions: EngineSessions
    private let socket: EngineSocket

    init() {
        sessions = EngineSessions(.usual, on: loop)
        socket = sessions.makeSocket("sid", on: loop, session, isUpgraded: false)
        socket.open(on: nil, "t0")
        _ = socket.poll()
    }

    private func poll(_ mark: String?) -> PollingAnswer { PollingAnswer(socket.poll(mark)) }

    private func post(_ body: String, _ mark: String?) -> PostingAnswer {
        PostingAnswer(socket.post(ByteBuffer(string: body), mark))
    }

    private var heard: [String] {
        session.messages.map { if case .text(let text) = $0 { String(buffer: text) } else { "bytes" } }
    }

    @Test func aRepeatedGetIsAnsweredAsBefore() {
        socket.write(.message("one"))
        #expect(poll("t1").text == "4one")
        socket.write(.message("two"))
        for _ in 0..<3 { #expect(poll("t1").text == "4one") }
        #expect(poll("t2").text == "4two")
        #expect(poll("t2").text == "4two" && session.ends == 0)
    }

    @Test func aRepeatedPostSaysNothingNew() {
        for _ in 0..<3 { #expect(post("4a", "t1").isAnswered) }
        _ = post("4a", "t2")
        #expect(heard == ["a", "a"])
    }

    @Test func aPostThatIsRepeatedWhileItWaitsGoesOnWaiting() {
        session.mayReceive = false
        let (first, second) = (post("4a", "t1"), post("4a", "t1"))
        #expect(first.isAnswered && !second.isAnswered && session.ends == 0)
        session.mayReceive = true
        socket.readIfAllowed()
        #expect(second.isAnswered && heard == ["a"])
    }

    @Test func withoutAMarkNothingIsARepeat() {
        socket.write(.message("one"))
        #expect(poll(nil).text == "4one")
        socket.write(.message("two"))
        #expect(poll(nil).text == "4two")
        for _ in 0..<2 { _ = post("4a", nil) }
        #expect(heard == ["a", "a"])
    }

    /// The seconds of a clock, for example. Whatever shows it first: nothing is a repeat any more.
    @Test(
        arguments: [
            "the handshake and a GET", "the handshake and a POST", "a GET and a POST", "a POST and a GET", "two POSTs",
        ])
    func aCoarseMarkIsNoMark(shared: String) {
        switch shared {
        case "the handshake and a GET": _ = poll("t0")
        case "the handshake and a POST": _ = post("6", "t0")
        case "a GET and a POST": _ = (poll("t1"), post("6", "t1"))
        case "a POST and a GET": _ = (post("6", "t1"), poll("t1"))
        default: _ = (post("6", "t1"), post("6\u{1E}6", "t1"))
        }
        if socket.queue.waiting != nil {
            socket.write(.message("zero"))
            socket.flush()
        }
        for _ in 0..<2 { #expect(post("4lol", "t2").isAnswered) }
        #expect(heard == ["lol", "lol"])
        for text in ["one", "two"] {
            socket.write(.message(text))
            #expect(poll("t2").text == "4\(text)")
        }
    }
}
