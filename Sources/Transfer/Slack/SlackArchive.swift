import ChatCore

/// The files of an archive of Slack's: `users.json`, `channels.json`, perhaps `groups.json`, `mpims.json` and `dms.json`, and a
/// folder a channel with a file a day.
struct SlackArchive {
    /// Users, or channels of a kind.
    static let listLimit = 500_000

    private let archive: ZipArchive
    private let byName: [String: ZipEntry]
    /// What stands before every name: a folder around everything, if somebody has packed it anew.
    private let root: String

    /// - Throws: ``ZipError`` if there is no such archive in it.
    init(_ archive: ZipArchive) throws(ZipError) {
        self.archive = archive
        byName = Dictionary(archive.entries.map { ($0.name, $0) }) { first, _ in first }
        let lists = byName.keys.filter { $0 == "channels.json" || $0.hasSuffix("/channels.json") }
        guard let list = lists.min(by: { $0.utf8.count < $1.utf8.count }) else {
            throw ZipError("There is no channels.json in the archive, so it is no export of Slack's.")
        }
        root = String(list.dropLast("channels.json".count))
        guard byName[root + "users.json"] != nil else {
            throw ZipError("There is no users.json in the archive, so it is no export of Slack's.")
        }
    }

    /// Reads the elements of a list of the archive, one by one; none if it has no such list.
    /// - Throws: ``ZipError`` for a list of more than ``listLimit``; `malformed_json`; what `read` throws.
    func list<Element>(_ name: String, _ read: (JSONObject) throws -> Element) throws -> [Element] {
        guard let entry = byName[root + name] else { return [] }
        var objects = JSONElements(try archive.contents(of: entry))
        var elements: [Element] = []
        while let object = try objects.next() {
            guard elements.count < Self.listLimit else { throw ZipError.tooMany(Self.listLimit, "elements in \(name)") }
            elements.append(try read(object))
        }
        return elements
    }

    /// The names of the days of a channel, in their order.
    func days(of folders: Set<String>) -> [String: [String]] {
        var days: [String: [String]] = [:]
        for name in byName.keys where name.hasPrefix(root) {
            let parts = name.dropFirst(root.count).split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, folders.contains(String(parts[0])), Self.isDay(parts[1]) else { continue }
            days[String(parts[0]), default: []].append(name)
        }
        return days.mapValues { $0.sorted() }
    }

    /// How many files are neither lists nor among so many days.
    func otherFiles(besides days: Int) -> Int {
        let lists = (["users.json"] + SlackChannel.lists.map(\.name)).count { byName[root + $0] != nil }
        return archive.entries.count - days - lists
    }

    /// The messages of a day one by one.
    func messages(of day: String) throws -> JSONElements {
        guard let entry = byName[day] else { return JSONElements(Array("[]".utf8)) }
        return JSONElements(try archive.contents(of: entry))
    }

    /// `2019-03-01.json`
    private static func isDay(_ name: Substring) -> Bool {
        let pattern = Array("0000-00-00.json".utf8)
        let bytes = Array(name.utf8)
        return bytes.count == pattern.count
            && zip(bytes, pattern).allSatisfy { byte, like in
                like == UInt8(ascii: "0") ? (0x30...0x39).contains(byte) : byte == like
            }
    }
}
