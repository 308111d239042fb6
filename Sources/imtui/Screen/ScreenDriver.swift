import Foundation
import FreeIMClient
import FreeIMProtocol

/// Carries out what the reducer asks for: the cache at once, everything else beside the screen.
///
/// Belongs to the screen's one task. What the cache gives comes back as actions from `perform`;
/// what takes a network comes through the queue.
struct ScreenDriver {
    let common: CommonOptions
    let settings: Settings
    let queue: ActionQueue
    var profile: Profile
    private(set) var client: ChatClient?
    private var pump: Task<Void, Never>?

    init(common: CommonOptions, profile: Profile, settings: Settings, queue: ActionQueue) {
        self.common = common
        self.settings = settings
        self.profile = profile
        self.queue = queue
    }

    // MARK: Life

    /// Opens the cache when somebody is signed in and shows it; the first screen otherwise.
    mutating func begin(_ state: inout ScreenState) {
        guard !profile.token.isEmpty else {
            state.signIn = form()
            return
        }
        do {
            try open()
            state.account = profile.nickname.isEmpty ? profile.account : profile.nickname
            state.ownID = profile.userID
            run(&state, [.loadHistory, .loadChats])
        } catch {
            var form = form()
            form.error = "\(error)"
            state.signIn = form
        }
    }

    /// Performs effects and what follows from them, until nothing is left to do at once.
    mutating func run(_ state: inout ScreenState, _ effects: [ScreenEffect]) {
        var waiting = effects[...]
        while let effect = waiting.popFirst() {
            for action in perform(effect) {
                waiting += ScreenReducer.reduce(&state, action)
            }
        }
    }

    /// Connects; the screen is there already.
    func connect() async { await client?.start() }

    private func form() -> SignInForm {
        var form = SignInForm()
        form.fields[0] = Composer(profile.server)
        form.fields[1] = Composer(
            profile.http.hasPrefix("https://") ? profile.http : Profile.bare(profile.http))
        form.fields[2] = Composer(profile.account)
        if !profile.account.isEmpty { form.focus = 3 }
        return form
    }

    private mutating func open() throws {
        let client = try ChatClient(options: try profile.options(common.profile))
        self.client = client
        let queue = queue
        // Owned by the driver; ends with the client's events.
        pump = Task {
            for await event in client.events { queue.push(.event(event)) }
        }
    }

    /// Saves the draft and says goodbye.
    func end(_ state: ScreenState) async {
        if let selected = state.selected, state.draft != state.savedDraft {
            try? client?.cache.setDraft(selected, state.draft)
        }
        await client?.stop()
        pump?.cancel()
    }

    // MARK: Effects

    /// What the effect gives at once.
    mutating func perform(_ effect: ScreenEffect) -> [ScreenAction] {
        guard let client else {
            if case .signIn(let form) = effect { signIn(form) }
            return []
        }
        do {
            return try read(effect, client) ?? act(effect, client)
        } catch {
            return [.notice("\(error)", isWarning: true)]
        }
    }

    /// Effects on the cache alone; nil: it is another one.
    private func read(_ effect: ScreenEffect, _ client: ChatClient) throws -> [ScreenAction]? {
        let cache = client.cache
        let ownID = client.userID
        switch effect {
        case .loadHistory: return [.history(cache.inputHistory(limit: ScreenReducer.historyMax))]
        case .loadChats:
            let list = try cache.conversations(ownID: ownID)
            let people = list.compactMap { $0.newest?.userID }
            return [.chats(list, names: cache.names(people))]
        case .loadChat(let chatroomID):
            let chat = try cache.conversation(chatroomID, ownID: ownID)
            return chat.map { [.chat($0)] } ?? []
        case .loadPage(let chatroomID, let place, let limit, let isRefresh):
            let page = try page(client, chatroomID, place, limit: limit, isRefresh: isRefresh)
            return [.page(page)]
        case .loadDraft(let chatroomID):
            let draft = try cache.draftOf(chatroomID)
            let target = draft.editOf.isEmpty ? draft.replyTo : draft.editOf
            let message = target.isEmpty ? nil : try cache.message(id: target, ownID: ownID)
            return [.draft(chatroomID: chatroomID, draft, target: message)]
        case .saveDraft(let chatroomID, let draft):
            try cache.setDraft(chatroomID, draft)
            return []
        case .loadInfo(let chatroomID):
            let people = try cache.people(chatroomID)
            let pane = InfoPane(
                chatroomID: chatroomID, members: people,
                pins: try cache.pins(chatroomID, ownID: ownID),
                files: try cache.files(chatroomID, limit: 20, ownID: ownID))
            return [.info(pane, people: people)]
        case .remember(let line):
            try cache.addInput(line)
            return []
        case .search(let text, let chatroomID):
            let found = try cache.search(
                text, chatroomID: chatroomID, limit: SearchOverlay.resultsMax, ownID: ownID)
            return [.found(found, query: text, names: cache.names(found.map(\.userID)))]
        case .setPin(let chatroomID, let seq, let isPinned):
            try cache.setPin(chatroomID, seq: seq, isPinned)
            return []
        default: return nil
        }
    }

