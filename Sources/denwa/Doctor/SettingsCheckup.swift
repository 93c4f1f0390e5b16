import ChatServer

/// What the settings alone tell. A value, no I/O.
struct SettingsCheckup {
    let server: ServerConfiguration

    var findings: [Finding] { [transport, cookies, origins] }

    private var transport: Finding {
        guard let warning = server.transportWarning else {
            return .ok("public URL", "\(server.publicOrigin) is safe to use.")
        }
        return .attention("public URL", warning)
    }

    private var cookies: Finding {
        if server.isSecure { return .ok("cookies", "Sent over TLS only, named __Host-, out of reach for scripts.") }
        if server.transportWarning == nil { return .ok("cookies", "Without Secure, which is fine on this machine.") }
        return .attention(
            "cookies", "Without Secure and __Host-, because the public URL is http.",
            cure: "Set publicURL to an https address.")
    }

    private var origins: Finding {
        let foreign = server.allowedOrigins.filter { $0 != server.publicOrigin }
        let plain = foreign.filter { server.isSecure && $0.hasPrefix("http://") }
        guard plain.isEmpty else {
            return .attention(
                "origins", "Pages of \(plain.joined(separator: ", ")) may use the server and come without TLS.",
                cure: "Whoever sits on their way can change those pages; name their https addresses in allowedOrigins.")
        }
        return .ok("origins", "Pages of \(([server.publicOrigin] + foreign).joined(separator: ", ")).")
    }
}
