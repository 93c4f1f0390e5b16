import ChatCore
import ChatStore
import HTTPTypes
import Hummingbird

/// How a new session reaches its owner, and how the browser's copy is removed.
struct SessionCookie: Sendable {
    let name: String
    let isSecure: Bool

    /// What the client asked for with the member `session`.
    enum Delivery: String {
        case bearer
        case cookie

        init(_ body: JSONObject) throws(ChatError) {
            let text = try body.optionalString("session") ?? Delivery.bearer.rawValue
            guard let delivery = Delivery(rawValue: text) else {
                throw .invalid("session", "session is \"bearer\" (the answer holds the token) or \"cookie\".")
            }
            self = delivery
        }
    }

    /// The answer to a log-in: a cookie that scripts cannot read, or the token in the body.
    func response(
        _ status: HTTPResponse.Status, _ session: Session, _ token: SecretToken, _ delivery: Delivery
    ) -> Response {
        hand(status, session, token, delivery) { json in json.object("account") { $0.members(of: session.account) } }
    }

    /// The answer to an act that took the password: the session that goes on in the place of the one that asked. The sockets of that
    /// one are left to ``DatabaseWatch``, which closes them half a second later at most: by then the browser has its new cookie.
    /// - Parameter members: writes what the act itself has to say.
    func renewal(
        _ session: Session, _ token: SecretToken, _ delivery: Delivery, members: (inout JSONWriter) -> Void = { _ in }
    ) -> Response {
        hand(.ok, session, token, delivery, members)
    }

    private func hand(
        _ status: HTTPResponse.Status, _ session: Session, _ token: SecretToken, _ delivery: Delivery,
        _ members: (inout JSONWriter) -> Void
    ) -> Response {
        var response = Response.json(status) { json in
            members(&json)
            json.object("session") { json in
                json.members(of: session)
                if delivery == .bearer { json.member("token", token.text) }
            }
        }
        if delivery == .cookie { response.headers[.setCookie] = header(token.text, seconds: Sessions.days * 86_400) }
        return response
    }

    func clear(in response: inout Response) {
        response.headers[.setCookie] = header("", seconds: 0)
    }

    /// The cookie by which a device is known again after the session has ended. It opens nothing.
    private var deviceName: String { name.replacing("session", with: "device") }

    func device(in request: Request) -> SecretToken? { token(named: deviceName, in: request) }

    /// What the browser has from an earlier log-in; whether it still proves anything is the database's word.
    func session(in request: Request) -> SecretToken? { token(named: name, in: request) }

    private func token(named name: String, in request: Request) -> SecretToken? {
        let pairs = request.headers[values: .cookie].lazy.flatMap { $0.split(separator: ";") }
        let prefix = name + "="
        let value = pairs.map { $0.drop { $0 == " " } }.first { $0.hasPrefix(prefix) }?.dropFirst(prefix.count)
        return value.flatMap { SecretToken(presented: String($0)) }
    }

    func add(device: SecretToken, to response: inout Response) {
        response.headers.append(
            HTTPField(name: .setCookie, value: header(device.text, deviceName, seconds: Devices.days * 86_400)))
    }

    private func header(_ value: String, _ name: String? = nil, seconds: Int64) -> String {
        "\(name ?? self.name)=\(value); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Lax"
            + (isSecure ? "; Secure" : "")
    }
}
