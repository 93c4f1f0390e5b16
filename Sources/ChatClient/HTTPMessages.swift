package import ChatCore
package import NIOHTTP1

/// A request of the HTTP API.
package struct HTTPRequest: Sendable {
    /// Any of HTTP's.
    package var method: HTTPMethod
    /// Path and query.
    package var path: String
    /// A session's token, sent as `Authorization: Bearer`.
    package var token: String?
    /// Further ones: `Host`, `Authorization`, `Content-Type` and `Content-Length` are added when it is sent.
    package var headers: HTTPHeaders
    /// A JSON object, if there is a body.
    package var json: [UInt8]?

    /// A request without token, further headers and body, unless they are given.
    package init(
        _ method: HTTPMethod, _ path: String, token: String? = nil, headers: HTTPHeaders = [:], json: [UInt8]? = nil
    ) {
        self.method = method
        self.path = path
        self.token = token
        self.headers = headers
        self.json = json
    }

    func head(to address: ServerAddress) -> HTTPRequestHead {
        var headers = headers
        headers.add(name: "Host", value: address.description)
        if let token { headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let json {
            headers.add(name: "Content-Type", value: "application/json")
            headers.add(name: "Content-Length", value: String(json.count))
        }
        return HTTPRequestHead(version: .http1_1, method: method, uri: path, headers: headers)
    }
}

/// An answer of the HTTP API.
package struct HTTPAnswer: Sendable {
    /// Of HTTP, as 200.
    package let status: Int
    /// As they came.
    package let headers: HTTPHeaders
    /// All of it; empty if there is none.
    package let body: [UInt8]

    /// An answer that has come as a whole.
    package init(status: Int, headers: HTTPHeaders, body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The body as a JSON object; no body counts as an empty one.
    /// - Throws: ``ClientFailure/unexpected(_:)`` if it is none.
    package func object() throws(ClientFailure) -> JSONObject {
        let text = body.isEmpty ? Array("{}".utf8) : body
        let parsed = text.withUnsafeBytes { bytes in
            Result { () throws(ChatError) in try JSONParser.object(bytes) }
        }
        guard case .success(let object) = parsed else { throw .unexpected("a body that is not a JSON object") }
        return object
    }

    /// The body, if the status is one of 200 to 299.
    /// - Throws: ``ClientFailure/refused(status:code:detail:retryAfterMilliseconds:)`` otherwise.
    package func accepted() throws(ClientFailure) -> JSONObject {
        let object = try object()
        guard !(200..<300).contains(status) else { return object }
        throw .refused(
            status: status, code: object.text("code") ?? "", detail: object.text("detail") ?? "",
            retryAfterMilliseconds: object.number("retryAfterMs").map { Int($0) })
    }
}
