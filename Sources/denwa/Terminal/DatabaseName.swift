import Postgres

/// Which database a connection leads to, as a person would say it.
struct DatabaseName {
    let name: String
    /// The host and port, or the folder of the socket.
    let host: String

    init(on connection: Connection) {
        name = connection.database
        host = connection.host
    }

    /// As in `the database denwa on localhost:5432`.
    var sentence: String { "the database \(name) on \(host)" }
}
