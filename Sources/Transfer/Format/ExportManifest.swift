package import ChatCore

/// What `manifest.json` says of the other files of a folder. It is written last: a folder that has it is whole.
package struct ExportManifest: Sendable, Equatable {
    /// One of the folder's files.
    package enum Part: Sendable, Hashable {
        case accounts
        case room(RoomName)

        /// Within the folder.
        package var path: String {
            switch self {
            case .accounts: "accounts.jsonl"
            case .room(let name): "rooms/\(name).jsonl"
            }
        }

        /// - Returns: `nil` for a path that no export has.
        init?(path: String) {
            guard path != "accounts.jsonl" else {
                self = .accounts
                return
            }
            guard path.hasPrefix("rooms/"), path.hasSuffix(".jsonl"),
                let name = try? RoomName(String(path.dropFirst(6).dropLast(6)))
            else { return nil }
            self = .room(name)
        }
    }

    struct File: Sendable, Equatable {
        let part: Part
        let lines: Int64
        let byteCount: Int64
        /// In hexadecimal.
        let sha256: String
    }

    static let path = "manifest.json"
    /// Enough for a hundred thousand rooms.
    static let limit = 16 << 20

    let accounts: Int64
    let rooms: Int64
    let events: Int64
    /// The accounts first, then the rooms in the order of their names.
    let files: [File]

    init(counts: TransferCounts, files: [File]) {
        accounts = Int64(counts.accounts)
        rooms = Int64(counts.rooms)
        events = Int64(counts.events)
        self.files = files
    }

    /// - Throws: `malformed_json`, `invalid_field`.
    init(_ bytes: UnsafeRawBufferPointer) throws(ChatError) {
        var members = LineMembers(try JSONParser.object(bytes))
        try ExportFormat.check(&members)
        accounts = try members.integer("accounts", in: 0...Int64.max)
        rooms = try members.integer("rooms", in: 0...Int64.max)
        events = try members.integer("events", in: 0...Int64.max)
        var files: [File] = []
        for object in try members.objects("files") {
            var file = LineMembers(object)
            guard let part = Part(path: try file.string("name")) else {
                throw .invalid("name", "A file is named otherwise than accounts.jsonl or rooms/ROOM.jsonl.")
            }
            files.append(
                File(
                    part: part, lines: try file.integer("lines", in: 0...Int64.max),
                    byteCount: try file.integer("bytes", in: 0...Int64.max), sha256: try file.string("sha256")))
            try file.end()
        }
        try members.end()
        guard files.first?.part == .accounts, Set(files.map(\.part)).count == files.count else {
            throw .invalid("files", "The first file has to be accounts.jsonl, and each file stands there once.")
        }
        self.files = files
    }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("accounts", accounts)
            json.member("events", events)
            json.array("files") { json in
                for file in files {
                    json.object { json in
                        json.member("bytes", file.byteCount)
                        json.member("lines", file.lines)
                        json.member("name", file.part.path)
                        json.member("sha256", file.sha256)
                    }
                }
            }
            json.member("format", ExportFormat.name)
            json.member("rooms", rooms)
            json.member("version", ExportFormat.version)
        }
    }
}
