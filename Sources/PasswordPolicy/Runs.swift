/// Finds runs along the alphabet, the digits or a keyboard: four or more characters in a row, in either direction.
enum Runs {
    /// Fewest characters of a run. Three occur in many words ("first", "power").
    private static let shortest = 4

    /// What people's fingers or memory follow: rows and columns of keyboards, and orders that code points do not have.
    /// At most 29, for the bits of ``neighbours``.
    private static let rows = [
        "1234567890-=", "0123456789", "!@#$%^&*()_+", "!\"#$%&'()=~",
        "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/", "!qaz@wsx#edc$rfv%tgb^yhn&ujm*ik<(ol>)p:?",
        "qazwsxedcrfvtgbyhnujmikolp", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0", "1a2b3c4d5e6f7g8h9i0j",
        "a1b2c3d4e5f6g7h8i9j0", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю",
        "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん",
        "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン",
        "いろはにほへとちりぬるをわかよたれそつねならむうゐのおくやまけふこえてあさきゆめみしゑひもせす",
        "たていすかんなにらせ", "ちとしはきくまのりれけむ", "つさそひこみもねるめろ",
    ]

    private struct Pair: Hashable {
        let first: Unicode.Scalar
        let second: Unicode.Scalar
    }

    /// For two neighbours the rows that hold them, a bit for each row and direction.
    private static let neighbours: [Pair: UInt64] = {
        var neighbours: [Pair: UInt64] = [:]
        for (index, row) in rows.enumerated() {
            let forth: UInt64 = 1 << (2 * UInt64(index))
            for (first, second) in zip(row.unicodeScalars, row.unicodeScalars.dropFirst()) {
                neighbours[Pair(first: first, second: second), default: 0] |= forth
                neighbours[Pair(first: second, second: first), default: 0] |= forth << 1
            }
        }
        return neighbours
    }()

    /// The rows and even steps (of -2...2 code points: "aaaa", "dcba", "1357") that lead from one character to the next.
    private static func ways(from first: Unicode.Scalar, to second: Unicode.Scalar) -> UInt64 {
        let step = Int64(second.value) - Int64(first.value)
        let even: UInt64 = (-2...2).contains(step) ? 1 << UInt64(61 + step) : 0
        return even | neighbours[Pair(first: first, second: second), default: 0]
    }

    /// Where the runs are, from the first to the last; they do not overlap.
    static func ranges(in text: Folded.Scalars) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = text.startIndex
        while start < text.endIndex {
            let end = endOfRun(from: start, in: text)
            guard end - start >= shortest else {
                start += 1
                continue
            }
            ranges.append(start..<end)
            start = end
        }
        return ranges
    }

    private static func endOfRun(from start: Int, in text: Folded.Scalars) -> Int {
        var ways = UInt64.max
        var end = start + 1
        while end < text.endIndex {
            ways &= Self.ways(from: text[end - 1], to: text[end])
            guard ways != 0 else { break }
            end += 1
        }
        return end
    }

    /// The text with its runs cut out.
    static func without(_ text: Folded.Scalars) -> Folded.Scalars {
        var rest = Folded.Scalars()
        var start = text.startIndex
        for range in ranges(in: text) {
            rest += text[start..<range.lowerBound]
            start = range.upperBound
        }
        return rest + text[start...]
    }
}
