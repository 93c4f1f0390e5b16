import ChatCore
import ChatStore
import HTTPTypes
import Hummingbird
import Logging
import Postgres

@testable import ChatServer

extension FuzzTarget {
    /// The path and query of a request: an integer parameter is in its range or refused.
    static let query = FuzzTarget(
        name: "query",
        seeds: .texts(
            "/v1/rooms/lobby/events?after=41&limit=50", "/v1/rooms/a/events?before=9007199254740991", "/?limit=%31%30",
            "/?after=1&after=2", "/?limit=+5", "/?limit=&=&&a", "http://user@host:80/p?limit=1#f"),
        tokens: ["limit=", "after=", "before=", "&", "%", "%00", "?", "9223372036854775808", "-1", "://", "%F0%9F"]
    ) { input in
        let request = Request(
            head: HTTPRequest(method: .get, scheme: nil, authority: nil, path: input.text), body: .init(buffer: .init())
        )
        for (name, range) in ranges {
            guard let value = try? request.integerParameter(name, in: range) else { continue }
            try promise("\(name) is in its range", range.contains(value))
        }
    }

    private static let ranges: [(String, ClosedRange<Int64>)] = [
        ("limit", 1...200), ("after", 0...9_007_199_254_740_991), ("before", 1...9_007_199_254_740_991),
    ]

    /// An `Authorization` header in the first line, `Cookie` headers in the others.
    static let credentials = FuzzTarget(
        name: "credentials",
        seeds: .texts(
            "Bearer \(token)", "bearer  \(token)", "Basic YTpi", "\ndenwa_session=\(token)",
            "\na=b; denwa_session=\(token); c\n denwa_session = x", "\ndenwa_session=", "\n;=;==;"),
        tokens: ["Bearer ", "denwa_session=", "; ", "\n", token, "=", "\u{0}", "\r"]
    ) { input in
        let lines = input.split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0).text }
        let authorization = lines.first.flatMap { $0.isEmpty ? nil : $0 }
        switch authenticator.presented(authorization: authorization, cookies: Array(lines.dropFirst())) {
        case .nothing: break
        case .bearer(let text):
            try promise("a bearer token is one word", !text.isEmpty && !text.contains(" "))
            try check(text)
        case .cookie(let text):
            try promise("a cookie's value ends", !text.contains(";") && !text.contains(" "))
            try promise("credentials in a header hide the cookies", authorization == nil)
            try check(text)
        }
    }

    private static let token = "0123456789abcdefghijklmnopqrstuvwxyzABCDE-_"

    /// It is never asked for a session, so the database is never opened.
    private static let authenticator = Authenticator(
        store: Store(Database(url: "", connections: 1), logger: Logger(label: "fuzz")), isSecure: false,
        secondFactor: .optional, uses: SessionUses())

    private static func check(_ text: String) throws {
        guard let token = SecretToken(presented: text) else { return }
        try promise("a token has 43 bytes", token.text.utf8.count == 43)
    }

    /// The header `Idempotency-Key` in the first line, the body behind it.
    static let idempotency = FuzzTarget(
        name: "idempotency",
        seeds: .texts(
            #""550e8400-e29b-41d4-a716-446655440000""# + "\n{}", "c1\n" + #"{"clientId":"c1"}"#,
            "\"c1\"\n" + #"{"clientId":"c2"}"#, "\"\n{}", "\"\"\n{}", "\"\"c\"\"\n{}", "\n" + #"{"clientId":"c"}"#,
            "c\n" + #"{"clientId":7}"#),
        tokens: ["\"", "\\", "\n", #"{"clientId":""#, #""}"#, "c1", "null", ":", ",", "é"]
    ) { input in
        let lines = input.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
        guard lines.count == 2, let name = HTTPField.Name("Idempotency-Key"),
            let body = try? lines[1].withUnsafeBytes({ bytes in try JSONParser.object(bytes) })
        else { return }
        let header = Array(lines[0]).text
        var head = HTTPRequest(method: .post, scheme: nil, authority: nil, path: "/")
        head.headerFields[name] = header
        guard let id = try? Request(head: head, body: .init(buffer: .init())).clientID(in: body) else { return }
        // What the library made of the text is what counts.
        let value = head.headerFields[name] ?? ""
        try promise("the key as it is, or within quotes", [id.description, "\"\(id)\""].contains(value))
        let other = try? body.optionalString("clientId")
        try promise("the body does not say otherwise", other ?? id.description == id.description)
    }

    /// The address of an Engine.IO request.
    static let enginequery = FuzzTarget(
        name: "enginequery",
        seeds: .texts(
            "/socket.io/?EIO=4&transport=polling&t=abc", "/socket.io/?EIO=4&transport=websocket&sid=x",
            "/socket.io/?EIO=3&transport=polling", "/?transport=polling&transport=websocket&EIO=4", "/?&=&EIO", "?",
            "/??",
            "/?sid=&EIO=4&transport=polling"),
        tokens: ["EIO=", "4", "transport=", "polling", "websocket", "sid=", "&", "?", "=", "t=", "%26"]
    ) { input in
        let query = EngineQuery(uri: input.text)
        for value in [query.transport, query.sid, query.version, query.mark].compactMap({ $0 }) {
            try promise("a value ends where the next begins", !value.contains("&"))
        }
        for isUpgrade in [false, true] where (try? query.check(.get, isUpgrade: isUpgrade)) != nil {
            try promise("a transport that fits", query.transport == (isUpgrade ? "websocket" : "polling"))
            try promise("a new session says its version", query.sid != nil || query.version == "4")
        }
        let text = [("transport", query.transport), ("sid", query.sid), ("EIO", query.version), ("t", query.mark)]
            .compactMap { name, value in value.map { "\(name)=\($0)" } }.joined(separator: "&")
        try promise("it is read again", EngineQuery(uri: "/?" + text) == query)
    }

    /// A URL of the configuration in the first line, the `Origin` header in the second.
    static let origin = FuzzTarget(
        name: "origin",
        seeds: .texts(
            "https://chat.example.com/app\nhttps://chat.example.com", "http://localhost:3000\nhttp://localhost:3000",
            "HTTPS://A:443\nhttps://a", "http://[::1]:80\nhttp://[::1]", "https://u@a\nhttps://a", "://\nnull",
            "a://b:\n", "@TTPS://A/.\n@ttps://a"),
        tokens: ["https://", "http://", ":443", ":80", "null", "@", "/", "\n", "://", "xn--", "İ", "ſ"]
    ) { input in
        let lines = input.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
        guard lines.count == 2 else { return }
        let (url, origin) = (Array(lines[0]).text, Array(lines[1]).text)
        guard OriginPolicy([url]).allows(origin) else { return }
        let list = OriginPolicy.origin(of: url)
        try promise("only the configured origin is allowed", origin.lowercased() == list)
        try promise("an origin has no credentials", list?.contains("@") == false)
    }
}
