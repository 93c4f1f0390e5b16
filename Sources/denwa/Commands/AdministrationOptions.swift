import ArgumentParser
import ChatCore
import ChatServer
import ChatStore
import Foundation
import Postgres

/// What the commands have in common that administer accounts, and how they show what they have done.
struct AdministrationOptions: ParsableArguments {
    @OptionGroup var file: FileOptions
    @Option(help: .key("databaseURL")) var databaseURL: String?
    @Option(help: .key("publicURL")) var publicURL: String?
    @Flag(help: "Print one JSON object a line.") var json = false

    func settings() throws -> Settings {
        try file.settings(flags: ["databaseURL": databaseURL, "publicURL": publicURL])
    }

    /// Makes somebody new a member of the default room, as those who sign up are.
    func join(_ handle: Handle, _ settings: Settings, on connection: Connection) throws {
        let room = try RoomName(settings.server.defaultRoom)
        try Rooms.ensure(room, title: RoomTitle(room), on: connection)
        try Rooms.join(room, AccountRecords.find(handle, on: connection).account, on: connection)
    }

    /// - Throws: ``DatabaseUnsuitable`` unless the schema is the newest.
    func connection(_ settings: Settings) throws -> Connection {
        let connection = try Connection(url: settings.databaseURL(), settings: .patient)
        try DatabaseCheck.schemaIsCurrent(on: connection)
        return connection
    }

    func show(link: String, until end: Timestamp) {
        if json { return show(["link": link, "expiresAt": end.rfc3339]) }
        Terminal.data(link)
        Terminal.say("It is good once, until \(end.rfc3339).")
    }

    /// What was done, if there is nothing else to show.
    func say(_ sentence: String) {
        if !json { Terminal.say(sentence) }
    }

    func show(ended count: Int) {
        if json { return show(["ended": count]) }
        Terminal.say("\(count) \(count == 1 ? "session" : "sessions") ended.")
    }

    func show(_ record: AccountRecord) {
        guard json else { return Terminal.data(record.text) }
        show([
            "id": record.account.id.rawValue, "handle": record.account.handle.description,
            "displayName": record.account.displayName.description, "role": record.role.rawValue,
            "disabled": record.isDisabled, "erased": record.isErased, "password": record.hasPassword,
            "secondFactor": record.hasSecondFactor,
            "createdAt": record.createdAt.rfc3339, "lastSeenAt": record.lastSeenAt?.rfc3339,
        ])
    }

    /// - Parameter members: `nil` is left out.
    func show(_ members: [String: Any?]) { JSONLine.show(members) }
}

extension Links {
    /// With the address under which the settings say that browsers reach the server.
    init(_ settings: Settings) { self.init(origin: settings.server.publicOrigin) }
}

extension AccountRecord {
    fileprivate var text: String {
        var marks: [String] = []
        if isErased { marks.append("erased") } else if isDisabled { marks.append("disabled") }
        if hasSecondFactor { marks.append("second factor") }
        if !hasPassword, !isErased, role != .bot, role != .guest { marks.append("no password yet") }
        let seen = lastSeenAt.map { "last seen \($0.rfc3339)" } ?? "never seen"
        let name = account.handle.description.padding(toLength: 32, withPad: " ", startingAt: 0)
        let kind = role.rawValue.padding(toLength: 6, withPad: " ", startingAt: 0)
        return "\(name)  \(kind)  \(([seen] + marks).joined(separator: ", "))  \(account.displayName)"
    }
}
