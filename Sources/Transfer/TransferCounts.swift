/// How much was exported or imported.
package struct TransferCounts: Sendable, Equatable {
    package var accounts = 0
    package var rooms = 0
    package var events = 0
    /// Members whose read marker was moved forward. An export does not count them.
    package var readMarkers = 0

    package init() {}

    package var isEmpty: Bool { self == TransferCounts() }
}
