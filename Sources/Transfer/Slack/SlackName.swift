import ChatCore

/// Makes names that Denwa takes of names that Slack takes. The same archive always gives the same names.
enum SlackName {
    /// A handle: in lower case, with a hyphen for what no handle has. If two would be the same, or too little of a name is left,
    /// Slack's own id is put behind it.
    static func handle(_ name: String, id: String, taken: inout Set<String>) -> Handle {
        let (plain, isExact) = plain(name, keeping: ".-_")
        var handle = String(plain.prefix(32))
        if !isExact || handle.utf8.count < 3 || taken.contains(handle) {
            handle = joined(plain, ending: id, limit: 32)
        }
        // Handles that not everybody may have.
        if Handle(stored: handle).isForGuests || Handle(stored: handle).isForErased {
            handle = String("slack-\(handle)".prefix(32))
        }
        return Handle(stored: unique(handle, limit: 32, &taken))
    }

    /// A room's name, in the same way.
    static func room(_ name: String, id: String, prefix: String, taken: inout Set<String>) -> RoomName {
        let (plain, isExact) = plain(name, keeping: "-")
        var room = String("\(prefix)\(plain)".prefix(64))
        if !isExact || plain.isEmpty || taken.contains(room) {
            room = joined("\(prefix)\(plain)", ending: id, limit: 64)
        }
        return RoomName(stored: unique(room, limit: 64, &taken))
    }

    /// Letters and digits of ASCII, the characters of `kept`, and hyphens for the others of ASCII; no hyphen at the ends.
    /// - Returns: also whether nothing was left out.
    private static func plain(_ name: String, keeping kept: String) -> (text: String, isExact: Bool) {
        var text = ""
        var isExact = true
        for scalar in name.unicodeScalars {
            switch scalar {
            case "a"..."z", "0"..."9": text.unicodeScalars.append(scalar)
            case "A"..."Z": text += String(Character(scalar)).lowercased()
            case _ where kept.unicodeScalars.contains(scalar): text.unicodeScalars.append(scalar)
            case _ where scalar.isASCII: if text.last != "-" { text += "-" }
            default: isExact = false
            }
        }
        let trimmed = text.drop { $0 == "-" }
        return (String(trimmed.reversed().drop { $0 == "-" }.reversed()), isExact)
    }

    private static func joined(_ text: String, ending id: String, limit: Int) -> String {
        let ending = plain(id, keeping: "-").text
        let start = text.prefix(max(0, limit - ending.count - 1))
        return String((start.isEmpty ? "slack-\(ending)" : "\(start)-\(ending)").prefix(limit))
    }

    /// With a number if even the id does not make it one of its kind.
    private static func unique(_ text: String, limit: Int, _ taken: inout Set<String>) -> String {
        var result = text
        var number = 2
        while !taken.insert(result).inserted {
            result = "\(text.prefix(limit - 1 - "\(number)".count))-\(number)"
            number += 1
        }
        return result
    }
}
