import ChatClient
import ChatCore

/// An event as one entry on a terminal.
enum EventLine {
    /// Time, author and text; further lines of the text stand below it.
    static func text(_ event: JSONObject) -> String {
        let time = event.text("at") ?? ""
        let author = event.object("author")?.text("handle") ?? "?"
        return "\(time)  \(author)  " + harmless(words(event)).replacing("\n", with: "\n    ")
    }

    /// The members that a script needs.
    static func json(_ event: JSONObject) -> String {
        JSONLine.text([
            "room": event.text("room"), "seq": event.number("seq"), "kind": event.text("kind"),
            "at": event.text("at"), "author": event.object("author")?.text("handle"),
            "clientId": event.text("clientId"), "body": event.text("body"), "removed": event.text("removed"),
        ])
    }

    private static func words(_ event: JSONObject) -> String {
        switch event.text("kind") {
        case "message": event.text("removed").map { "(\($0))" } ?? event.text("body") ?? ""
        case "joined": "(joined)"
        case "left": "(left)"
        case let kind: "(\(kind ?? "something new"))"
        }
    }

    /// Without what a terminal would obey: somebody else wrote it.
    static func harmless(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    let isObeyed = scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t"
                    return isObeyed ? "\u{FFFD}" : scalar
                }))
    }
}
