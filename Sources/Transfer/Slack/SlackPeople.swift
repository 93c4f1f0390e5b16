import ChatCore

/// Who is in an archive of Slack's, and what their accounts are here.
///
/// Everybody becomes a member of the server and nobody more: an archive that somebody else has made gives no rights.
struct SlackPeople {
    /// Slack's own program.
    private static let slackbot = "USLACKBOT"

    private var accounts: [SlackMessage.Author: AccountLine] = [:]
    private var order: [SlackMessage.Author] = []
    private var taken: Set<String> = []
    /// Authors that `users.json` does not name, and what their messages call them.
    private var strangers: [SlackMessage.Author: String] = [:]
    private let now: Timestamp

    /// - Parameter now: when the accounts are made.
    init(now: Timestamp) { self.now = now }

    /// In a fixed order.
    var lines: [AccountLine] { order.compactMap { accounts[$0] } }

    var handles: [String: Handle] {
        accounts.reduce(into: [:]) { handles, account in
            if case .user(let id) = account.key { handles[id] = account.value.handle }
        }
    }

    func handle(of author: SlackMessage.Author) -> Handle? { accounts[author]?.handle }

    /// Those of `users.json`, in the order of their ids.
    mutating func add(_ users: [SlackUser]) {
        for user in users.sorted(by: { $0.id < $1.id }) {
            add(
                .user(user.id), user.id, user.name, user.shown, isBot: user.isBot || user.id == Self.slackbot,
                isDisabled: user.isDeleted)
        }
    }

    /// How many there are, with those who have no account yet.
    var count: Int { accounts.count + strangers.count }

    /// Notes an author of a message.
    mutating func meet(_ author: SlackMessage.Author, name: String?) {
        if accounts[author] == nil, strangers[author] == nil || strangers[author] == "" {
            strangers[author] = name ?? ""
        }
    }

    /// Gives an account to every author who has none; after all messages were seen.
    mutating func settle() {
        for (author, name) in strangers.sorted(by: { $0.key.sortKey < $1.key.sortKey }) {
            switch author {
            case .user(let id):
                add(author, id, name.isEmpty ? id : name, [name, id], isBot: id == Self.slackbot, isDisabled: false)
            case .bot(let id): add(author, id, name.isEmpty ? id : name, [name, id], isBot: true, isDisabled: false)
            }
        }
        strangers = [:]
    }

    private mutating func add(
        _ author: SlackMessage.Author, _ id: String, _ name: String, _ shown: [String], isBot: Bool, isDisabled: Bool
    ) {
        guard accounts[author] == nil else { return }
        let handle = SlackName.handle(name, id: id, taken: &taken)
        accounts[author] = AccountLine(
            handle: handle, displayName: shown.lazy.compactMap(Self.displayName).first ?? DisplayName(handle),
            role: isBot ? .bot : .member, createdAt: now, disabledAt: isDisabled ? now : nil)
        order.append(author)
    }

    /// As much of a name as can be shown.
    private static func displayName(_ text: String) -> DisplayName? {
        if let name = try? DisplayName(text) { return name }
        var visible = String.UnicodeScalarView()
        visible.append(contentsOf: text.unicodeScalars.lazy.filter { (try? DisplayName("a\($0)")) != nil }.prefix(64))
        return try? DisplayName(String(visible))
    }
}

extension SlackMessage.Author {
    /// Users before programs, each by id.
    fileprivate var sortKey: String {
        switch self {
        case .user(let id): "u\(id)"
        case .bot(let id): "v\(id)"
        }
    }
}
