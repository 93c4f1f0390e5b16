package import ChatCore
import NIOHTTP1

/// The HTTP API (docs/openapi.yaml) as far as programs use it.
package struct ChatAPI: Sendable {
    /// What all calls go through. Whoever made it closes it.
    package let http: HTTPClient

    /// A log-in: whose it is and the token that proves it.
    package struct Login: Sendable {
        /// `id` of the schema `Account`.
        package let accountID: Int64
        /// As the server keeps it: in lower case.
        package let handle: String
        /// For `Authorization: Bearer`; never shown again.
        package let token: String
    }

    /// The answer to a message that is stored.
    package struct Sent: Sendable, Equatable {
        /// The event's number in its room, for a duplicate that of the first one.
        package let seq: Int64
        /// Whether an earlier request with the same client id had stored the message.
        package let duplicate: Bool
    }

    /// A stretch of a room's events, ascending.
    package struct Events: Sendable {
        /// The room's last seq when the events were read.
        package let head: Int64
        /// The schema `Event` of docs/openapi.yaml.
        package let events: [JSONObject]
        /// Whether there is more beyond: newer events for ``Position/after(_:)``, older ones otherwise.
        package let hasMore: Bool
    }

    /// Which stretch.
    package enum Position: Sendable, Equatable {
        case newest
        case before(Int64)
        case after(Int64)
    }

    /// - Parameter http: used for all calls, not closed.
    package init(_ http: HTTPClient) { self.http = http }

    /// Whether the server can serve now.
    package func isReady() async -> Bool {
        (try? await http.send(HTTPRequest(.GET, "/readyz")))?.status == 200
    }

    /// - Throws: ``ClientFailure``, as all of these.
    package func signUp(handle: String, password: String) async throws -> Login {
        try await login("/v1/accounts", handle, password)
    }

    /// A new session of an account that exists. Wrong credentials are a ``ClientFailure`` of status 401.
    package func logIn(handle: String, password: String) async throws -> Login {
        try await login("/v1/sessions", handle, password)
    }

    /// Ends the session behind a token.
    package func logOut(token: String) async throws {
        _ = try await http.send(HTTPRequest(.DELETE, "/v1/sessions/current", token: token)).accepted()
    }

    private func login(_ path: String, _ handle: String, _ password: String) async throws -> Login {
        var json = JSONWriter()
        json.object {
            $0.member("handle", handle)
            $0.member("password", password)
        }
        let answer = try await http.send(HTTPRequest(.POST, path, json: json.bytes)).accepted()
        guard let account = answer.object("account"), let token = answer.object("session")?.text("token"),
            let id = account.number("id"), let handle = account.text("handle")
        else { throw ClientFailure.unexpected("a log-in without account and token") }
        return Login(accountID: id, handle: handle, token: token)
    }

    /// The maker is its first member.
    /// - Returns: the room's head.
    @discardableResult
    package func createRoom(_ name: String, title: String, token: String) async throws -> Int64 {
        var json = JSONWriter()
        json.object {
            $0.member("name", name)
            $0.member("title", title)
        }
        return try await room(HTTPRequest(.POST, "/v1/rooms", token: token, json: json.bytes))
    }

    /// Repeating it changes nothing.
    /// - Returns: the room's head.
    @discardableResult
    package func joinRoom(_ name: String, token: String) async throws -> Int64 {
        try await room(HTTPRequest(.PUT, "/v1/rooms/\(name)/members/me", token: token))
    }

    private func room(_ request: HTTPRequest) async throws -> Int64 {
        let answer = try await http.send(request).accepted()
        guard let head = answer.object("room")?.number("head") else {
            throw ClientFailure.unexpected("a room without head")
        }
        return head
    }

    /// Repeating it changes nothing.
    package func leaveRoom(_ name: String, token: String) async throws {
        _ = try await http.send(HTTPRequest(.DELETE, "/v1/rooms/\(name)/members/me", token: token)).accepted()
    }

    /// - Parameter limit: 1 to 200.
    package func events(
        in room: String, _ position: Position = .newest, limit: Int = 50, token: String
    ) async throws -> Events {
        let answer = try await http.send(Self.eventsRequest(in: room, position, limit: limit, token: token)).accepted()
        guard let head = answer.number("head"), let events = answer.objects("events"),
            let hasMore = answer.flag("hasMore")
        else { throw ClientFailure.unexpected("a page without head, events and hasMore") }
        return Events(head: head, events: events, hasMore: hasMore)
    }

    /// The request behind ``events(in:_:limit:token:)``.
    package static func eventsRequest(
        in room: String, _ position: Position, limit: Int, token: String
    ) -> HTTPRequest {
        let place =
            switch position {
            case .newest: ""
            case .before(let seq): "&before=\(seq)"
            case .after(let seq): "&after=\(seq)"
            }
        return HTTPRequest(.GET, "/v1/rooms/\(room)/events?limit=\(limit)\(place)", token: token)
    }

    /// - Parameter clientID: the same for a repeat, a new one for each message.
    package func send(_ body: String, to room: String, clientID: String, token: String) async throws -> Sent {
        var json = JSONWriter()
        json.object {
            $0.member("clientId", clientID)
            $0.member("body", body)
        }
        let request = HTTPRequest(.POST, "/v1/rooms/\(room)/messages", token: token, json: json.bytes)
        let answer = try await http.send(request).accepted()
        guard let seq = answer.number("seq"), let duplicate = answer.flag("duplicate") else {
            throw ClientFailure.unexpected("a receipt without seq and duplicate")
        }
        return Sent(seq: seq, duplicate: duplicate)
    }
}
