import Foundation
import FreeIMClient
import FreeIMProtocol

/// Carries out what the reducer asks for: the client, the cache, the server's routes.
actor ScreenDriver {
    private let common: CommonOptions
    private var profile: Profile
    private let sink: AsyncStream<ScreenAction>.Continuation
    private var client: ChatClient?
    private var pump: Task<Void, Never>?

    init(
        common: CommonOptions, profile: Profile, sink: AsyncStream<ScreenAction>.Continuation
    ) {
        self.common = common
        self.profile = profile
        self.sink = sink
    }

    /// Opens the cache when somebody is signed in; the first screen otherwise.
    nonisolated func begin(_ state: inout ScreenState) async {
        let account = await open()
        if let account {
            state.account = account.name
            state.ownID = account.userID
            let (list, names) = await conversations()
            for effect in ScreenReducer.reduce(&state, .conversations(list, names: names)) {
                await perform(effect, state)
            }
        } else {
            state.signIn = await form()
        }
    }

    private func form() -> ScreenState.SignInForm {
        var form = ScreenState.SignInForm()
        form.fields[0] = Composer(profile.server)
        form.fields[1] = Composer(profile.http.replacing("http://", with: ""))
        form.fields[2] = Composer(profile.account)
        if !profile.account.isEmpty { form.focus = 3 }
        return form
    }

    private func open() -> (name: String, userID: Int64)? {
        guard !profile.token.isEmpty else { return nil }
        do {
            let client = try ChatClient(options: try profile.options(common.profile))
            self.client = client
            let sink = sink
            // Owned by the driver; ends with the client's events.
            pump = Task {
                for await event in client.events { sink.yield(.event(event)) }
            }
            Task { await client.start() }
            return (profile.nickname.isEmpty ? profile.account : profile.nickname, profile.userID)
        } catch {
            sink.yield(.notice("\(error)"))
            return nil
        }
    }

    /// Saves the draft and says goodbye.
    func end(_ state: ScreenState) async {
        if let selected = state.selected {
            try? client?.cache.setDraft(selected, state.composer.text)
        }
        await client?.stop()
        pump?.cancel()
    }

    private func conversations() -> ([CachedConversation], [Int64: String]) {
        guard let client, let list = try? client.cache.conversations(ownID: client.userID) else {
            return ([], [:])
        }
        let people = list.compactMap { $0.newest?.userID }
        return (list, names(people))
    }

    private func names(_ userIDs: [Int64]) -> [Int64: String] {
        guard let client else { return [:] }
        var names: [Int64: String] = [:]
        for userID in Set(userIDs) { names[userID] = client.cache.name(userID) }
        return names
    }

    func perform(_ effect: ScreenEffect, _ state: ScreenState) async {
        switch effect {
        case .signIn(let form): await signIn(form)
        case .redraw, .quit: break
        case .loadConversations:
            let (list, names) = conversations()
            sink.yield(.conversations(list, names: names))
        case .loadMessages(let chatroomID, let limit): loadMessages(chatroomID, limit)
        case .loadDraft(let chatroomID):
            if let text = client?.cache.draft(chatroomID) {
                sink.yield(.draft(chatroomID: chatroomID, text))
            }
        case .saveDraft(let chatroomID, let text):
            try? client?.cache.setDraft(chatroomID, text)
        case .loadOlder(let chatroomID, let seq, let limit):
            loadOlder(chatroomID, before: seq, limit)
        case .send(let chatroomID, let text):
            await attempt { try await $0.send(text, to: chatroomID) }
        case .retry(let chatroomID):
            await attempt { client in
                for item in try client.cache.outbox(chatroomID) where item.failure != nil {
                    try await client.retry(item.clientMessageID)
                }
            }
        case .markRead(let chatroomID, let seq):
            await attempt { try await $0.markRead(chatroomID, through: seq) }
        case .typing(let chatroomID, let isTyping): await client?.typing(chatroomID, isTyping)
        case .reconnect: await client?.reconnectNow()
        case .command(let command, let chatroomID):
            guard let client else { return }
            let sink = sink
            // Owned by the screen: a command's network calls do not stop the keyboard.
            Task { await CommandRunner(client: client, sink: sink).run(command, chatroomID) }
        }
    }

    private func attempt(_ work: (ChatClient) async throws -> Void) async {
        guard let client else { return }
        do {
            try await work(client)
        } catch {
            sink.yield(.notice("\(error)"))
        }
    }

    private func loadMessages(_ chatroomID: Int64, _ limit: Int) {
        guard let client,
            var messages = try? client.cache.messages(
                chatroomID, limit: limit, ownID: client.userID)
        else { return }
        for item in (try? client.cache.outbox(chatroomID)) ?? [] {
            var message = ChatMessage(
                chatroomID: chatroomID, seq: 0, messageID: "", userID: client.userID,
                code: item.code, content: item.content, time: item.createdTime,
                clientMessageID: item.clientMessageID, targetMessageID: item.targetMessageID,
                replyTo: item.replyTo)
            message.state = item.failure.map { .failed($0) } ?? .pending
            messages.append(message)
        }
        var people = messages.map(\.userID)
        for message in messages where (8...12).contains(message.code) {
            let content = JSONValue(parsing: Array(message.content.utf8)) ?? .null
            if let userID = content["user_id"].integer { people.append(userID) }
        }
        sink.yield(.messages(chatroomID: chatroomID, messages, names: names(people)))
    }

    private func loadOlder(_ chatroomID: Int64, before seq: Int64, _ limit: Int) {
        guard let client else { return }
        let sink = sink
        // Owned by the screen: one at a time, the reducer sees to that.
        Task {
            do {
                try await client.loadOlder(chatroomID, before: seq, limit: limit)
                sink.yield(.olderLoaded(failure: nil))
            } catch {
                sink.yield(.olderLoaded(failure: "older messages: \(error)"))
            }
        }
    }

    private func signIn(_ form: ScreenState.SignInForm) async {
        let (account, password) = (form.fields[2].text, form.fields[3].text)
        var next = profile
        next.server = form.fields[0].text
        next.http = "http://" + form.fields[1].text
        do {
            if !next.account.isEmpty, next.account != account {
                throw ClientError.unknown(
                    "this profile belongs to \(next.account); start with --profile NAME")
            }
            let options = try next.options(common.profile)
            let (userID, token) =
                form.isRegistering
                ? try await ChatClient.register(
                    account: account, password: password, nickname: form.fields[4].text,
                    options: options)
                : try await ChatClient.signIn(
                    account: account, password: password, options: options)
            next.account = account
            next.userID = userID
            next.token = token
            next.nickname = form.isRegistering ? form.fields[4].text : next.nickname
            try next.save(common.profile)
            profile = next
            guard let name = open()?.name else { return }
            sink.yield(.signedIn(account: name, userID: userID))
        } catch {
            sink.yield(.signInFailed("\(error)"))
        }
    }
}
