import ChatCore
import ChatStore
import HTTPTypes
import Hummingbird
import PasswordPolicy
import Passwords

/// Signing up.
struct SignUpController: Sendable {
    let store: Store
    let hasher: PasswordHasher
    let cookies: SessionCookie
    let newcomers: Newcomers
    let passwords: PasswordPolicy
    let policy: SignUpPolicy
    let limits: LogInLimits

    func add(to router: Router<AnonymousContext>) {
        router.route("/v1/server", [.get: about])
        router.route("/v1/accounts", [.post: signUp])
    }

    /// What a client has to know before it shows a form.
    @Sendable private func about(_ request: Request, _ context: AnonymousContext) async throws -> Response {
        .json { json in
            json.member("signUp", policy.rawValue)
            json.member("passwordMinimum", Int64(passwords.minimum))
        }
    }

    @Sendable private func signUp(_ request: Request, _ context: AnonymousContext) async throws -> Response {
        let form = try SignUpForm(try await request.jsonObject(), policy, passwords)
        try limits.admitSignUp(from: context.clientAddress)
        let place = LoginPlace(request, context.clientAddress)
        let hash = try await hasher.hash(form.password.normalized)
        let token = SecretToken()
        let (session, room) = try await store.run { connection in
            try Accounts.signUp(
                form.handle, displayName: form.displayName ?? DisplayName(form.handle), passwordHash: hash,
                invitation: form.invitation, token: token, at: place, on: connection)
        }
        await newcomers.join(session.account, and: room)
        return cookies.response(.created, session, token, form.delivery)
    }
}

/// What somebody fills in to get an account.
private struct SignUpForm {
    let handle: Handle
    /// `nil` for the handle.
    let displayName: DisplayName?
    let password: Password
    let invitation: SecretToken?
    let delivery: SessionCookie.Delivery

    /// - Throws: `invalid_field`; what ``SignUpPolicy/invitation(_:)`` throws.
    init(
        _ body: JSONObject, _ policy: SignUpPolicy, _ passwords: PasswordPolicy
    ) throws(ChatError) {
        invitation = try policy.invitation(body.optionalString("invitation"))
        handle = try Handle(body.string("handle"))
        displayName = try body.optionalString("displayName").map { text throws(ChatError) in try DisplayName(text) }
        let names = [handle.description] + (displayName.map { [$0.description] } ?? [])
        password = try Password(body.string("password"), passwords, for: names)
        delivery = try SessionCookie.Delivery(body)
    }
}
