/// How a connection is made and watched.
package struct ConnectionSettings: Sendable {
    /// Shown in `pg_stat_activity`.
    package var applicationName: String
    /// A server that stays silent for longer counts as lost. `nil` waits for ever.
    package var answerWithin: Duration?
    /// Server-side limits, so that a stuck statement does not hold a room's lock.
    package var statementLimits: Bool
    /// Whether a statement that comes again is parsed only once. A pooler that changes servers between transactions, as
    /// PgBouncer does, knows nothing of that.
    package var preparesStatements: Bool

    /// What the server is told to do differently on this connection, as of its command line: `-c work_mem=64MB`.
    package var options: String?

    /// By default what serves requests: it gives up after 3 s of silence.
    package init(
        applicationName: String = "denwa", answerWithin: Duration? = .seconds(3), statementLimits: Bool = true,
        preparesStatements: Bool = true
    ) {
        self.applicationName = applicationName
        self.answerWithin = answerWithin
        self.statementLimits = statementLimits
        self.preparesStatements = preparesStatements
    }

    /// For migrations, whose statements may take as long as they need.
    package static var patient: ConnectionSettings {
        ConnectionSettings(applicationName: "denwa migrate", answerWithin: nil, statementLimits: false)
    }

    /// The same through a pooler.
    package static var pooled: ConnectionSettings {
        ConnectionSettings(
            applicationName: "denwa migrate", answerWithin: nil, statementLimits: false, preparesStatements: false)
    }

    /// Statements are planned once: their cost hardly depends on the values, and PostgreSQL's own choice between one plan
    /// and a plan for each execution falls differently from one connection to the next. Made while a table is empty, a
    /// plan would read the whole table and be kept while it grows; so indexes are used whatever the statistics say.
    private static let limits =
        "-c statement_timeout=5s -c lock_timeout=2s -c idle_in_transaction_session_timeout=10s"
        + " -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off"

    /// libpq's parameters; the URL, which comes after them, wins.
    var parameters: [(String, String)] {
        var parameters = [
            ("fallback_application_name", applicationName),
            ("client_encoding", "UTF8"),
            ("connect_timeout", "2"),
            ("keepalives_idle", "15"),
            ("keepalives_interval", "5"),
            ("keepalives_count", "3"),
            ("tcp_user_timeout", "10000"),
            ("target_session_attrs", "read-write"),
        ]
        let options = [statementLimits ? Self.limits : nil, options].compactMap { $0 }
        if !options.isEmpty { parameters.append(("options", options.joined(separator: " "))) }
        return parameters
    }
}
