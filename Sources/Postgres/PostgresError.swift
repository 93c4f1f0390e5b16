import CLibPQ

/// What went wrong between us and PostgreSQL, with all that the server said.
package struct PostgresError: Error, Sendable, CustomStringConvertible {
    /// How far a statement has come, and so what may be believed of its outcome.
    package enum Kind: Sendable, Equatable {
        /// No connection could be made; nothing was sent.
        case unreachable
        /// The connection died or went silent after something was sent: the outcome is not known.
        case connectionLost
        /// The server refused the statement; it has rolled back.
        case server
        /// An answer had another shape than the code expects.
        case decoding
        /// Too many jobs are waiting for a connection.
        case busy
    }

    /// What may be believed of the statement.
    package let kind: Kind
    /// Five characters, see "PostgreSQL Error Codes" in its manual.
    package var sqlState: String?
    /// The server's or libpq's own words, or what the code did not expect.
    package let message: String
    /// May hold values of the row at fault: for a log, not for clients.
    package var detail: String?
    /// The server's advice, if it gave any.
    package var hint: String?
    /// The name of the constraint that the statement would have broken.
    package var constraint: String?
    /// 1-based, in characters of the statement.
    package var position: Int?
    /// The statement, without its values.
    package var sql: String?
    /// Which statement of a script it was, from 0.
    package var statement: Int?
    /// The connection was lost after COMMIT was sent: all may have been done.
    package var isCommitUnknown = false

    /// - Parameter message: the server's or libpq's own words, or what the code did not expect.
    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    static func decoding(_ message: String) -> PostgresError { PostgresError(.decoding, message) }

    /// From the fields of a failed result.
    init(result: OpaquePointer, sql: String?) {
        func field(_ code: Character) -> String? {
            code.asciiValue.flatMap { PQresultErrorField(result, Int32($0)) }.map { String(cString: $0) }
        }
        self.kind = .server
        self.sqlState = field("C")
        self.message = field("M") ?? String(cString: PQresultErrorMessage(result)).trimmed
        self.detail = field("D")
        self.hint = field("H")
        self.constraint = field("n")
        self.position = field("P").flatMap { Int($0) }
        self.sql = sql
    }

    package var description: String {
        var text = message
        if let sqlState { text += " (SQLSTATE \(sqlState))" }
        if let detail { text += "; \(detail)" }
        if let hint { text += "; hint: \(hint)" }
        return text
    }

    /// SQLSTATE 23505: a unique index already holds these values.
    package var isUniqueViolation: Bool { sqlState == "23505" }

    /// SQLSTATE 53100: the server's disk is full.
    package var isOutOfSpace: Bool { sqlState == "53100" }

    /// SQLSTATE 25006: the server does not take writes, as a standby does not.
    package var isReadOnly: Bool { sqlState == "25006" }

    /// The server, not the statement, is at fault (shutting down, starting up, out of space or connections,
    /// deadlock, serialization, read-only standby): the same statement may succeed later.
    package var isTransient: Bool {
        switch kind {
        case .unreachable, .connectionLost, .busy: true
        case .decoding: false
        case .server: ["08", "25", "40", "53", "55", "57", "58"].contains(sqlState?.prefix(2) ?? "")
        }
    }
}

extension String {
    /// libpq ends its messages with a line break.
    var trimmed: String {
        var text = Substring(self)
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
