/// A person's or bot's record, as far as others may see it.
package struct Account: Sendable, Hashable {
    /// Stays the same when the handle changes.
    package let id: AccountID
    /// No other account has it.
    package let handle: Handle
    /// Others may have the same.
    package let displayName: DisplayName

    /// The parts have been checked where they were made.
    package init(id: AccountID, handle: Handle, displayName: DisplayName) {
        self.id = id
        self.handle = handle
        self.displayName = displayName
    }
}
