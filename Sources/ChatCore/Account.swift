/// A person's or bot's record, as far as others may see it.
package struct Account: Sendable, Hashable {
    package let id: AccountID
    package let handle: Handle
    package let displayName: DisplayName

    /// The parts have been checked where they were made.
    package init(id: AccountID, handle: Handle, displayName: DisplayName) {
        self.id = id
        self.handle = handle
        self.displayName = displayName
    }
}
