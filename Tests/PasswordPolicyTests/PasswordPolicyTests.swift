import PasswordPolicy
import SeededRandom
import Testing

@Suite struct PasswordPolicyTests {
    private static let policy = PasswordPolicy(contextWords: ["denwa", "chat.example.org"])
    private static let short = PasswordPolicy(minimum: 8, contextWords: ["denwa", "chat.example.org"])
    private static let hana = ["hana.suzuki", "鈴木 花子"]

    @Test(arguments: [
        "correct horse battery staple", "a walk in the rain", "a few words in a row", "proof of the pudding 1",
        "purple-kettle-ladder-moth", "my dog ate 3 socks", "dragonmonkey purple", "        .        kettle ladder",
        "電話を三回鳴らしてから切ってください", "おばあちゃんの梅干しはすっぱい", "ぼくのカメはとてもあしがはやい",
        "мой кот любит сметану", "القطة تشرب الحليب كل صباح", "मेरी बिल्ली दूध पीती है", "고양이가 우유를 마시고 있어요",
        "👩‍👩‍👧 went to 🏔 by 🚂", "83927465018273645", "$^!@&)(%#{]:<~+|?", "hT4$9-pQz8!wLm2", "^+okx.w\\V=`u6>P",
        "x7kQ2mNvR8tYc3Lp",
        "first power of liberty", "hana likes kettles", "denwa purple kettle", "example of a kettle",
        "love letters to my password manager", "abcdef kettle ladder", "one one two two three",
        "bookkeepers balloon zoo", "monkey dragon purple kettle", "sunshine kettle ladder",
    ])
    func takes(_ password: String) {
        #expect(Self.policy.refusal(of: password, for: Self.hana) == nil)
    }

    @Test(arguments: [
        "passwordpassword", "PasswordPassword", "password password", "password-password-password",
        "pass word pass word",
        "password1234567!!", "!!!!!!password!!!", "2024 Password 2024", "Sunshine19841984", "iloveyou1234567",
        "i love you 2024!", "p a s s w o r d 1 2 3 4", "ppaasswwoorrdd1", "qwertypassword12", "password1password1",
        "abc1234567890!!", "trustno1trustno1", "monkey000000000", "1qaz2wsx3edc4rfv", "123456789qwerty",
        "ｐａｓｓｗｏｒｄｐａｓｓｗｏｒｄ", "letmein😀😀😀😀😀😀😀😀", "123456123456123456", "dragon........................",
        "passwordabcdefghijk", "Summer2026Summer!", "p@ssw0rdp@ssw0rd", "112233445566778",
        "sunshineprincess", "monkeydragon12345678", "Password-Sunshine!", "iloveyou2024princess",
        "dragonmonkeydragon", "monkeydragondragon", "football baseball 99", "superman_spiderman",
    ])
    func refusesCommonOnes(_ password: String) {
        #expect(Self.policy.refusal(of: password, for: Self.hana) == .common)
    }

    @Test(arguments: [
        "aaaaaaaaaaaaaaa", "花花花花花花花花花花花花花花花", "               ", "abcdefghijklmnop", "ponmlkjihgfedcba",
        "012345678901234", "987654321987654321", "qwertyuiopasdfgh", "azertyuiopqsdfgh", "qwertzuiopasdfghjkl",
        "zxcvbnm,./zxcvb",
        "abcxabcxabcxabcxabcx", "kkokkkokkkokkkok", "xyz987xyz987xyz987", "aabbccddeeffgghh", "acegikmoqsuwyac",
        "1234-5678-9012-3456", "あいうえおかきくけこさしすせそ", "いろはにほへとちりぬるをわかよ", "アイウエオカキクケコサシスセソ",
        "йцукенгшщзфывапролд", "!@#$%^&*()!@#$%", "kettles kettles kettles", "moth cup moth cup ", "abcdefg 1234567 xy",
    ])
    func refusesRepetitiveOnes(_ password: String) {
        #expect(Self.policy.refusal(of: password, for: Self.hana) == .repetitive)
    }

    @Test(
        arguments: [
            ("hana.suzuki 1987", "hana.suzuki"), ("suzuki-hana-2024", "suzuki"), ("HanaSuzukiHana", "suzuki"),
            ("example-2024-k", "example"), ("chat.example.org!", "chat.example.org"), ("denwadenwa x9k2", "denwa"),
            ("DENWA kettle", "denwa"), ("denwa-password-1", "denwa"), ("花子と鈴木がすき", "鈴木"), ("ｄｅｎｗａ kettle", "denwa"),
            ("denwa chat hana", "denwa"),
        ])
    func refusesContextWords(_ password: String, _ word: String) {
        #expect(Self.short.refusal(of: password, for: Self.hana) == .containsContext(word: word))
    }

