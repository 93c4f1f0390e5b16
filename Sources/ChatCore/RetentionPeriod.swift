/// How long a room keeps what was said.
package enum RetentionPeriod: Sendable, Hashable {
    case forever
    /// So many days, 1 to ``limit``.
    case days(Int64)

    /// In days: a hundred years.
    package static let limit: Int64 = 36_500
}
