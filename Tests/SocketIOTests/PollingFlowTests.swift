import NIOCore
import NIOEmbedded
import Testing

@testable import SocketIO

/// A client that says much and reads little is not heard any more, whatever its requests look like.
@Suite struct PollingFlowTests {
    private static let bound = EngineConfiguration.usual.unreadBytes
    private static let answer = ByteBuffer.message(String(repeating: "x", count: 1_000))

    private let loop = EmbeddedEventLoop()
    private let session = RecordingSession()
    private let sessions: EngineSessions
    private let socket: EngineSocket

    init() {
        sessions = EngineSessions(.usual, on: loop)
        socket = sessions.makeSocket("sid", on: loop, session, isUpgraded: false)
        socket.open(on: nil)
        _ = socket.poll()
        session.answer = Self.answer
    }

    private func poll(_ mark: String? = nil) -> PollingAnswer { PollingAnswer(socket.poll(mark)) }
    private func post(_ packets: String...) -> PostingAnswer { post(packets) }

    private func post(_ packets: [String], _ mark: String? = nil) -> PostingAnswer {
        PostingAnswer(socket.post(ByteBuffer(string: packets.joined(separator: "\u{1E}")), mark))
    }

    private let many = (0..<4_096).map { "4\($0)" }

    // MARK: - What comes

    @Test func stopsWithinABodyWhenTheAnswersAreNotRead() {
        let posting = post(many)
        #expect(!posting.isAnswered && !socket.isWritable)
        #expect((Self.bound...Self.bound + Self.answer.readableBytes).contains(socket.queue.byteCount))
        let taken = session.messages.count
        #expect((900...1_100).contains(taken))
        // Each answer to a GET makes room for as many again.
        for round in 2...3 {
            _ = poll()
            #expect(abs(session.messages.count - round * taken) <= 2 && !posting.isAnswered)
        }
        _ = poll()
        #expect(session.messages == many.map { .text(ByteBuffer(string: String($0.dropFirst()))) })
        #expect(posting.isAnswered && posting.error == nil)
    }

    @Test func stopsWithinABodyWhenTheSessionTakesNoMore() {
        session.takes = 2
        let posting = post("4a", "4b", "4c")
        #expect(session.messages.count == 2 && !posting.isAnswered)
        session.takes = nil
        socket.readIfAllowed()
        #expect(session.messages.count == 3 && posting.isAnswered)
    }

    @Test func twoPostsAtOnceEndTheSession() {
        session.mayReceive = false
        let first = post("4a")
        #expect(post("4b").error == .badRequest)
        #expect(first.isAnswered && session.ends == 1 && session.messages.isEmpty && sessions.count == 0)
    }

    @Test func aPacketThatMakesNoSenseIsToldBehindOthers() {
        #expect(post("4a", "2", "4b").error == .badRequest)
        #expect(session.messages.count == 1 && session.ends == 1)
    }

    @Test func whatWasNotTakenGoesWithTheSession() {
        session.mayReceive = false
        let posting = post("4a")
        socket.close()
        session.mayReceive = true
        socket.readIfAllowed()
        #expect(posting.isAnswered && session.messages.isEmpty)
    }

    // MARK: - What goes

    /// It may be asked for once more, so it takes as much memory as what waits.
    @Test func theLastAnswerCountsUntilTheNextGet() {
        _ = poll("a")
        fill()
        #expect(!socket.isWritable && socket.queue.byteCount == 0 && session.resumptions == 0)
        _ = poll("b")
        #expect(socket.isWritable && session.resumptions == 1)
    }

    @Test func theLastAnswerOfAClientThatDoesNotMarkIsNotKept() {
        _ = poll()
        fill()
        #expect(socket.isWritable && session.resumptions == 1)
    }

    /// Base64 makes more of it.
    private func fill() {
        var frame = ByteBuffer()
        EnginePacket.binary(ByteBuffer(repeating: 7, count: 1_000)).writeFrame(to: &frame)
        while socket.isWritable { socket.write(frame) }
        socket.flush()
    }

    // MARK: - Signs of life

    @Test func aPongThatNobodyAskedForCountsForNothing() {
        _ = poll()
        for _ in 0..<24 {
            loop.advanceTime(by: .seconds(1))
            _ = post("3")
        }
        #expect(!socket.awaitsPong)
        loop.advanceTime(by: .seconds(1))
        #expect(socket.awaitsPong)
    }

    /// Else whoever only says it now and then would live for ever, without ever reading.
    @Test func aPongToAPingThatWasNotFetchedCountsForNothing() {
        for _ in 0..<44 {
            loop.advanceTime(by: .seconds(1))
            _ = post("3")
        }
        #expect(session.ends == 0)
        loop.advanceTime(by: .seconds(1))
        #expect(session.ends == 1)
    }

    // MARK: - Changing over

    private func client(_ there: EmbeddedEventLoop) throws -> UpgradingClient {
        let client = try UpgradingClient(try sessions.webSocket(for: "sid") { RecordingSession() }(), on: there)
        settle(there)
        client.says("2probe")
        settle(there)
        #expect(try client.hears() == "3probe")
        return client
    }

    private func settle(_ there: EmbeddedEventLoop) {
        for _ in 0..<4 {
            loop.run()
            there.run()
        }
    }

    /// The client asks for nothing until its POST has come back; what was not taken goes along.
    @Test func aPostDoesNotWaitForAClientThatChangesOver() throws {
        let there = EmbeddedEventLoop()
        let posting = post(many)
        #expect(!posting.isAnswered)
        let client = try client(there)
        #expect(posting.isAnswered)
        let taken = session.messages.count
        #expect(taken < many.count)
        client.says("5", "4the last")
        settle(there)
        let next = try #require(session.next)
        #expect(taken + next.messages.count == many.count + 1)
        #expect(next.messages.first == .text(ByteBuffer(string: "\(taken)")))
        #expect(next.messages.last == .text(ByteBuffer(string: "the last")))
    }

    @Test func aClientThatChangesOverHasNoMoreThanTwoBodiesWaiting() throws {
        let there = EmbeddedEventLoop()
        let client = try client(there)
        #expect(post(many).isAnswered)
        let second = post("4second")
        #expect(!second.isAnswered)
        #expect(post("4third").error == .badRequest)
        #expect(session.ends == 1)
        settle(there)
        #expect(try client.hears() == "closed")
    }
}
