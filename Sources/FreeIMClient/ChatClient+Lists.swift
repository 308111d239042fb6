extension ChatClient {
    /// Takes the conversation list again, after a change that the server does not tell of; without
    /// a connection the next one brings it.
    public func refreshList() async {
        guard session?.isAuthenticated == true else { return }
        try? await refreshConversations()
    }
}
