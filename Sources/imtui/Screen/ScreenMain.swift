import Foundation
import FreeIMClient

/// The screen's shell: one queue of actions, the reducer, the view, the painter.
struct ScreenMain {
    /// Between two draws: a burst is at most 60 a second.
    static let drawMs: Int64 = 16

    private let terminal: Terminal
    private let queue: ActionQueue
    private var driver: ScreenDriver
    private var state: ScreenState
    private var painter: TerminalPainter
    private var probe: TerminalProbe
    private let clock = ContinuousClock()

    /// Runs until the person leaves; the exit code. Throws `TerminalError` without a terminal.
    static func run(_ common: CommonOptions) async throws -> Int32 {
        let profile = try common.loadProfile()
        var environment = ProcessInfo.processInfo.environment
        let (settings, problems) = Settings.load(Settings.path(environment))
        if !settings.editor.isEmpty { environment["VISUAL"] = settings.editor }
        for problem in problems { Output.complaint("\(problem)") }
        var main = ScreenMain(
            common, profile, settings, try Terminal.open(environment: environment))
        if let first = problems.first { main.state.notice.text = "\(first)" }
        defer { main.terminal.close() }
        await main.loop()
        return ExitStatus.success
    }

    private init(
        _ common: CommonOptions, _ profile: Profile, _ settings: Settings, _ terminal: Terminal
    ) {
        self.terminal = terminal
        queue = ActionQueue()
        var traits = terminal.traits
        settings.apply(to: &traits)
        painter = TerminalPainter(traits: traits)
        let size = terminal.size
        probe = TerminalProbe(traits: traits, rows: size.rows, columns: size.columns)
        driver = ScreenDriver(common: common, profile: profile, settings: settings, queue: queue)
        state = ScreenState()
        state.settings = settings
        (state.rows, state.columns) = (size.rows, size.columns)
    }

    private mutating func loop() async {
        leaveMouse()
        driver.begin(&state)
        settle()
        draw()
        terminal.write(probe.questions(restoring: painter.repaint(row: probe.row)))
        let queue = queue
        let events = terminal.events
        // Owned by the screen: ends with the terminal's events.
        let pump = Task {
            for await event in events { queue.push(.input(event)) }
        }
        defer { pump.cancel() }
        await driver.connect()
        var drawnAt = clock.now
        while !state.isEnding {
            let batch = await queue.take()
            await take(batch)
            let early = .milliseconds(ScreenMain.drawMs) - (clock.now - drawnAt)
            if early > .zero, !state.isEnding, batch.count > 1 || !ScreenMain.isTyped(batch) {
                // Whatever comes before the next draw is drawn with it.
                try? await clock.sleep(for: early)
                await take(queue.takeNow())
            }
            settle()
            draw()
            drawnAt = clock.now
        }
        await driver.end(state)
    }

    /// A single key is drawn at once.
    private static func isTyped(_ batch: [ScreenAction]) -> Bool {
        if case .input(.key)? = batch.first { true } else { false }
    }

    private mutating func take(_ batch: [ScreenAction]) async {
        for action in batch {
            if case .signedIn(let profile) = action {
                do {
                    try driver.enter(profile)
                } catch {
                    run(ScreenReducer.reduce(&state, .signInFailed("\(error)")))
                    continue
                }
                await driver.connect()
            }
            for effect in ScreenReducer.reduce(&state, action) {
                if await !onTerminal(effect) { run([effect]) }
            }
            if state.isEnding { return }
        }
    }

    private mutating func run(_ effects: [ScreenEffect]) {
        driver.run(&state, effects)
    }

    /// Reads what changed, once for the whole batch.
    private mutating func settle() {
        run(ScreenReducer.refresh(&state))
    }

    private mutating func draw() {
        terminal.write(painter.paint(ScreenView.draw(state)))
    }

    /// Effects that only the terminal can carry out; false: it is another one.
    private mutating func onTerminal(_ effect: ScreenEffect) async -> Bool {
        switch effect {
        case .redraw:
            let size = terminal.size
            (state.rows, state.columns) = (size.rows, size.columns)
            painter.invalidate()
        case .retake:
            terminal.retake()
            leaveMouse()
            return await onTerminal(.redraw)
        case .suspend: terminal.suspend()
        case .copy(let text):
            if let bytes = TerminalNotice.copy(text) {
                terminal.write(bytes)
            } else {
                state.notice = .init(text: "it is too long for the clipboard")
            }
        case .take(.reply(let reply)):
            if probe.take(reply) {
                var traits = probe.traits
                state.settings.apply(to: &traits)
                painter.traits = traits
            }
        case .notify(let chatroomID, let title, let text):
            notify(driver.way(for: chatroomID), title, text)
        case .externalEditor(let text): await edit(text)
        case .quit, .take: break
        default: return false
        }
        return true
    }

    /// Leaves the mouse to the terminal, for those who want to select text with it.
    private func leaveMouse() {
        if !state.settings.hasMouse {
            terminal.write(Array("\u{1b}[?1000l\u{1b}[?1002l\u{1b}[?1006l".utf8))
        }
    }

    private func notify(_ way: NotifyWay, _ title: String, _ text: String) {
        switch way {
        case .bell: terminal.write(TerminalNotice.bell)
        case .desktop:
            terminal.write(
                TerminalNotice.notice(title: title, text: text, painter.traits.notice))
        case .off: break
        }
    }

    private mutating func edit(_ text: String) async {
        do {
            if let edited = try await terminal.edit(text) {
                run(ScreenReducer.reduce(&state, .edited(edited)))
            } else {
                state.notice.text = "the editor ended with an error; the draft is as it was"
            }
        } catch {
            state.notice.text = "\(error)"
        }
        painter.invalidate()
    }
}

extension Settings {
    /// What the person says of the terminal, against what it says itself.
    func apply(to traits: inout TerminalTraits) {
        switch colours {
        case .auto: break
        case .none: traits.colours = .none
        case .sixteen: traits.colours = .sixteen
        case .many: traits.colours = .many
        case .full: traits.colours = .every
        }
        switch background {
        case .auto: break
        case .light: traits.background = .light
        case .dark: traits.background = .dark
        }
        if picture != .auto {
            traits.hasSixel = false
            traits.hasKittyGraphics = false
        }
    }
}
