/// How much was exported or imported.
package struct TransferCounts: Sendable, Equatable {
    /// Bots and erased ones among them.
    package var accounts = 0
    /// Archived ones among them.
    package var rooms = 0
    /// Messages, joins and leaves.
    package var events = 0
    /// Members whose read marker was moved forward. An export does not count them.
    package var readMarkers = 0

    /// Nothing so far.
    package init() {}

    /// Whether nothing was exported or imported.
    package var isEmpty: Bool { self == TransferCounts() }
}
