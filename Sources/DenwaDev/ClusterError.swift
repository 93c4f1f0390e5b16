/// Why a private cluster cannot be used: the cause and the cure.
package enum ClusterError: Error, Sendable, Equatable, CustomStringConvertible {
    /// `version` is the one an existing cluster needs; `nil`: any.
    case noPostgres(version: String?)
    case folder(String, reason: String)
    /// Somebody else holds the folder's lock.
    case locked(folder: String, pid: String)
    case failed(step: String, output: String)
    case notReady(folder: String, reason: String)

    package var description: String {
        switch self {
        case .noPostgres(nil):
            "PostgreSQL's server programs were not found; install them with `apt-get install postgresql`."
        case .noPostgres(let version?):
            "This cluster was made by PostgreSQL \(version), whose programs were not found; install them with "
                + "`apt-get install postgresql-\(version)`, or start over with `denwa dev --fresh`."
        case .folder(let path, let reason):
            "The folder \(path) cannot be used: \(reason); make it writable or name another one with --folder."
        case .locked(let folder, let pid):
            "Another `denwa dev` (process \(pid)) uses \(folder); stop it first, or name another folder with --folder."
        case .failed(let step, let output):
            "\(step) failed: \(output)"
        case .notReady(let folder, let reason):
            "PostgreSQL in \(folder) did not become ready: \(reason)"
        }
    }
}
