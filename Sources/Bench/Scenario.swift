/// The loads, by the names that the command line takes.
package enum Scenario: String, Sendable, CaseIterable {
    case small
    case deep
    case fan100
    case room1k
    case open200
    case steady
    case storm
    case churn
    case history
    case historyREST = "history-rest"
    case idle
    case slow

    /// What runs if nothing is named: about two minutes.
    package static let short: [Scenario] = [.small, .deep, .fan100, .room1k, .open200, .steady, .storm, .churn]

    /// One line for people.
    package var summary: String {
        switch self {
        case .small: "64 rooms of 4 sockets, 64 senders, 1 message in flight each"
        case .deep: "64 rooms of 4 sockets, 64 senders, 16 messages in flight each"
        case .fan100: "10 rooms of 100 sockets, 50 senders, 1 message in flight each"
        case .room1k: "1 room of 1,000 sockets, 8 senders, 1 message in flight each"
        case .open200: "10 rooms of 100 sockets, 200 messages a second on a fixed schedule"
        case .steady: "100 rooms of 10 sockets, 1,000 messages a second on a fixed schedule"
        case .storm: "3,000 sockets drop at once and come back, each with 50 messages of history"
        case .churn: "64 workers connect, read 50 messages of history and drop, over and over"
        case .history: "16 sockets read pages of 50 messages over and over"
        case .historyREST: "16 HTTP connections read pages of 50 messages over and over"
        case .idle: "10,000 sockets that are logged in and say nothing"
        case .slow:
            "10 rooms of 100 sockets, 285 messages of 8 kB a second, most in one room; then its 100 sockets stop reading"
        }
    }

    /// The most sockets that are open at once.
    var sockets: Int {
        switch self {
        case .small, .deep: 256
        case .fan100, .room1k, .open200, .steady: 1_000
        case .slow: 1_050
        case .storm: 3_000
        case .churn, .history, .historyREST: 100
        case .idle: 10_000
        }
    }
}
