import ChatCore
import ChatRealtime
import Foundation
import HTTPTypes
import HummingbirdCore
import Testing
import WebClient

@testable import ChatServer

/// The documents that the server serves are the authority; the code must not know anything they do not name.
@Suite struct DocumentTests {
    private func text(of name: String) throws -> String {
        try #require(WebClient.files.first { $0.name == name }).text
    }

    @Test(arguments: ChatError.Code.allCases)
    func namesEveryErrorCode(_ code: ChatError.Code) throws {
        let socketIO = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/socket-io.md")
        let documents =
            try text(of: "openapi.yaml") + text(of: "asyncapi.yaml") + String(contentsOf: socketIO, encoding: .utf8)
        #expect(documents.contains(code.rawValue))
    }

    @Test(arguments: CloseCode.allCases)
    func namesEveryCloseCode(_ code: CloseCode) throws {
        #expect(try text(of: "asyncapi.yaml").contains(String(code.rawValue)))
    }

    @Test func sendsRetryAfterInWholeSeconds() {
        let response = ProblemDetails.response(for: .overloaded("Too much."))
        #expect(response.status == .serviceUnavailable)
        #expect(response.headers[.retryAfter] == "1")
    }
}