    @Test(arguments: ["denwa kettle pot", "org com kettle", "kettle ok", "boxes of tea", "鈴鹿の山は青いよ"])
    func takesWhatIsMoreThanContext(_ password: String) {
        #expect(Self.short.refusal(of: password, for: Self.hana + ["bo", "x"]) == nil)
    }

    @Test func countsCodePointsInNFC() {
        #expect(Self.policy.refusal(of: "kettle ladder!", for: []) == .tooShort(minimum: 15))
        #expect(Self.policy.refusal(of: "kettle ladders!", for: []) == nil)
        #expect(Self.short.refusal(of: "かきく\u{3099}けさ\u{3099}な", for: []) == .tooShort(minimum: 8))
        #expect(Self.policy.refusal(of: "", for: []) == .tooShort(minimum: 15))
        #expect(Self.policy.refusal(of: Self.noise(64, from: 0x4E00...0x9FA0), for: []) == nil)
        #expect(Self.policy.refusal(of: Self.noise(256, from: 0x4E00...0x9FA0), for: []) == nil)
        #expect(Self.policy.refusal(of: Self.noise(257, from: 0x4E00...0x9FA0), for: []) == .tooLong)
    }

    @Test func keepsTheMinimumInBounds() {
        #expect(PasswordPolicy(contextWords: []).minimum == 15)
        #expect(PasswordPolicy(minimum: -3, contextWords: []).minimum == 8)
        #expect(PasswordPolicy(minimum: 9999, contextWords: []).minimum == 256)
    }

    @Test func saysCauseAndCureButNotThePassword() {
        let word = "hana.suzuki"
        for refusal: PasswordPolicy.Refusal in [
            .tooShort(minimum: 15), .tooLong, .common, .repetitive, .containsContext(word: word),
        ] {
            #expect(refusal.detail.hasSuffix("."))
            #expect(refusal.detail.split(separator: ". ").count == 2)
            #expect(!refusal.detail.contains(word))
        }
        #expect(PasswordPolicy.Refusal.tooShort(minimum: 15).detail.contains("15"))
    }

    /// Four words each, as a generator of passphrases makes them.
    @Test func takesRandomPassphrases() {
        var random = SeededGenerator(seed: 42)
        for _ in 0..<1000 {
            let words = (0..<4).compactMap { _ in Words.all.randomElement(using: &random) }
            for separator in [" ", "-", "", "."] {
                let phrase = words.joined(separator: separator)
                guard phrase.count >= 15 else { continue }
                #expect(Self.policy.refusal(of: phrase, for: Self.hana) == nil, "\(phrase)")
            }
        }
    }

    /// What managers of passwords make.
    @Test func takesRandomCharacters() {
        for seed in UInt64(0)..<2000 {
            let password = Self.noise(15, from: 0x21...0x7E, seed: seed)
            #expect(Self.policy.refusal(of: password, for: Self.hana) == nil, "\(password)")
            let letters = Self.noise(15, from: 0x61...0x7A, seed: seed)
            #expect(Self.policy.refusal(of: letters, for: Self.hana) == nil, "\(letters)")
        }
    }

    /// No input traps, whatever its script, marks and length.
    @Test func judgesAnyText() {
        for seed in UInt64(0)..<400 {
            let password = Self.noise(Int(seed), from: 0...0x10FFFF, seed: seed)
            _ = Self.short.refusal(of: password, for: [password, String(password.prefix(9))])
        }
        // The longest in NFKC: 18 code points for each of these.
        _ = Self.short.refusal(of: String(repeating: "\u{FDFA}", count: 256), for: ["\u{FDFA}"])
    }

    @Test func judgesQuickly() {
        let worst = String(repeating: "a1", count: 120) + "kettle"
        _ = Self.policy.refusal(of: worst, for: Self.hana)
        let time = ContinuousClock().measure {
            for _ in 0..<100 { _ = Self.policy.refusal(of: worst, for: Self.hana) }
        }
        #expect(time < .seconds(5), "100 judgements took \(time)")
    }

    private static func noise(_ count: Int, from range: ClosedRange<UInt32>, seed: UInt64 = 1) -> String {
        var random = SeededGenerator(seed: seed)
        var text = String.UnicodeScalarView()
        while text.count < count {
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random)) { text.append(scalar) }
        }
        return String(text)
    }
}
