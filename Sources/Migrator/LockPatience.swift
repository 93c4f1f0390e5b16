/// How long a file waits for the locks of its tables.
///
/// A statement that waits for `ACCESS EXCLUSIVE` makes everybody wait behind it, readers too. So it waits for a short time
/// only, and after a pause in which they go on, tries again.
package struct LockPatience: Sendable, Equatable {
    /// `.zero` waits for ever.
    package var timeout: Duration
    /// In all; it is tried once at least.
    package var tries: Int
    /// Between two tries.
    package var pause: Duration

    /// By default ten tries of 5 s, a second apart.
    package init(timeout: Duration = .seconds(5), tries: Int = 10, pause: Duration = .seconds(1)) {
        self.timeout = timeout
        self.tries = tries
        self.pause = pause
    }

    var milliseconds: Int64 { Int64(timeout / .milliseconds(1)) }
}