    private func page(
        _ client: ChatClient, _ chatroomID: Int64, _ place: PagePlace, limit: Int, isRefresh: Bool
    ) throws -> PageLoad {
        let cache = client.cache
        let messages = try cache.page(chatroomID, place, limit: limit, ownID: client.userID)
        let pending = try cache.outbox(chatroomID)
            .filter { $0.code < 20 || $0.failure != nil }
            .map { waiting($0, client.userID) }
        var people = Set(messages.map(\.userID))
        for message in messages {
            people.formUnion(message.quote.map { [$0.userID] } ?? [])
            if (8...12).contains(message.code) {
                let content = JSONValue(parsing: Array(message.content.utf8)) ?? .null
                if let userID = content["user_id"].integer { people.insert(userID) }
            }
        }
        return PageLoad(
            chatroomID: chatroomID, place: place, limit: limit, isRefresh: isRefresh,
            messages: messages, pending: pending, held: try cache.ranges(chatroomID),
            names: cache.names(people))
    }

    /// A send in the outbox as a line.
    private func waiting(_ item: OutboxItem, _ ownID: Int64) -> ChatMessage {
        let words = [20: "[recall]", 21: item.content, 22: item.content]
        var message = ChatMessage(
            chatroomID: item.chatroomID, seq: 0, messageID: "", userID: ownID,
            code: item.code >= 20 ? 1 : item.code, content: words[item.code] ?? item.content,
            time: item.createdTime, clientMessageID: item.clientMessageID,
            targetMessageID: item.targetMessageID, replyTo: item.replyTo)
        message.state = item.failure.map { .failed($0) } ?? .pending
        return message
    }

    /// Effects that take a while: each has a task of its own.
    private mutating func act(_ effect: ScreenEffect, _ client: ChatClient) -> [ScreenAction] {
        switch effect {
        case .signIn(let form): signIn(form)
        case .prepareSignIn: close()
        case .send(let outgoing): return send(outgoing, client)
        case .markRead(let chatroomID, let seq):
            attempt(client) { try await $0.markRead(chatroomID, through: seq) }
        case .retry(let chatroomID):
            attempt(client) { client in
                for item in try client.cache.outbox(chatroomID) where item.failure != nil {
                    try await client.retry(item.clientMessageID)
                }
            }
        case .pull(let chatroomID, let range): pull(client, chatroomID, range)
        case .typing(let chatroomID, let isTyping):
            attempt(client) { await $0.typing(chatroomID, isTyping) }
        case .reconnect: attempt(client) { await $0.reconnectNow() }
        case .fetchMembers(let chatroomID):
            let queue = queue
            attempt(client) { client in
                try? await client.refreshMembers(chatroomID)
                queue.push(.membersFetched(chatroomID))
            }
        case .expireTyping(let chatroomID, let userID): expireTyping(chatroomID, userID)
        case .call(let call, let chatroomID): run(call, chatroomID, client)
        case .file(let act):
            FileOpener(
                client: client, queue: queue, showsPictures: settings.picture != .off
            ).start(act)
        case .openLink(let link):
            return open(link)
        default: break
        }
        return []
    }

    /// Opens an address with another program; only such as are meant for people.
    private func open(_ link: String) -> [ScreenAction] {
        do {
            try FilePlace.open(link, with: settings.openCommand)
            return [.notice("opened \(link)", isWarning: false)]
        } catch {
            return [.notice("\(error)", isWarning: true)]
        }
    }

    /// Puts a message into the outbox, on disk before anything else happens.
    private func send(
        _ outgoing: ScreenEffect.Outgoing, _ client: ChatClient
    ) -> [ScreenAction] {
        do {
            switch outgoing.kind {
            case .text:
                try client.enqueue(
                    outgoing.text, to: outgoing.chatroomID, replyTo: outgoing.replyTo,
                    mentions: outgoing.mentions)
            case .edit(let message):
                try client.enqueue(
                    outgoing.text, to: outgoing.chatroomID, code: .edit,
                    target: message.messageID, mentions: outgoing.mentions)
            case .recall(let message):
                try client.enqueue(
                    "", to: outgoing.chatroomID, code: .recall, target: message.messageID)
            case .reaction(let message):
                try client.enqueue(
                    outgoing.text, to: outgoing.chatroomID, code: .reaction,
                    target: message.messageID)
            }
        } catch {
            let kept = outgoing.kind == .text ? [ScreenAction.edited(outgoing.text)] : []
            return kept + [.notice("\(error)", isWarning: true)]
        }
        attempt(client) { await $0.launchQueued() }
        return []
    }

