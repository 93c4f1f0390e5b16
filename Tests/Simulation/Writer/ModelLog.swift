import ChatCore

/// What the database's tables hold, and what a batch does to them: the promises of `LogAppend`, without SQL.
struct ModelLog {
    struct Entry {
        let author: AccountID
        let content: Event.Content
        let at: Timestamp
    }

    fileprivate struct Key: Hashable {
        let author: AccountID
        let clientID: ClientID
    }

    struct Room {
        /// The event with seq n is at n − 1.
        fileprivate(set) var log: [Entry] = []
        fileprivate var seqs: [Key: Int64] = [:]
        fileprivate var joined: [AccountID: Int64] = [:]

        var head: Int64 { Int64(log.count) }

        subscript(seq: Int64) -> Entry? { (1...head + 1).contains(seq) && seq <= head ? log[Int(seq) - 1] : nil }

        func seq(of author: AccountID, _ clientID: ClientID) -> Int64? { seqs[Key(author: author, clientID: clientID)] }
    }

    private(set) var rooms: [Room]
    private let names: [RoomName]
    private var clock: Int64 = 0

    init(_ names: [RoomName]) {
        self.names = names
        rooms = names.map { _ in Room() }
    }

    func index(of name: RoomName) -> Int? { names.firstIndex(of: name) }

    subscript(name: RoomName) -> Room? { index(of: name).map { rooms[$0] } }

    /// All or nothing is for the caller: a batch that is stored is stored whole.
    mutating func store(_ draft: Draft) -> Result<Receipt, ChatError> {
        guard let index = index(of: draft.room) else { return .failure(.roomNotFound(draft.room)) }
        clock += 1
        switch draft.content {
        case .message(let clientID, _), .removed(let clientID, _): return message(draft, clientID, &rooms[index])
        case .joined: return join(draft, &rooms[index])
        case .left: return leave(draft, &rooms[index])
        }
    }

    private func message(_ draft: Draft, _ clientID: ClientID, _ room: inout Room) -> Result<Receipt, ChatError> {
        let key = Key(author: draft.author.id, clientID: clientID)
        if let seq = room.seqs[key], let old = room[seq] {
            return old.content == draft.content
                ? .success(Receipt(seq: seq, at: old.at, duplicate: true))
                : .failure(ChatError(.idempotencyConflict, "Another message has this id."))
        }
        guard room.joined[draft.author.id] != nil else { return .failure(.notAMember(draft.room)) }
        let receipt = append(draft, &room)
        room.seqs[key] = receipt.seq
        return .success(receipt)
    }

    private func join(_ draft: Draft, _ room: inout Room) -> Result<Receipt, ChatError> {
        if let seq = room.joined[draft.author.id], let old = room[seq] {
            return .success(Receipt(seq: seq, at: old.at, duplicate: true))
        }
        let receipt = append(draft, &room)
        room.joined[draft.author.id] = receipt.seq
        return .success(receipt)
    }

    private func leave(_ draft: Draft, _ room: inout Room) -> Result<Receipt, ChatError> {
        guard room.joined.removeValue(forKey: draft.author.id) != nil else {
            return .failure(.notAMember(draft.room))
        }
        return .success(append(draft, &room))
    }

    private func append(_ draft: Draft, _ room: inout Room) -> Receipt {
        let at = Timestamp(microseconds: clock)
        room.log.append(Entry(author: draft.author.id, content: draft.content, at: at))
        return Receipt(seq: room.head, at: at, duplicate: false)
    }
}
