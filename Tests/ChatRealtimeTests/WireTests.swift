import ChatCore
import ChatRealtime
import NIOCore
import Testing

@Suite struct WireTests {
    private func decode(_ text: String) -> (command: Result<ClientCommand, ChatError>, echo: ClientCommand.Echo) {
        ClientCommand.decode(ByteBuffer(string: text))
    }

    @Test func readsCommands() throws {
        #expect(
            try decode(#"{"type":"send","ref":"1","room":"lobby","clientId":"c1","body":"hi","x":[1]}"#).command.get()
                == .send(RoomName("lobby"), ClientID("c1"), MessageBody("hi")))
        #expect(
            try decode(#"{"type":"subscribe","room":"lobby","after":41}"#).command.get()
                == .subscribe(RoomName("lobby"), .after(41, limit: 1000, epoch: nil)))
        #expect(
            try decode(#"{"type":"subscribe","room":"lobby","after":41,"limit":0,"epoch":"e"}"#).command.get()
                == .subscribe(RoomName("lobby"), .after(41, limit: 0, epoch: "e")))
        #expect(
            try decode(#"{"type":"history","room":"lobby","around":7,"limit":3}"#).command.get()
                == .history(RoomName("lobby"), .around(7), limit: 3))
        #expect(
            try decode(#"{"type":"history","room":"a"}"#).command.get()
                == .history(RoomName("a"), .newest, limit: 50))
        #expect(try decode(#"{"type":"typing","room":"a"}"#).command.get() == .typing(RoomName("a")))
        #expect(try decode(#"{"type":"read","room":"a","seq":4}"#).command.get() == .read(RoomName("a"), 4))
        #expect(try decode(#"{"type":"subscribe","room":"a"}"#).command.get() == .subscribe(RoomName("a"), .last(50)))
        #expect(try decode(#"{"type":"unsubscribe","room":"a"}"#).command.get() == .unsubscribe(RoomName("a")))
    }

    @Test(arguments: [
        (#"{"type":"dance"}"#, "unknown_type", "type"), (#"{"room":"a"}"#, "invalid_field", "type"),
        (#"{"type":7}"#, "invalid_field", "type"), (#"{"type":"send","room":"A"}"#, "invalid_field", "room"),
        (#"{"type":"send","room":"a","clientId":"","body":"x"}"#, "invalid_field", "clientId"),
        (#"{"type":"send","room":"a","clientId":"c"}"#, "invalid_field", "body"),
        (#"{"type":"subscribe","room":"a","after":-1}"#, "invalid_field", "after"),
        (#"{"type":"subscribe","room":"a","after":1.5}"#, "invalid_field", "after"),
        (#"{"type":"subscribe","room":"a","last":201}"#, "invalid_field", "last"),
        (#"{"type":"subscribe","room":"a","last":1,"after":1}"#, "invalid_field", "last"),
        (#"{"type":"send","ref":"","room":"a"}"#, "invalid_field", "ref"), ("[]", "malformed_json", nil),
    ])
    func refusesCommands(_ text: String, _ code: String, _ field: String?) {
        #expect { _ = try decode(text).command.get() } throws: { error in
            let error = error as? ChatError
            return error?.code.rawValue == code && error?.field == field
        }
    }

    @Test func echoesWhatItCould() throws {
        let echo = decode(#"{"type":"send","ref":"r","room":"a","clientId":"c","body":""}"#).echo
        #expect(try echo == .init(ref: "r", room: RoomName("a"), clientID: ClientID("c")))
    }

    @Test func writesLengthsOfEverySize() {
        for (count, header) in [(0, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10)] {
            var buffer = ByteBuffer()
            buffer.writeServerFrame(.text, payload: [UInt8](repeating: 0x61, count: count))
            #expect(buffer.readableBytes == header + count)
        }
    }

    /// The table of close codes is part of the protocol.
    @Test func saysOfEachCloseCodeWhatToDo() {
        let reconnect = CloseCode.allCases.filter { $0.advice == .reconnect }
        #expect(reconnect == [.normal, .goingAway, .internalError, .serviceRestart, .timedOut])
        #expect(CloseCode.allCases.filter { $0.advice == .logIn } == [.sessionEnded])
    }

    @Test func givesUpOnASilentPeer() {
        var heartbeat = Heartbeat()
        for _ in 0..<10 {
            #expect(heartbeat.tick() == .beat)
            heartbeat.heard()
        }
        #expect(heartbeat.tick() == .beat)
        #expect(heartbeat.tick() == .beat)
        #expect(heartbeat.tick() == .giveUp)
    }
}
