/// What is being done just now.
package enum Stage: Sendable, Equatable {
    /// The tables are read and hashed, before they are dumped; counted in bytes.
    case hashing
    /// `pg_dump` writes; counted in rows.
    case dumping
    /// The dump is compared with its hash; counted in bytes.
    case reading
    /// The dump is loaded into a database; counted in bytes of the dump. Indexes are built at its end.
    case restoring
    /// What was loaded is read and hashed; counted in bytes.
    case comparing
}

/// Who looks on while a backup is made, checked or restored.
package struct Observer: Sendable {
    /// Told how much of how much is done.
    package let progress: @Sendable (Stage, _ done: Int64, _ total: Int64) -> Void
    /// Asked a few times a second whether to give up.
    package let isInterrupted: @Sendable () -> Bool

    /// Both are called on the thread that does the work.
    package init(
        progress: @escaping @Sendable (Stage, _ done: Int64, _ total: Int64) -> Void,
        isInterrupted: @escaping @Sendable () -> Bool
    ) {
        self.progress = progress
        self.isInterrupted = isInterrupted
    }

    /// - Throws: ``BackupError/interrupted`` if it is time to give up.
    func check() throws(BackupError) {
        if isInterrupted() { throw .interrupted }
    }
}
