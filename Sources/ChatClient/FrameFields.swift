/// What a load generator needs of a server's frame, found without reading the rest: see docs/asyncapi.yaml.
///
/// `room` and `clientID` are views into the frame.
package struct FrameFields {
    /// The member `type`. What no load waits for is `other`, and so is an object without one.
    package enum Kind: Sendable {
        case event
        case ack
        case error
        case history
        case subscribed
        case behind
        case hello
        case other
    }

    /// How far to read an event. Members are looked for in any order, so what is absent costs a walk over the whole frame.
    package enum Wanted: Sendable {
        /// `room` and `seq`.
        case position
        /// `clientId` as well, as always of an ack.
        case clientID
    }

    /// `other` if the member `type` is missing or unknown.
    package private(set) var kind = Kind.other
    /// 0 if there is none.
    package private(set) var seq: Int64 = 0
    /// Between its quotation marks, which is the name itself: it needs no escapes. Empty if there is none.
    package private(set) var room = UnsafeRawBufferPointer(start: nil, count: 0)
    /// Like ``room``; possibly empty too if only ``Wanted/position`` was asked for.
    package private(set) var clientID = UnsafeRawBufferPointer(start: nil, count: 0)

    /// - Parameter payload: one JSON object. Of events and acks the other members are read too, of the rest `type` only.
    package init(_ payload: UnsafeRawBufferPointer, _ wanted: Wanted = .clientID) {
        var cursor = JSONCursor(payload)
        var missing: Set = wanted == .position ? [.type, .room, .seq] : [.type, .room, .seq, .clientID]
        while missing != [], let (name, value) = cursor.nextMember() {
            switch name.count {
            case 3 where name.isEqual(to: "seq"):
                seq = value.integer ?? 0
                missing.remove(.seq)
            case 4 where name.isEqual(to: "room"):
                room = value.contents
                missing.remove(.room)
            case 4 where name.isEqual(to: "type"):
                kind = Kind(value.contents)
                guard kind == .event || kind == .ack else { return }
                missing.remove(.type)
                if kind == .ack, clientID.baseAddress == nil { missing.insert(.clientID) }
            case 8 where name.isEqual(to: "clientId"):
                clientID = value.contents
                missing.remove(.clientID)
            default: break
            }
        }
    }

    private struct Set: OptionSet {
        let rawValue: UInt8

        static let type = Set(rawValue: 1)
        static let room = Set(rawValue: 2)
        static let seq = Set(rawValue: 4)
        static let clientID = Set(rawValue: 8)
    }
}

extension FrameFields.Kind {
    fileprivate init(_ type: UnsafeRawBufferPointer) {
        switch type.count {
        case 5 where type.isEqual(to: "event"): self = .event
        case 3 where type.isEqual(to: "ack"): self = .ack
        case 5 where type.isEqual(to: "error"): self = .error
        case 7 where type.isEqual(to: "history"): self = .history
        case 10 where type.isEqual(to: "subscribed"): self = .subscribed
        case 6 where type.isEqual(to: "behind"): self = .behind
        case 5 where type.isEqual(to: "hello"): self = .hello
        default: self = .other
        }
    }
}
