import ChatServer

/// All that ``ConfigurationKey/all`` can set.
struct Settings: Sendable {
    var server = ServerConfiguration(databaseURL: "")
    /// Whether `serve` applies pending migrations itself.
    var autoMigrate = false
    /// Whether `serve` accepts a database that may forget what it has confirmed.
    var unsafeDurability = false

    /// What applies where nothing is set.
    static let standard = Settings()

    private init() {}

    /// - Throws: ``ConfigurationError`` for the first value that is not as the key demands.
    init(_ sources: [ConfigurationSource]) throws(ConfigurationError) {
        for key in ConfigurationKey.all {
            for source in sources {
                guard let value = try source.value(of: key) else { continue }
                key.apply(value, &self)
                break
            }
        }
    }

    /// The database's URL.
    /// - Throws: ``ConfigurationError/noDatabase`` if none is named.
    func databaseURL() throws(ConfigurationError) -> String {
        guard !server.databaseURL.isEmpty else { throw .noDatabase }
        return server.databaseURL
    }
}
