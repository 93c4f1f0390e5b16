import Glibc

/// The limit of open files, which every socket counts against. Child processes inherit it.
enum OpenFiles {
    /// Raises the limit as far as this user may.
    /// - Throws: ``BenchFailure/tooFewFiles(needed:limit:)``
    static func allow(_ needed: Int) throws(BenchFailure) {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        if limit.rlim_cur < limit.rlim_max || limit.rlim_max < rlim_t(needed) {
            var wanted = rlimit(
                rlim_cur: max(limit.rlim_max, rlim_t(needed)), rlim_max: max(limit.rlim_max, rlim_t(needed)))
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &wanted) != 0 {
                wanted = rlimit(rlim_cur: limit.rlim_max, rlim_max: limit.rlim_max)
                setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &wanted)
            }
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }
        guard limit.rlim_cur >= rlim_t(needed) else {
            throw .tooFewFiles(needed: needed, limit: Int(clamping: limit.rlim_cur))
        }
    }
}
