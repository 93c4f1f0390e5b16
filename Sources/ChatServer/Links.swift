package import ChatStore

/// Addresses of the web client that carry a secret. It is in the fragment, which browsers send to nobody: it is in no log of
/// a server or proxy.
package struct Links: Sendable {
    private let origin: String

    /// - Parameter origin: where browsers reach the server.
    package init(origin: String) { self.origin = origin }

    /// Opens the form to sign up.
    package func invitation(_ code: SecretToken) -> String { "\(origin)/#invite=\(code.text)" }

    /// Opens the form to choose a password.
    package func passwordReset(_ token: SecretToken) -> String { "\(origin)/#reset=\(token.text)" }
}
