import ChatCore
import SeededRandom
import Testing

/// Display names and titles: what they show is all that they hold.
@Suite struct LineTests {
    @Test(arguments: [
        "Hana", "Zoë O'Brien-Müller", "花子", "山田 太郎", "㈱電話", "ﾊﾅｺ", "スズキ・ハナ", "김하나", "李小龍", "Łukasz", "Ольга", "Ελένη",
        "Nguyễn Thị Ánh", "e\u{301}lan", "فاطمة", "مُحَمَّد", "می\u{200C}خواهم", "שָׁלוֹם", "हिन्दी", "क्षत्रिय", "श\u{94D}\u{200D}र",
        "क\u{94D}\u{200C}ष", "র\u{200D}\u{9CD}য", "ശ്രീ", "അവന\u{D4D}\u{200D}", "ශ\u{DCA}\u{200D}රී", "தமிழ்", "ภาษาไทย",
        "བོད་ཡིག",
        "ខ្មែរ", "አማርኛ", "👩‍👩‍👧‍👦", "👩🏽‍🚀 Aiko", "❤️‍🔥", "🏳️‍🌈", "👁️‍🗨️", "🧑‍⚕️", "🇯🇵🇮🇳", "1️⃣ First", "#️⃣", "☎︎", "👍🏿", "🙂",
        "辻\u{E0100}さん", "¯\\_(ツ)_/¯", "<b>&amp;</b>", "100 %", "𝔥𝔞𝔫𝔞", "7",
    ])
    func takes(_ text: String) throws {
        #expect(try DisplayName(text).description.unicodeScalars.elementsEqual(text.unicodeScalars))
        #expect(try RoomTitle(text).description.unicodeScalars.elementsEqual(text.unicodeScalars))
    }

    @Test(
        arguments: [
            (" Hana ", "Hana"), ("\u{3000}山田\u{3000}\u{3000}太郎\u{3000}", "山田 太郎"), ("a \u{A0}\u{2003} b", "a b"),
            ("\t\u{2028}Hana\r\n", "Hana"), ("a\u{1680}b\u{202F}c", "a b c"),
        ])
    func makesSpacesEven(_ text: String, _ expected: String) throws {
        #expect(try DisplayName(text).description == expected)
    }

    @Test(arguments: [
        "a\u{0}b", "a\tb", "a\nb", "a\r\nb", "a\u{7F}b", "a\u{85}b", "a\u{2028}b", "a\u{2029}b", "\u{1B}[1m",
    ])
    func refusesControls(_ text: String) { refuses(text, saying: "line breaks") }

    @Test(
        arguments: [
            ("a\u{61C}b", "U+061C"), ("\u{200E}", "U+200E"), ("a\u{200F}", "U+200F"), ("\u{202A}a", "U+202A"),
            ("Hana\u{202E}nimda", "U+202E"), ("\u{2066}a\u{2069}", "U+2066"), ("a\u{2069}", "U+2069"),
            ("\u{200B}", "U+200B"), ("ad\u{200B}min", "U+200B"), ("a\u{2060}b", "U+2060"), ("a\u{2064}b", "U+2064"),
            ("\u{FEFF}Hana", "U+FEFF"), ("ad\u{AD}min", "U+00AD"), ("a\u{34F}b", "U+034F"), ("a\u{180E}b", "U+180E"),
            ("\u{3164}", "U+3164"), ("\u{FFA0}", "U+FFA0"), ("\u{115F}", "U+115F"), ("\u{2800}", "U+2800"),
            ("a\u{E0041}", "U+E0041"), ("🏴\u{E0067}\u{E007F}", "U+E0067"), ("a\u{E0001}b", "U+E0001"),
            ("a\u{FE0F}", "U+FE0F"), ("1\u{FE0F}", "U+FE0F"), ("花\u{FE0F}", "U+FE0F"), ("🙂\u{FE0F}\u{FE0F}", "U+FE0F"),
            ("🙂\u{FE00}", "U+FE00"), ("a\u{E0100}", "U+E0100"), ("辻\u{E0100}\u{E0101}", "U+E0101"),
            ("a\u{200D}b", "U+200D"), ("花\u{200D}子", "U+200D"), ("🙂\u{200D}", "U+200D"), ("🙂\u{200D}a", "U+200D"),
            ("\u{200D}🙂", "U+200D"), ("1\u{200D}🙂", "U+200D"), ("🙂\u{200D}\u{200D}🙂", "U+200D"),
            ("a\u{200C}b", "U+200C"),
            ("🙂\u{200C}🙂", "U+200C"), ("م\u{200C}", "U+200C"), ("\u{200C}م", "U+200C"),
            ("م\u{200C}\u{200C}م", "U+200C"),
            ("م\u{200C}a", "U+200C"), ("م\u{200C}क", "U+200C"), ("\u{FFF9}a", "U+FFF9"), ("\u{FFFC}", "U+FFFC"),
        ])
    func refusesWhatCannotBeSeen(_ text: String, _ name: String) { refuses(text, saying: name) }

