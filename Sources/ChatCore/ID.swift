/// The number of a row. Numbers of different kinds do not mix.
package struct ID<Entity>: Sendable, Hashable {
    /// As the database has given it out.
    package let rawValue: Int64

    /// For a number that the database has given out.
    package init(rawValue: Int64) { self.rawValue = rawValue }
}

/// The number of an account.
package typealias AccountID = ID<Account>
/// The number of a session.
package typealias SessionID = ID<Session>
