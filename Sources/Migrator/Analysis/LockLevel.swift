/// PostgreSQL's locks on tables, the weakest first (its manual, "Explicit Locking").
package enum LockLevel: Int, Sendable, Comparable, CaseIterable, CustomStringConvertible {
    case accessShare = 1
    case rowShare
    case rowExclusive
    case shareUpdateExclusive
    case share
    case shareRowExclusive
    case exclusive
    case accessExclusive

    package static func < (left: LockLevel, right: LockLevel) -> Bool { left.rawValue < right.rawValue }

    /// As in `LOCK TABLE … IN … MODE`.
    package var description: String {
        switch self {
        case .accessShare: "ACCESS SHARE"
        case .rowShare: "ROW SHARE"
        case .rowExclusive: "ROW EXCLUSIVE"
        case .shareUpdateExclusive: "SHARE UPDATE EXCLUSIVE"
        case .share: "SHARE"
        case .shareRowExclusive: "SHARE ROW EXCLUSIVE"
        case .exclusive: "EXCLUSIVE"
        case .accessExclusive: "ACCESS EXCLUSIVE"
        }
    }

    /// As in the column `mode` of `pg_locks`.
    package var catalogName: String {
        description.split(separator: " ").map { $0.prefix(1) + $0.dropFirst().lowercased() }.joined() + "Lock"
    }

    /// Who has to wait until it is released.
    package var blocks: String {
        switch self {
        case .accessShare, .rowShare: "nobody who reads or writes"
        case .rowExclusive, .shareUpdateExclusive: "only changes of the schema"
        case .share, .shareRowExclusive: "writers"
        case .exclusive: "writers and SELECT … FOR UPDATE"
        case .accessExclusive: "readers and writers"
        }
    }
}
