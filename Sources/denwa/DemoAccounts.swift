import ChatServer
import Passwords
import Postgres

/// The accounts of the demo, whose password everybody can read in the source.
enum DemoAccounts {
    static let handles = ["hanako", "taro", "alice", "ken", "yuki", "emma"]
    static let password = "denwa demo password"

    /// Those that still have the published password and may log in. Somebody else may have the handle, or the password may be
    /// another one by now, so it is compared; that takes a fraction of a second, and nothing where nobody has such a handle.
    /// - Parameter configuration: has the peppers.
    static func withPublishedPassword(
        _ configuration: ServerConfiguration, on connection: Connection
    ) async throws -> [(handle: String, isOwner: Bool)] {
        let rows = try connection.run(
            """
            SELECT handle, password_hash, role = 'owner' AS is_owner FROM accounts
            WHERE handle = ANY (\(SQLArray(handles))) AND password_hash IS NOT NULL AND disabled_at IS NULL ORDER BY id
            """)
        guard rows.first != nil else { return [] }
        let hasher = PasswordHasher(
            configuration.hashParameters, peppers: configuration.peppers, slots: 1, queue: handles.count)
        var found: [(handle: String, isOwner: Bool)] = []
        for row in rows {
            // One made with a pepper that we were not given is no business of ours here.
            let verdict = try? await hasher.verify(password, against: row.get("password_hash"))
            if let verdict, verdict != .wrong { found.append((try row.get("handle"), try row.get("is_owner"))) }
        }
        try await hasher.shutdown()
        return found
    }

    /// What to say about it, with cause and cure; `nil` if there is nothing to say.
    static func warning(_ configuration: ServerConfiguration, on connection: Connection) async throws -> String? {
        let found = try await withPublishedPassword(configuration, on: connection)
        guard !found.isEmpty else { return nil }
        let names = found.map { $0.isOwner ? "\($0.handle) (an owner)" : $0.handle }.joined(separator: ", ")
        return
            "The demo's published password opens these accounts: \(names). Whoever reaches the server can log in as them; "
            + "disable them with `denwa account disable`, or give them passwords with `denwa account reset-link`."
    }
}
