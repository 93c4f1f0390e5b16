import ChatCore
import HTTPTypes
import NIOCore
import NIOHTTP1

/// An HTTP answer instead of a WebSocket, after which the connection ends.
package struct UpgradeRefusal: Sendable {
    private let status: HTTPResponseStatus
    private let fields: [(name: String, value: String)]
    private let body: ByteBuffer

    /// In the words of another protocol.
    init(status: HTTPResponseStatus, contentType: String, body: ByteBuffer) {
        self.status = status
        self.fields = [("Content-Type", contentType)]
        self.body = body
    }

    /// As every other request is refused.
    init(_ error: ChatError) {
        status = HTTPResponseStatus(statusCode: ProblemDetails.status(of: error.code).code)
        fields =
            [("Content-Type", ProblemDetails.contentType)]
            + ProblemDetails.extraHeaders(for: error).map { ($0.canonicalName, $1) }
        body = ProblemDetails.body(of: error)
    }

    /// To what is no HTTP.
    static let badRequest = UpgradeRefusal()

    private init() {
        status = .badRequest
        fields = []
        body = ByteBuffer()
    }

    /// What is written before the end.
    func parts(_ securityHeaders: SecurityHeaders) -> [HTTPServerResponsePart] {
        var headers = HTTPHeaders([("Connection", "close"), ("Content-Length", String(body.readableBytes))])
        for (name, value) in fields { headers.add(name: name, value: value) }
        for (name, value) in securityHeaders.fields { headers.add(name: name.rawName, value: value) }
        return [
            .head(HTTPResponseHead(version: .http1_1, status: status, headers: headers)), .body(.byteBuffer(body)),
        ]
    }
}
