import ChatCore

/// What becomes of a message of Slack's.
enum SlackItem {
    case message(SlackMessage, SlackMessage.Author)
    /// Somebody came into the channel.
    case joined(SlackMessage.Author, SlackTime)
    case left(SlackMessage.Author, SlackTime)
    case skipped(SlackNote)

    init(_ message: SlackMessage) {
        switch message.subtype {
        case "channel_join"?, "group_join"?:
            self = message.author.map { .joined($0, message.time) } ?? .skipped(.notices)
        case "channel_leave"?, "group_leave"?:
            self = message.author.map { .left($0, message.time) } ?? .skipped(.notices)
        case "tombstone"?, "message_deleted"?: self = .skipped(.deleted)
        case let subtype? where Self.notices.contains(subtype): self = .skipped(.notices)
        default:
            guard let author = message.author else {
                self = .skipped(.withoutAuthor)
                return
            }
            self = .message(message, author)
        }
    }

    /// What Slack itself says in a channel.
    private static let notices: Set<String> = [
        "bot_add", "bot_disable", "bot_enable", "bot_remove", "channel_archive", "channel_canvas_updated",
        "channel_convert_to_private", "channel_convert_to_public", "channel_name", "channel_posting_permissions",
        "channel_purpose", "channel_topic", "channel_unarchive", "ekm_access_denied", "group_archive", "group_name",
        "group_purpose", "group_topic", "group_unarchive", "huddle_thread", "message_changed", "message_replied",
        "pinned_item", "reminder_add", "reply_broadcast", "sh_room_created", "sh_room_shared", "unpinned_item",
    ]
}
