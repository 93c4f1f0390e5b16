import ChatCore

/// A message of Slack's export, as far as it means something here.
struct SlackMessage {
    /// Who has written it.
    enum Author: Hashable {
        case user(String)
        /// A program, by its id, or by its name if it has none.
        case bot(String)
    }

    let time: SlackTime
    let subtype: String?
    let author: Author?
    /// What the message itself calls its author; of a program, whose names stand nowhere else, and of guests from elsewhere.
    let authorName: String?
    /// Still with Slack's angle brackets and entities.
    let text: String
    /// Names of the files that belong to it.
    let files: [String]
    let hasPreviews: Bool
    let isEdited: Bool
    let isReply: Bool
    let reactions: Int

    /// - Throws: `invalid_field` for something that no message of Slack's is.
    init(_ object: JSONObject) throws(ChatError) {
        guard let time = object.text("ts").flatMap(SlackTime.init) else {
            throw .invalid("ts", "ts must be a time as 1482960137.003990.")
        }
        switch object["text"] {
        case nil, .null, .string: break
        default: throw .invalid("text", "text must be a string.")
        }
        self.time = time
        subtype = object.text("subtype")
        let profile = object.object("bot_profile")
        author = Self.author(object, profile)
        authorName =
            profile?.text("name") ?? object.text("username") ?? object.object("user_profile")?.text("real_name")
        let attachments = object.objects("attachments")
        // A link that Slack has looked up says where it leads; what a program attaches does not.
        let own = attachments.filter { $0.text("from_url") == nil && $0.text("original_url") == nil }
        text = Self.text(object, own)
        hasPreviews = own.count < attachments.count
        files = object.objects("files").map { $0.text("name") ?? $0.text("title") ?? "" }
        isEdited = object.object("edited") != nil
        isReply = object.text("thread_ts").map { $0 != time.text } ?? false
        reactions = object.objects("reactions").reduce(0) { sum, reaction in
            guard case .array(let users) = reaction["users"] else { return sum + 1 }
            return sum + users.count
        }
    }

    private static func author(_ object: JSONObject, _ profile: JSONObject?) -> Author? {
        if let user = object.text("user"), !user.isEmpty { return .user(user) }
        if let bot = object.text("bot_id") ?? profile?.text("id"), !bot.isEmpty { return .bot(bot) }
        if object.text("subtype") == "bot_message" { return .bot(object.text("username") ?? "bot") }
        return nil
    }

    /// The text, and what a program has said in attachments or blocks in its place or beside it.
    private static func text(_ object: JSONObject, _ attachments: [JSONObject]) -> String {
        var lines: [String] = []
        if let text = object.text("text"), !text.isEmpty { lines.append(text) }
        if lines.isEmpty { lines += object.objects("blocks").compactMap { $0.object("text")?.text("text") } }
        for attachment in attachments {
            let parts = ["pretext", "title", "text"].compactMap { attachment.text($0) }.filter { !$0.isEmpty }
            lines += parts.isEmpty ? [attachment.text("fallback") ?? ""] : parts
        }
        return lines.filter { !$0.isEmpty }.joined(separator: "\n")
    }
}
