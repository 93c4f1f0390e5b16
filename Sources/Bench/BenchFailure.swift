/// Why there are no figures: the cause and the cure.
package enum BenchFailure: Error, Sendable, CustomStringConvertible {
    case badURL(String)
    case serverDidNotStart(String)
    case notReady(String)
    case tooFewFiles(needed: Int, limit: Int)
    case tookTooLong(String)
    case broken(String)
    /// Something did not arrive.
    case lost(String)
    case interrupted
    /// The server does not know what the scenario needs.
    case unsupported(String)

    package var description: String {
        switch self {
        case .badURL(let url): "\(url) is not the URL of a server; give one as http://localhost:3001."
        case .serverDidNotStart(let output): "The server to be measured did not start: \(output)"
        case .notReady(let url): "\(url)/readyz does not say that the server is ready; check that it runs."
        case .tooFewFiles(let needed, let limit):
            "This needs \(needed) open files and only \(limit) are allowed; raise the limit with `ulimit -n \(needed)`."
        case .tookTooLong(let what): "This did not come about in time: \(what)."
        case .broken(let what): "The load broke off: \(what)"
        case .lost(let what): "Lost, or stuck in the server: \(what)."
        case .interrupted: "Interrupted."
        case .unsupported(let what): "This server does not support \(what)."
        }
    }
}
