package import ChatCore

/// Reading answers: what is missing or of another type is `nil`.
extension JSONObject {
    /// A string, unescaped.
    package func text(_ name: String) -> String? {
        if case .string(let text) = self[name] { text } else { nil }
    }

    /// An integer; a number with a fraction or an exponent counts as none.
    package func number(_ name: String) -> Int64? {
        if case .integer(let number) = self[name] { number } else { nil }
    }

    /// `true` or `false`.
    package func flag(_ name: String) -> Bool? {
        if case .bool(let flag) = self[name] { flag } else { nil }
    }

    /// An object within the object.
    package func object(_ name: String) -> JSONObject? {
        if case .object(let object) = self[name] { object } else { nil }
    }

    /// The objects of an array.
    package func objects(_ name: String) -> [JSONObject]? {
        guard case .array(let values) = self[name] else { return nil }
        return values.compactMap { if case .object(let object) = $0 { object } else { nil } }
    }
}
