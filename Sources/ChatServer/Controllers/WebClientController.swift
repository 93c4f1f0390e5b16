import ChatCore
import Crypto
import HTTPTypes
import Hummingbird
import NIOCore
import WebClient

/// The browser client's files and the API documents, from memory.
struct WebClientController: Sendable {
    /// Nothing but our own files runs in the client, and nothing is written into it as HTML.
    private static let contentSecurityPolicy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'",
        "manifest-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
        "require-trusted-types-for 'script'", "trusted-types 'none'",
    ].joined(separator: "; ")

    func add(to router: Router<AnonymousContext>) {
        for file in WebClient.files {
            let body = ByteBuffer(string: file.text)
            let digest = SHA256.hash(data: Array(file.text.utf8)).prefix(12).map { String($0, radix: 16) }.joined()
            let headers: HTTPFields = [
                .contentType: file.contentType, .cacheControl: "no-cache", .eTag: "\"\(digest)\"",
                .contentSecurityPolicy: Self.contentSecurityPolicy,
            ]
            let paths = file.name == "index.html" ? ["/", "/index.html"] : ["/\(file.name)"]
            for path in paths {
                router.route(RouterPath(path), [.get: { request, _ in Self.answer(request, headers, body) }])
            }
        }
    }

    private static func answer(_ request: Request, _ headers: HTTPFields, _ body: ByteBuffer) -> Response {
        guard request.headers[.ifNoneMatch] != headers[.eTag] else {
            return Response(status: .notModified, headers: headers)
        }
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: body))
    }
}
