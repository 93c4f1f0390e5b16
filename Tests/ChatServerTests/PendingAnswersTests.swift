import NIOHTTP1
import Testing

@testable import ChatServer

@Suite struct PendingAnswersTests {
    private var pending = PendingAnswers()

    @Test mutating func nothingIsPendingAtFirst() {
        #expect(pending.areNone && pending.areComplete && !pending.areAhead)
    }

    @Test mutating func aRequestWithoutAnEndIsNotWaitedFor() {
        pending.read(.head(Self.request))
        #expect(pending.areComplete && !pending.areNone && !pending.areAhead)
        pending.read(.end(nil))
        #expect(!pending.areComplete)
    }

    @Test mutating func anAnswerThatHasBegunIsWaitedFor() {
        pending.read(.head(Self.request))
        pending.wrote(.head(.init(version: .http1_1, status: .ok)))
        #expect(!pending.areComplete)
        pending.wrote(.end(nil))
        #expect(pending.areComplete && pending.areAhead)
        pending.read(.end(nil))
        #expect(pending.areNone && pending.areComplete && !pending.areAhead)
    }

    @Test mutating func aPreliminaryAnswerIsNone() {
        pending.read(.head(Self.request))
        pending.wrote(.head(.init(version: .http1_1, status: .continue)))
        #expect(pending.areComplete && !pending.areAhead)
    }

    @Test mutating func answersComeInTurn() {
        for _ in 0..<2 {
            pending.read(.head(Self.request))
            pending.read(.end(nil))
        }
        pending.read(.head(Self.request))
        for _ in 0..<2 {
            #expect(!pending.areComplete)
            pending.wrote(.head(.init(version: .http1_1, status: .ok)))
            pending.wrote(.end(nil))
        }
        #expect(pending.areComplete && !pending.areAhead && !pending.areNone)
    }

    private static let request = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/")
}
