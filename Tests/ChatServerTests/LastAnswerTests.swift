import NIOHTTP1
import Testing

@testable import ChatServer

@Suite struct LastAnswerTests {
    /// Which answers are the last, of requests that come one by one.
    private func answers(_ requests: (connection: String?, version: HTTPVersion)...) -> [Bool] {
        var last = LastAnswer()
        return requests.map { request in
            last.read(Self.request(request.connection, request.version))
            return last.wrote(Self.ok)
        }
    }

    private static func request(_ connection: String?, _ version: HTTPVersion = .http1_1) -> HTTPRequestHead {
        var head = HTTPRequestHead(version: version, method: .GET, uri: "/")
        if let connection { head.headers.add(name: "Connection", value: connection) }
        return head
    }

    private static let ok = HTTPResponseHead(version: .http1_1, status: .ok)

    @Test func aConnectionGoesOn() {
        let answers = answers((nil, .http1_1), ("keep-alive", .http1_1), ("Keep-Alive, TE", .http1_1))
        #expect(answers == [false, false, false])
    }

    @Test(arguments: ["close", "Close", "TE, close"])
    func theClientEndsIt(option: String) {
        #expect(answers((nil, .http1_1), (option, .http1_1)) == [false, true])
    }

    @Test func anOldClientEndsIt() {
        #expect(answers(("keep-alive", .http1_0), (nil, .http1_0)) == [false, true])
    }

    /// Answers come behind requests that have come in the meantime.
    @Test func onlyTheRightOneIsTheLast() {
        var last = LastAnswer()
        for option in [nil, "close", nil] { last.read(Self.request(option)) }
        let answers = (0..<3).map { _ in last.wrote(Self.ok) }
        #expect(answers == [false, true, false])
    }

    @Test func aPreliminaryAnswerIsNotTheLast() {
        var last = LastAnswer()
        last.read(Self.request("close"))
        let answers = [HTTPResponseStatus.continue, .ok].map { last.wrote(.init(version: .http1_1, status: $0)) }
        #expect(answers == [false, true])
    }
}
