/// A token of a bot, as those see it who administer. It is a session without a log-in.
package struct BotToken: Sendable, Hashable {
    /// Days that one may last.
    package static let daysRange: ClosedRange<Int64> = 1...3650

    /// What a token may be called: one line of 1 to 64 code points.
    /// - Throws: `invalid_field`.
    package static func checkedName(_ text: String) throws(ChatError) -> String {
        try Line.check(text, field: "name", limit: 64)
    }

    /// The session's that it is.
    package let id: SessionID
    /// For whoever administers, to tell one from the other.
    package let name: String
    /// What it may do, of ``Rights/scopes``.
    package let scopes: Rights
    /// By the database's clock.
    package let createdAt: Timestamp
    /// Not valid from then on.
    package let expiresAt: Timestamp

    /// A row of the database.
    package init(id: SessionID, name: String, scopes: Rights, createdAt: Timestamp, expiresAt: Timestamp) {
        self.id = id
        self.name = name
        self.scopes = scopes
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}
