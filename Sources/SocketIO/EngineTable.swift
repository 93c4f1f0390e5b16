import ChatCore

/// The Engine.IO sessions by their sid, and how many of them anybody could begin with one request.
struct EngineTable {
    /// Sessions of long-polling at a time: that many take some 60 MB.
    static let pollingLimit = 10_000
    /// Those of one network: an IPv4 address, which many people may share, or an IPv6 /64. Most clients are such a session for a
    /// second, until they have their WebSocket.
    static let networkLimit = 1_000

    private(set) var entries: [String: EngineSessions.Entry] = [:]
    /// Sessions of long-polling, those that were admitted and are not there yet among them.
    private(set) var polling = 0
    private var networks: [String: Int] = [:]

    /// Counts a session of long-polling that is going to be put in.
    /// - Throws: `overloaded`, `too_many_requests`.
    mutating func admit(_ network: String?) throws(ChatError) {
        guard polling < Self.pollingLimit else { throw .overloaded("Too many clients are connecting.") }
        if let network {
            let count = networks[network, default: 0]
            guard count < Self.networkLimit else {
                throw ChatError(
                    .tooManyRequests,
                    "Too many clients of your network are connected by long-polling. Use a WebSocket, or try again in 5 s.",
                    retryAfterMilliseconds: 5000)
            }
            networks[network] = count + 1
        }
        polling += 1
    }

    subscript(sid: String) -> EngineSessions.Entry? {
        get { entries[sid] }
        set {
            if let former = entries[sid], !former.isUpgraded { leave(former.network) }
            entries[sid] = newValue
        }
    }

    /// One of long-polling has ended, or a WebSocket carries it from now on.
    private mutating func leave(_ network: String?) {
        polling -= 1
        guard let network, let count = networks[network] else { return }
        networks[network] = count > 1 ? count - 1 : nil
    }
}
