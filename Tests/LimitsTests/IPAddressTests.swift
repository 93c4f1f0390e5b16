import Limits
import SeededRandom
import Testing

@Suite struct IPAddressTests {
    @Test(arguments: [
        ("0.0.0.0", "0.0.0.0"), ("1.2.3.4", "1.2.3.4"), ("255.255.255.255", "255.255.255.255"),
        ("10.0.100.200", "10.0.100.200"), ("::", "::"), ("::1", "::1"), ("1::", "1::"),
        ("2001:db8::1", "2001:db8::1"), ("2001:0DB8:0000:0000:0000:0000:0000:0001", "2001:db8::1"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("1:0:0:4:0:0:7:8", "1::4:0:0:7:8"),
        ("1:0:3:4:0:0:0:8", "1:0:3:4::8"), ("fe80::1", "fe80::1"), ("::ffff:1.2.3.4", "1.2.3.4"),
        ("::FFFF:0102:0304", "1.2.3.4"), ("0:0:0:0:0:ffff:1.2.3.4", "1.2.3.4"),
        ("0000:0000:0000:0000:0000:ffff:255.255.255.255", "255.255.255.255"), ("::1.2.3.4", "::102:304"),
        ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"), ("1:2:3:4:5:6:7.8.9.10", "1:2:3:4:5:6:708:90a"),
    ])
    func reads(text: String, canonical: String) {
        #expect(IPAddress(text)?.description == canonical)
    }

    @Test(arguments: [
        "", " ", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.1.1.1", "1.2.3.999", "01.2.3.4",
        "1.2.3.04", "00.0.0.0", "0x1.2.3.4", "0x01020304", "16909060", "1.2.3.4 ", " 1.2.3.4", "+1.2.3.4", "-1.2.3.4",
        "1.2.3.4/32", "1.2.3.4:80", "1.2.3.4\n", "1.2.3.4\0", "１.2.3.4", "1.2.3.٤", ":", ":::", "::1::", "1::2::3",
        "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4::5:6:7:8", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "12345::",
        "g::", "1:::2", ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "1.2.3.4::", "::1.2.3.4:5", "::1.2.3", "::01.2.3.4",
        "1:2:3:4:5:6:7:1.2.3.4", "fe80::1%eth0", "fe80::1%251", "[::1]", "[::1]:80", "::1/128", "localhost",
        "0000:0000:0000:0000:0000:ffff:255.255.255.2555", "::ffff:1.2.3.4.5", "0:0:0:0:0:0:0:00000",
    ])
    func refuses(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(arguments: [
        ("1.2.3.4", "1.2.3.5", false), ("1.2.3.4", "::ffff:1.2.3.4", true), ("2001:db8::1", "2001:db8::2", true),
        ("2001:db8::1", "2001:db8:0:0:ffff:ffff:ffff:ffff", true), ("2001:db8::1", "2001:db8:0:1::1", false),
        ("::1", "0.0.0.1", false), ("::1", "::2", true), ("::ffff:1.2.3.4", "::1", false),
    ])
    func countsByNetwork(one: String, other: String, same: Bool) throws {
        let networks = try (#require(IPAddress(one)).network, #require(IPAddress(other)).network)
        #expect((networks.0 == networks.1) == same)
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.255.255.255", true), ("::1", true), ("::ffff:127.0.0.1", true),
        ("126.255.255.255", false),
        ("128.0.0.0", false), ("0.0.0.0", false), ("::", false), ("::2", false), ("::7f00:1", false),
        ("fe80::1", false),
    ])
    func knowsThisMachine(text: String, isLoopback: Bool) throws {
        #expect(try #require(IPAddress(text)).isLoopback == isLoopback)
    }

    @Test func writesWhatItReads() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<5000 {
            let groups = (0..<8).map { _ in
                Bool.random(using: &generator) ? 0 : UInt16.random(in: 0...UInt16.max, using: &generator)
            }
            let address = try #require(IPAddress(groups.map { String($0, radix: 16) }.joined(separator: ":")))
            #expect(IPAddress(address.description) == address)
        }
    }

    @Test func survivesAnything() {
        var generator = SeededGenerator(seed: 2)
        let alphabet = Array("0123456789abcdefABCDEFgx.:::/%[] \u{0}é")
        for _ in 0..<50_000 {
            let count = Int.random(in: 0...60, using: &generator)
            let text = String((0..<count).map { _ in alphabet.randomElement(using: &generator) ?? "0" })
            _ = AddressRange(text)
            guard let address = IPAddress(text) else { continue }
            #expect(IPAddress(address.description) == address, "\(text)")
        }
    }
}

@Suite struct AddressRangeTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.0", false), ("10.0.0.0/8", "::ffff:10.1.1.1", true),
        ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false), ("192.0.2.1/32", "192.0.2.1", true),
        ("0.0.0.0/0", "8.8.8.8", true), ("0.0.0.0/0", "::1", false), ("::/0", "2001:db8::1", true),
        ("::/0", "8.8.8.8", false), ("fd00::/8", "fdff::1", true), ("fd00::/8", "fe00::1", false),
        ("::1", "::1", true), ("::1/128", "::2", false), ("2001:db8::/33", "2001:db8:7fff::", true),
        ("2001:db8::/33", "2001:db8:8000::", false), ("::ffff:10.0.0.0/104", "10.9.9.9", true),
        ("::ffff:0:0/96", "8.8.8.8", true), ("172.16.0.0/12", "172.31.255.255", true),
        ("172.16.0.0/12", "172.32.0.0", false), ("10.0.0.6/31", "10.0.0.7", true), ("10.0.0.6/31", "10.0.0.8", false),
    ])
    func contains(range: String, address: String, isIn: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(#require(IPAddress(address))) == isIn)
    }

    @Test(arguments: [
        "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.0/8/8", "10.0.0.0/ 8",
        "10.0.0.1/8", "10/8", "::/129", "::1/64", "fd00::1/8", "::ffff:10.0.0.0/8", "::ffff:0:0/80", "10.0.0.0/8 ",
        "10.0.0.0/99999999999999999999", "[::1]/128", "10.0.0.0/255.0.0.0",
    ])
    func refuses(text: String) {
        #expect(AddressRange(text) == nil)
    }
}