    /// How one is told of a mention in that chat.
    func way(for chatroomID: Int64) -> NotifyWay {
        client.flatMap { NotifyChoice.way(for: chatroomID, in: $0.cache) } ?? settings.notify
    }

    private func attempt(
        _ client: ChatClient, _ work: @escaping @Sendable (ChatClient) async throws -> Void
    ) {
        let queue = queue
        // Owned by the screen: ends with one call.
        Task {
            do {
                try await work(client)
            } catch {
                queue.push(.notice("\(error)", isWarning: true))
            }
        }
    }

    private func pull(_ client: ChatClient, _ chatroomID: Int64, _ range: ClosedRange<Int64>) {
        let queue = queue
        // Owned by the screen: one for each hole, the reducer sees to that.
        Task {
            var failure: String?
            do {
                try await client.pull(chatroomID, range)
            } catch {
                failure = "\(error)"
            }
            queue.push(.pulled(chatroomID: chatroomID, range, failure: failure))
        }
    }

    /// Seconds after which somebody who said to be writing counts as doing something else.
    private static let typingSeconds = 30

    private func expireTyping(_ chatroomID: Int64, _ userID: Int64) {
        let queue = queue
        // Owned by the screen: ends by itself.
        Task {
            try? await Task.sleep(for: .seconds(ScreenDriver.typingSeconds))
            queue.push(.typingEnded(chatroomID: chatroomID, userID: userID))
        }
    }

    private func run(_ call: CommandCall, _ chatroomID: Int64?, _ client: ChatClient) {
        let queue = queue
        // Owned by the screen: a command's network calls do not stop the keyboard.
        Task {
            do {
                let runner = CommandRunner(client: client)
                guard call.name.hasPrefix("file."), let path = call.arguments["path"]?.text else {
                    let result = try await runner.run(call, chatroomID: chatroomID)
                    return queue.push(.called(call, .success(result)))
                }
                let name = String(path.split(separator: "/").last ?? "file")
                let isUpload = call.name == "file.send"
                let result = try await FileOpener.watch(name, isUpload: isUpload, queue) {
                    try await runner.run(
                        call, chatroomID: chatroomID, enqueued: {}, progress: $0)
                }
                queue.push(.called(call, .success(result)))
            } catch let error as ClientError {
                queue.push(.called(call, .failure(error)))
            } catch {
                queue.push(.called(call, .failure(.unknown("\(error)"))))
            }
        }
    }

    // MARK: Signing in

    private mutating func close() {
        profile.token = ""
        try? profile.save(common.profile)
        let old = client
        client = nil
        pump?.cancel()
        // Owned by the screen: ends with the client.
        Task { await old?.stop() }
    }

    private func signIn(_ form: SignInForm) {
        let (account, password) = (form.fields[2].text, form.fields[3].text)
        var next = profile
        next.server = form.fields[0].text
        let http = form.fields[1].text
        // The scheme that is written there is TLS's switch; without one, all stays as it is.
        let isWritten = Profile.bare(http) != http
        try? next.secure(tls: isWritten ? http.hasPrefix("https://") : nil, ca: nil, http: http)
        let queue = queue
        let name = common.profile
        let asked = next
        // Owned by the screen: one at a time, the form is busy meanwhile.
        Task {
            do {
                if !asked.account.isEmpty, asked.account != account {
                    throw ClientError.unknown(
                        "this profile belongs to \(asked.account); start with --profile NAME")
                }
                let options = try asked.options(name)
                let (userID, token) =
                    form.isRegistering
                    ? try await ChatClient.register(
                        account: account, password: password, nickname: form.fields[4].text,
                        options: options)
                    : try await ChatClient.signIn(
                        account: account, password: password, options: options)
                var signed = asked
                signed.account = account
                signed.userID = userID
                signed.token = token
                if form.isRegistering { signed.nickname = form.fields[4].text }
                try signed.save(name)
                queue.push(.signedIn(signed))
            } catch {
                queue.push(.signInFailed("\(error)"))
            }
        }
    }

    /// Takes over who has signed in. Throws `ClientError`.
    mutating func enter(_ signed: Profile) throws {
        profile = signed
        try open()
    }
}
