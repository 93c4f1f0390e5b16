/// How a private cluster is set up.
package struct ClusterOptions: Sendable {
    /// `fsync` on. Off only where the data may be lost with the machine, as in tests.
    package var durable: Bool
    /// PostgreSQL's `max_connections`, those that it keeps for superusers among them.
    package var maxConnections: Int

    /// - Parameter durable: `false` is faster, and loses data with the machine.
    package init(durable: Bool = true, maxConnections: Int = 100) {
        self.durable = durable
        self.maxConnections = maxConnections
    }

    /// The text of `denwa.conf`, which the cluster's `postgresql.conf` includes.
    func configuration(socketFolder: String) -> String {
        // The setting is a list, so the folder is quoted as a list's member and then as a value.
        let folder = socketFolder.replacing("\"", with: "\"\"").replacing("'", with: "''")
        return """
            # Written by denwa at every start.
            listen_addresses = ''
            unix_socket_directories = '"\(folder)"'
            unix_socket_permissions = 0700
            port = 5432
            max_connections = \(maxConnections)
            timezone = 'UTC'
            log_timezone = 'UTC'
            fsync = \(durable ? "on" : "off")
            full_page_writes = \(durable ? "on" : "off")

            """
    }
}
