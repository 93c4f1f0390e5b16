/// Where in what is imported something is.
package struct Place: Sendable, Hashable, CustomStringConvertible {
    /// As the person knows it: within the folder or the archive.
    package let file: String
    /// 1-based; `nil` for the file as a whole. In an archive of Slack's, where files have no lines, the number of an element.
    package let line: Int?

    package var description: String { line.map { "\(file):\($0)" } ?? file }
}

/// Something that keeps an import from being made.
package struct Problem: Sendable, Equatable, CustomStringConvertible {
    /// The file, and mostly the line.
    package let place: Place
    /// A sentence. It never quotes more than names.
    package let text: String

    package var description: String { "\(place): \(text)" }
}

/// What is wrong with something as a whole. Bounded: a file of nothing but mistakes does not fill the memory.
package struct Problems: Sendable {
    /// More are counted and not kept.
    package static let limit = 100

    /// The first ``limit`` of them, in the order in which they were found.
    package private(set) var first: [Problem] = []
    /// Of all, those that were not kept among them.
    package private(set) var count = 0

    /// Nothing keeps the import from being made.
    package var isEmpty: Bool { count == 0 }

    mutating func add(_ text: String, at place: Place) {
        count += 1
        if first.count < Self.limit { first.append(Problem(place: place, text: text)) }
    }
}

extension Problems {
    /// What is said after the problems themselves; `nil` if there are none.
    package var refusal: TransferError? {
        guard !isEmpty else { return nil }
        let more = count > first.count ? ", of which the first \(first.count) are shown" : ""
        return TransferError(
            "Nothing was imported: there \(count == 1 ? "is 1 problem" : "are \(count) problems")\(more).")
    }
}
