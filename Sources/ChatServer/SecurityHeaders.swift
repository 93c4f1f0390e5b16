import HTTPTypes

/// What every answer carries, whoever gives it: how a browser has to treat it (OWASP Secure Headers).
package struct SecurityHeaders: Sendable {
    let fields: [(name: HTTPField.Name, value: String)]

    /// - Parameter isSecure: browsers reach the server over TLS only, and shall never try without again.
    package init(isSecure: Bool) {
        var headers = [
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
            // What is no page may not be shown as one; pages have a policy of their own.
            ("Content-Security-Policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
        ]
        if isSecure { headers.append(("Strict-Transport-Security", "max-age=31536000; includeSubDomains")) }
        self.fields = headers.compactMap { name, value in HTTPField.Name(name).map { ($0, value) } }
    }
}
