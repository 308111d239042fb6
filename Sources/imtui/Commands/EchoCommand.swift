import ArgumentParser
import FreeIMClient
import FreeIMProtocol

/// A bot to talk to: accepts every friend request and answers every text in single chats.
struct EchoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "echo",
        abstract: "A bot: accepts friend requests and sends every text back.")
    @OptionGroup var common: CommonOptions
    @Option(help: "Seconds between two looks for friend requests.") var interval: UInt32 = 2

    func run() async throws {
        let client = try common.client()
        await client.start()
        let seconds = max(1, interval)
        async let accepting: Void = accept(client, every: seconds)
        for await event in client.events {
            switch event {
            case .received(let message): try await answer(message, client)
            case .signedOut(let reason):
                throw ClientError.refused(code: "token_expired", message: reason)
            case .connection, .conversationsChanged, .messages, .receipt, .typing, .outbox,
                .notice:
                break
            }
        }
        await accepting
    }

    private func answer(_ message: ChatMessage, _ client: ChatClient) async throws {
        let chat = try client.cache.conversation(message.chatroomID, ownID: client.userID)
        try await client.markRead(message.chatroomID, through: message.seq)
        guard message.userID != client.userID, message.code == 1, chat?.type != 2 else { return }
        common.show(MessageText.json(message, client), MessageText.line(message, client))
        try await client.send("echo: " + message.content, to: message.chatroomID)
    }

    private func accept(_ client: ChatClient, every seconds: UInt32) async {
        while !Task.isCancelled {
            let requests = try? await client.http("/user/friend.apply.list")
            for request in requests?["list"].items ?? [] where request["status"].integer == 0 {
                _ = try? await client.http(
                    "/user/friend.apply.action", ["id": request["id"], "action": 1])
            }
            try? await Task.sleep(for: .seconds(seconds))
        }
    }
}
