/// What is not in Denwa afterwards as it was in Slack.
package enum SlackNote: String, Sendable, CaseIterable {
    case changedSince
    case deleted
    case edits
    case files
    case longMessages
    case notices
    case otherFiles
    case previews
    case privateConversations
    case reactions
    case repeated
    case threadReplies
    case withoutAuthor
    case withoutText

    /// What is counted, and what became of it.
    package var sentence: String {
        switch self {
        case .changedSince: "messages that were edited in Slack after an earlier import: left as they were"
        case .deleted: "messages that had been deleted in Slack: not taken"
        case .edits: "edited messages: taken as they are now"
        case .files: "files: their names taken, their content not"
        case .longMessages: "messages that were too long: taken in parts"
        case .notices: "notices such as a new topic: not taken"
        case .otherFiles: "other files in the archive: not taken"
        case .previews: "messages with previews of links: taken without them"
        case .privateConversations: "private channels and direct messages: not taken"
        case .reactions: "reactions: not taken"
        case .repeated: "messages with the time of another one by the same author in the same channel: not taken"
        case .threadReplies: "replies in threads: taken as messages of the room"
        case .withoutAuthor: "messages of nobody: not taken"
        case .withoutText: "messages without any text: not taken"
        }
    }
}

/// What an import from Slack has brought, and what not.
package struct SlackReport: Sendable, Equatable {
    /// What is in the archive, or what was added.
    package internal(set) var counts = TransferCounts()
    /// How often each applies; without those that do not.
    package private(set) var notes: [SlackNote: Int] = [:]

    mutating func add(_ note: SlackNote, _ count: Int = 1) {
        if count > 0 { notes[note, default: 0] += count }
    }

    /// What a message lacks here that is taken.
    mutating func add(notesOf message: SlackMessage) {
        add(.reactions, message.reactions)
        add(.files, message.files.count)
        if message.hasPreviews { add(.previews) }
        if message.isEdited { add(.edits) }
        if message.isReply { add(.threadReplies) }
    }
}
