import ChatCore
import ChatRealtime
import ChatStore
import HTTPTypes
import Hummingbird
import PasswordPolicy
import Passwords

/// The ways into the server: signing up, coming in as a guest, and becoming a member as a guest.
struct SignUpController: Sendable {
    let store: Store
    let hasher: PasswordHasher
    let cookies: SessionCookie
    let former: FormerSession
    let hub: Hub
    let newcomers: Newcomers
    let passwords: PasswordPolicy
    let policy: SignUpPolicy
    let takesGuests: Bool
    let limits: LogInLimits

    func add(to router: Router<AnonymousContext>, _ authenticated: RouterGroup<AuthenticatedContext>) {
        router.route("/v1/server", [.get: about])
        router.route("/v1/accounts", [.post: signUp])
        router.route("/v1/guests", [.post: enter])
        authenticated.route("/v1/me/sign-up", [.post: signUpAsGuest])
    }

    /// What a client has to know before it shows a form.
    @Sendable private func about(_ request: Request, _ context: AnonymousContext) async throws -> Response {
        .json { json in
            json.member("signUp", policy.rawValue)
            json.member("guests", takesGuests)
            json.member("passwordMinimum", Int64(passwords.minimum))
            json.member("defaultRoom", newcomers.defaultRoom.description)
        }
    }

    @Sendable private func signUp(_ request: Request, _ context: AnonymousContext) async throws -> Response {
        let form = try SignUpForm(try await request.jsonObject(), policy, passwords)
        try limits.admitSignUp(from: context.clientAddress)
        let place = LoginPlace(request, context.clientAddress)
        let hash = try await hasher.hash(form.password.normalized, since: context.arrival)
        let token = SecretToken()
        let (session, room) = try await store.run { connection in
            try Accounts.signUp(
                form.handle, displayName: form.displayName ?? DisplayName(form.handle), passwordHash: hash,
                invitation: form.invitation, token: token, at: place, on: connection)
        }
        await newcomers.join(session.account, and: room)
        await former.end(request, form.delivery, from: place.address, context.logger)
        return cookies.response(.created, session, token, form.delivery)
    }

    @Sendable private func enter(_ request: Request, _ context: AnonymousContext) async throws -> Response {
        guard takesGuests else {
            throw ChatError(.guestsNotAllowed, "This server takes no guests. Sign up, or log in.")
        }
        let body = try await request.jsonObject()
        let name = try DisplayName(body.string("displayName"))
        let delivery = try SessionCookie.Delivery(body)
        try limits.admitSignUp(from: context.clientAddress)
        let place = LoginPlace(request, context.clientAddress)
        let token = SecretToken()
        let session = try await store.run { try Accounts.enter(as: name, token: token, at: place, on: $0) }
        await newcomers.join(session.account)
        await former.end(request, delivery, from: place.address, context.logger)
        return cookies.response(.created, session, token, delivery)
    }

    /// The guest's account goes on, with all that it has written; only its sessions are replaced by a new one.
    @Sendable private func signUpAsGuest(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let guest = context.session
        guard guest.role == .guest else { throw ChatError(.notAllowed, "Only a guest can sign up in this way.") }
        let form = try SignUpForm(
            try await request.jsonObject(), policy, passwords, named: guest.account.displayName)
        try limits.admitSignUp(from: context.clientAddress)
        let place = LoginPlace(request, context.clientAddress)
        let hash = try await hasher.hash(form.password.normalized, since: context.arrival)
        let token = SecretToken()
        let (signedUp, ended) = try await store.run { connection in
            try Accounts.signUp(
                guest: guest, as: form.handle, displayName: form.displayName, passwordHash: hash,
                invitation: form.invitation, token: token, at: place, on: connection)
        }
        hub.end(Set(ended))
        let session = signedUp.session
        if let room = signedUp.room { await newcomers.join(session.account, only: room) }
        return cookies.response(.created, session, token, form.delivery)
    }
}

/// What somebody fills in to get an account.
private struct SignUpForm {
    let handle: Handle
    /// `nil` for the handle, or what a guest is called already.
    let displayName: DisplayName?
    let password: Password
    let invitation: SecretToken?
    let delivery: SessionCookie.Delivery

    /// - Parameter name: what the person is called already, if it has no other name here.
    /// - Throws: `invalid_field`; what ``SignUpPolicy/invitation(_:)`` throws.
    init(
        _ body: JSONObject, _ policy: SignUpPolicy, _ passwords: PasswordPolicy, named name: DisplayName? = nil
    ) throws(ChatError) {
        invitation = try policy.invitation(body.optionalString("invitation"))
        handle = try Handle(body.string("handle"))
        displayName = try body.optionalString("displayName").map { text throws(ChatError) in try DisplayName(text) }
        let names = [handle.description] + ((displayName ?? name).map { [$0.description] } ?? [])
        password = try Password(body.string("password"), passwords, for: names)
        delivery = try SessionCookie.Delivery(body)
    }
}
