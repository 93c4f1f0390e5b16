/// What a limit says to a try.
package enum Decision: Sendable, Equatable {
    /// It may go on, and has been counted.
    case allowed
    /// Not now, and it has not been counted. After this time (more than zero) it is worth trying again.
    case retry(after: Duration)
}