    /// Numbers, for Swift takes no literal of some of them.
    @Test(arguments: [0xE000, 0xF8FF, 0x10_FFFD, 0x378, 0xFFFE, 0xFFFF, 0x1_FFFF, 0xFDD0] as [UInt32])
    func refusesWhatIsNoCharacter(_ value: UInt32) throws {
        let scalar = try #require(Unicode.Scalar(value))
        let name = String(value, radix: 16, uppercase: true)
        refuses("a\(scalar)", saying: "U+\(value < 0x1000 ? "0" : "")\(name),")
    }

    @Test func limitsMarks() throws {
        let marks = String(repeating: "\u{301}", count: 4)
        #expect(try DisplayName("a\(marks)b\(marks)").description.unicodeScalars.count == 10)
        refuses("a\(marks)\u{302}", saying: "more than 4")
        refuses("\u{301}a", saying: "without a letter")
        refuses(" \u{93E}", saying: "without a letter")
        refuses("क" + String(repeating: "\u{94D}\u{200D}", count: 5), saying: "more than 4")
    }

    /// Without ends and with one space, before counting.
    @Test func countsCodePoints() throws {
        let longest = String(repeating: "花", count: 62)
        #expect(try DisplayName("\u{3000}a\u{3000}\u{3000}\(longest)\n").description.unicodeScalars.count == 64)
        refuses("a b\(longest)", saying: "1 to 64")
        refuses("\u{3000}\n", saying: "1 to 64")
        #expect(try RoomTitle(String(repeating: "花", count: 80)).description.count == 80)
        #expect { _ = try RoomTitle(String(repeating: "花", count: 81)) } throws: {
            ($0 as? ChatError)?.field == "title"
        }
    }

    /// What is taken once is taken again, unchanged: a client may send a name back.
    @Test func keepsWhatItMade() throws {
        let some: [Unicode.Scalar] = [
            "a", " ", "\u{3000}", "花", "م", "क", "\u{94D}", "\u{301}", "\u{200C}", "\u{200D}", "\u{FE0F}", "🙂", "❤",
            "1",
            "\u{20E3}", "\u{E0100}", "\n",
        ]
        var random = SeededGenerator(seed: 7)
        var taken = 0
        for _ in 0..<20_000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                text.append(some.randomElement(using: &random) ?? "a")
            }
            guard let once = try? DisplayName(String(text)).description else { continue }
            taken += 1
            #expect(try DisplayName(once).description.unicodeScalars.elementsEqual(once.unicodeScalars))
        }
        #expect(taken > 1000)
    }

    private func refuses(_ text: String, saying words: String) {
        #expect {
            _ = try DisplayName(text)
        } throws: { error in
            let error = error as? ChatError
            return error?.code == .invalidField && error?.field == "displayName"
                && error?.detail.contains(words) == true && error?.detail.contains("displayName") == true
        }
    }
}
