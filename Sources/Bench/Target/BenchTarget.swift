package import ChatClient

/// The server that is measured.
package struct BenchTarget: Sendable {
    /// Without TLS.
    package let address: ServerAddress
    /// Its process, if that runs on this machine.
    let process: ProcessGauge?
    /// A folder on the database's disk, if that is known.
    let databaseFolder: String?

    /// - Parameters:
    ///   - pid: `nil` for a server elsewhere; its CPU time and its memory are not measured then.
    ///   - databaseFolder: `nil` if it is not known; the disk's commits are not probed then.
    package init(_ address: ServerAddress, pid: Int32? = nil, databaseFolder: String? = nil) {
        self.address = address
        self.process = pid.map { ProcessGauge(pid: $0) }
        self.databaseFolder = databaseFolder
    }
}
