/// How long a file waits for the locks of its tables.
///
/// A statement that waits for `ACCESS EXCLUSIVE` makes everybody wait behind it, readers too. So it waits for a short time
/// only, and after a pause in which they go on, tries again.
package struct LockPatience: Sendable, Equatable {
    /// `.zero` waits for ever.
    package var timeout: Duration
    package var tries: Int
    package var pause: Duration

    package init(timeout: Duration = .seconds(5), tries: Int = 10, pause: Duration = .seconds(1)) {
        self.timeout = timeout
        self.tries = tries
        self.pause = pause
    }

    var milliseconds: Int64 { Int64(timeout / .milliseconds(1)) }
}
