import ChatCore

/// What a client shows when it comes back (`pid`): who it was, and where its first events began. No secret of ours is in it but
/// a guest's own; what it says about rights is never believed.
struct RecoveryID: Sendable, Equatable {
    /// Its name in the namespace, which it keeps.
    var sid: String
    let account: Int64
    let room: RoomName
    /// It has everything up to here, if it has not got any event since.
    private(set) var seq: Int64
    /// Which database that was.
    let epoch: String
    /// The token of a guest, who has no other.
    let guestToken: String?

    var description: String {
        "\(sid).\(account).\(room).\(seq).\(epoch).\(guestToken ?? "")"
    }

    init(sid: String, account: Int64, room: RoomName, seq: Int64, epoch: String, guestToken: String?) {
        self.sid = sid
        self.account = account
        self.room = room
        self.seq = seq
        self.epoch = epoch
        self.guestToken = guestToken
    }

    /// The client gets what comes after a seq.
    mutating func begin(after seq: Int64) { self.seq = seq }

    /// `nil` if it is none of ours.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, EngineID.isPossible(parts[0]), let account = Int64(parts[1]),
            let room = try? RoomName(parts[2]), let seq = Int64(parts[3]), (0...PageRange.lastSeq).contains(seq)
        else { return nil }
        self.init(
            sid: parts[0], account: account, room: room, seq: seq, epoch: parts[4],
            guestToken: parts[5].isEmpty ? nil : parts[5])
    }
}
