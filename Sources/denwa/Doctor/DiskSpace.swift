import Glibc

/// How much of a file system is free for this user.
struct DiskSpace {
    let freeMiB: Int
    /// 0 to 100.
    let freePercent: Int

    /// - Returns: `nil` if there is no such folder here, or it cannot be looked at.
    init?(_ folder: String) {
        var result = statvfs()
        guard statvfs(folder, &result) == 0, result.f_blocks > 0 else { return nil }
        freeMiB = Int(clamping: (UInt64(result.f_bavail) * UInt64(result.f_frsize)) >> 20)
        freePercent = Int(clamping: UInt64(result.f_bavail) * 100 / UInt64(result.f_blocks))
    }
}
