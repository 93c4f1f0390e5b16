import ChatCore

/// What `users.json` says of somebody.
struct SlackUser {
    let id: String
    let name: String
    /// What people see, the best first.
    let shown: [String]
    let isBot: Bool
    let isDeleted: Bool

    /// - Throws: `invalid_field` for something that is no user.
    init(_ object: JSONObject) throws(ChatError) {
        guard let id = object.text("id"), !id.isEmpty, id.utf8.count <= 32 else {
            throw .invalid("id", "A user has no id, or none that Slack gives.")
        }
        let profile = object.object("profile")
        self.id = id
        name = object.text("name") ?? profile?.text("display_name") ?? id
        shown = [profile?.text("display_name"), object.text("real_name"), profile?.text("real_name"), name].compactMap {
            $0
        }
        isBot = object.says("is_bot")
        isDeleted = object.says("deleted")
    }
}
