import FreeIMClient
import FreeIMProtocol

/// Carries out commands of the table for one signed-in device.
struct CommandRunner: Sendable {
    let client: ChatClient
    /// Called once this device is signed out.
    var signedOut: @Sendable () -> Void = {}

    init(client: ChatClient, signedOut: @escaping @Sendable () -> Void = {}) {
        self.client = client
        self.signedOut = signedOut
    }

    /// Carries one out and waits for what comes of it.
    ///
    /// Throws `CommandMistake` for a call that is not written right, and `ClientError`.
    func run(_ call: CommandCall, chatroomID: Int64?) async throws -> CommandResult {
        try await run(call, chatroomID: chatroomID, enqueued: {}, progress: { _, _ in })
    }

    /// The same; `enqueued` is called once what it sends has its place in the outbox, `progress`
    /// with the bytes done and the bytes of all.
    func run(
        _ call: CommandCall, chatroomID: Int64?, enqueued: @escaping @Sendable () -> Void,
        progress: @escaping @Sendable (Int64, Int64) -> Void
    ) async throws -> CommandResult {
        guard let definition = CommandTable.find(call.name) else {
            throw CommandMistake(.unknownCommand, "there is no command '\(call.name)'")
        }
        let scene = CommandScene(
            client: client, definition: definition, chatroomID: chatroomID,
            arguments: try definition.checked(call.arguments), enqueued: enqueued,
            progress: progress)
        let result = try await definition.handler(scene)
        if call.name == "session.logout" { signedOut() }
        return result
    }
}
