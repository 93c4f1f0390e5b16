import ArgumentParser
import ChatCore
import ChatStore
import Postgres

struct RetentionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retention",
        abstract: "Say how long messages are kept, and remove what is older.",
        discussion: """
            A removed message keeps its number, so that rooms keep their order. Nothing is
            removed before `denwa retention run`, which is for cron or a systemd timer.

            EXAMPLES
              denwa retention set 365
              denwa retention set forever --room announcements
              denwa retention run --dry-run
            """,
        subcommands: [Show.self, Set.self, Run.self])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Print how long messages are kept, in general and in each room.",
            discussion: """
                EXAMPLE
                  denwa retention show --json
                """)

        @OptionGroup var options: StorageOptions

        func run() async throws {
            let connection = try options.connection()
            let general = try Retention.period(on: connection)
            let rules = try Retention.rules(on: connection)
            guard !options.json else {
                JSONLine.show(["days": general.days])
                for rule in rules {
                    let period = rule.own ?? general
                    JSONLine.show(["room": rule.room.description, "days": period.days, "own": rule.own != nil])
                }
                return
            }
            var table = TextTable(["ROOM", "KEEPS MESSAGES"])
            table.add(["(all others)", general.text])
            for rule in rules { if let own = rule.own { table.add([rule.room.description, own.text]) } }
            Terminal.data(table)
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set", abstract: "Set how long messages are kept.",
            discussion: """
                EXAMPLES
                  denwa retention set 365
                  denwa retention set 30 --room tea
                  denwa retention set general --room tea
                """)

        @OptionGroup var options: StorageOptions
        @Argument(help: "Days, 1 to 36500; `forever`; or `general`, for a room without a period of its own.")
        var period: PeriodArgument
        @Option(help: "Only for this room.") var room: String?

        func validate() throws {
            guard room != nil || period != .general else {
                throw ValidationError("A room can follow the general period; name it with --room.")
            }
        }

        func run() async throws {
            let room = try room.map { text throws(ChatError) in try RoomName(text) }
            let connection = try options.connection()
            if let room {
                try Retention.set(period.period, of: room, by: .commandLine, on: connection)
            } else if let general = period.period {
                try Retention.set(general, by: .commandLine, on: connection)
            }
            let what = room.map { "\($0) keeps messages" } ?? "Rooms without a period of their own keep messages"
            options.tell(
                "\(what) \(period.period?.text ?? "as long as most rooms") now. "
                    + "`denwa retention run --dry-run` shows what is older.",
                ["room": room?.description, "days": period.period?.days, "general": period == .general])
        }
    }
}

/// A period as it is typed.
enum PeriodArgument: ExpressibleByArgument, Equatable {
    case own(RetentionPeriod)
    case general

    init?(argument: String) {
        switch argument {
        case "forever": self = .own(.forever)
        case "general": self = .general
        default:
            guard let days = Int64(argument), (1...RetentionPeriod.limit).contains(days) else { return nil }
            self = .own(.days(days))
        }
    }

    /// `nil` for what holds in general.
    var period: RetentionPeriod? {
        if case .own(let period) = self { period } else { nil }
    }
}

extension RetentionPeriod {
    /// As in "keeps messages for 30 days".
    fileprivate var text: String {
        switch self {
        case .forever: "for ever"
        case .days(1): "for 1 day"
        case .days(let days): "for \(days) days"
        }
    }

    /// `nil` for ever.
    fileprivate var days: Int64? {
        if case .days(let days) = self { days } else { nil }
    }
}
