import Testing

@testable import ChatServer

@Suite struct OriginPolicyTests {
    private let policy = OriginPolicy([
        "https://chat.example.com", "http://localhost:3001/", "https://xn--r8jz45g.jp:8443/path",
    ])

    @Test(arguments: [
        "https://chat.example.com", "HTTPS://Chat.Example.com", "http://localhost:3001", "https://xn--r8jz45g.jp:8443",
    ])
    func allowsWhatIsListed(_ origin: String) {
        #expect(policy.allows(origin))
    }

    @Test(arguments: [
        "", "null", "http://chat.example.com", "https://chat.example.com.evil.org", "https://evilchat.example.com",
        "https://a.chat.example.com", "https://example.com", "https://chat.example.com:8443",
        "https://chat.example.com:",
        "https://chat.example.com/", "https://chat.example.com/x", "https://user@chat.example.com",
        "https://chat.example.com@evil.org",
        "https://chat.example.com#", "https://chat.example.com?", " https://chat.example.com",
        "https://chat.example.com ",
        "https:/chat.example.com", "//chat.example.com", "chat.example.com", "wss://chat.example.com",
        "http://localhost",
        "http://localhost:30011", "http://localhost:3000", "http://127.0.0.1:3001", "https://localhost:3001",
        "http://[::1]:3001",
        "https://例え.jp:8443", "https://chat.example.com, https://evil.org", "file://", "https://xn--r8jz45g.jp", "*",
    ])
    func refusesEverythingElse(_ origin: String) {
        #expect(!policy.allows(origin))
    }

    @Test func leavesDefaultPortsOut() {
        #expect(OriginPolicy(["https://a.example:443"]).allows("https://a.example"))
        #expect(OriginPolicy(["http://a.example:80"]).allows("http://a.example"))
        #expect(!OriginPolicy(["http://a.example:443"]).allows("http://a.example"))
    }
}
