import ChatServer
import Foundation
import Limits
import Logging
import SocketIO

extension ConfigurationKey {
    /// Everything that can be set; flags, environment, file, messages and documentation follow from this table.
    static let all: [ConfigurationKey] = [
        .text(
            "databaseURL", \.server.databaseURL, expected: "a libpq URL, `postgresql://user@host/database`",
            "The PostgreSQL database.", isValid: { !$0.isEmpty }, alias: "DATABASE_URL", isSecret: true),
        .text(
            "host", \.server.host, expected: "an address of this machine",
            "Where to listen; `0.0.0.0` is every network.", isValid: { !$0.isEmpty }),
        .integer("port", \.server.port, 0...65_535, "Where to listen; 0 takes any free port."),
        .text(
            "publicURL", \.server.publicURL,
            expected: "a scheme, a host and, unless it is the usual one, a port, as in `https://chat.example.com`",
            "Where browsers reach the server; with `https` the session cookie is sent over TLS only.",
            isValid: isOrigin, default: "`http://localhost:` and the port"),
        .list(
            "allowedOrigins", \.server.allowedOrigins,
            expected: "origins such as `https://app.example.com`; commas between them, in a file an array",
            "Further origins whose pages may use the server.", isValid: isOrigin),
        .text(
            "defaultRoom", \.server.defaultRoom, expected: "1 to 64 of `a-z 0-9 -`, not starting with `-`",
            "The room that every new account is a member of.",
            isValid: { $0.wholeMatch(of: /[a-z0-9][a-z0-9-]{0,63}/) != nil }),
        .integer(
            "databaseConnections", \.server.databaseConnections, 1...200,
            "Connections for requests; the room writer has 2 more, and the watch over the database 1."),
        .choice(
            "signUp", \.server.signUp, SignUpPolicy.allCases,
            "Who may make an account: everybody, whoever has an invitation, or only administrators."),
        .flag("guests", \.server.guests, "Whether people may come in under a name, without a password."),
        .choice(
            "secondFactor", \.server.secondFactor, SecondFactorPolicy.allCases,
            "Who has to set up a second factor: nobody, those who administer before they may, or everybody before anything."
        ),
        .integer("passwordMinimum", \.server.passwordMinimum, 8...256, "The fewest characters of a new password."),
        .integer(
            "passwordSlots", \.server.passwordSlots, 1...64, "Passwords hashed at once.",
            default: "the number of processors, 16 at most"),
        .integer(
            "passwordMemory", \.server.passwordMemory, 19_456...131_072,
            "The memory of one hash in KiB; what is weaker is hashed again at the next log-in."),
        .integer(
            "passwordPasses", \.server.passwordPasses, 1...10,
            "How often a hash goes through that memory; once is enough only for 47,104 KiB or more."),
        .text(
            "passwordPepperFile", \.pepperFile, expected: "a file of 16 bytes or more",
            "A secret that goes into every hash and seals authenticator apps' secrets; keep it, or nobody can log in.",
            isValid: { !$0.isEmpty }),
        .list(
            "passwordOldPepperFiles", \.oldPepperFiles, expected: "files; commas between them, in a file an array",
            "Former peppers, until everybody has logged in again, with the second factor if they have one.",
            isValid: { !$0.isEmpty }),
        .list(
            "trustedProxies", \.server.trustedProxies,
            expected: "addresses and ranges such as `10.0.0.0/8`; commas between them, in a file an array",
            "Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.",
            isValid: { AddressRange($0) != nil }),
        .integer("passwordQueue", \.server.passwordQueue, 1...10_000, "Log-ins that may wait; more are told to retry."),
        .integer(
            "heartbeatSeconds", \.server.heartbeatSeconds, 1...300,
            "How often a socket of the native door hears from the server; on that of Socket.IO it is 25 s."),
        .text(
            "socketIoPath", \.server.socketIOPath, expected: "a path of `a-z 0-9 . _ -` with a slash at both ends",
            "Where Socket.IO clients connect.", isValid: { $0.wholeMatch(of: /(\/[a-z0-9._-]+)+\//) != nil }),
        .integer(
            "socketIoHistory", \.server.socketIO.history, 0...200,
            "Messages that a Socket.IO client gets when it connects for the first time."),
        .list(
            "socketIoWithoutRecovery", \.server.socketIO.namespacesWithoutRecovery,
            expected: "namespaces such as `/rooms/lobby`; commas between them, in a file an array",
            "Namespaces whose clients start anew whenever they connect.", isValid: { $0.hasPrefix("/") }),
        .choice(
            "logLevel", \.server.logLevel, Logger.Level.allCases,
            "The least serious message that is logged, to the standard error."),
        .flag("autoMigrate", \.autoMigrate, "Whether `serve` applies pending migrations before it starts."),
        .flag(
            "unsafeDurability", \.unsafeDurability,
            "Whether `serve` accepts a PostgreSQL that can lose what it confirmed: `fsync` or `synchronous_commit` off."
        ),
    ]

    private static let isOrigin: @Sendable (String) -> Bool = { text in
        guard let url = URLComponents(string: text), let host = url.host, !host.isEmpty else { return false }
        return ["http", "https"].contains(url.scheme) && url.path.isEmpty && url.query == nil && url.fragment == nil
            && url.user == nil
    }
}
