import Foundation

/// The process's signals while the screen is open; one terminal at a time.
///
/// The handlers do only what is safe in them: they write a byte into a pipe, or bytes that were
/// made before onto the terminal.
enum TerminalSignals {
    /// A second SIGTERM, SIGHUP or SIGINT this long after the first ends at once.
    static let patienceSeconds = 1

    /// What the handlers reach.
    struct Room {
        var pipe: (read: Int32, write: Int32) = (-1, -1)
        /// Whether the terminal is taken over, and so has to be given back.
        var isTaken = false
        var modes = termios()
        var goodbye: UnsafeMutablePointer<UInt8>?
        var goodbyeCount = 0
        var askedAt = 0
    }

    /// Guard: made whole by `install`, before a handler can run; then only `isTaken` (one word,
    /// by the screen's task) and `askedAt` (by the handlers) change.
    nonisolated(unsafe) static let room: UnsafeMutablePointer<Room> = {
        let room = UnsafeMutablePointer<Room>.allocate(capacity: 1)
        room.initialize(to: Room())
        return room
    }()

    private static let asked = [SIGTERM, SIGHUP, SIGINT]
    private static let told = [SIGWINCH, SIGCONT, SIGTSTP]
    private static let crashes = [SIGSEGV, SIGABRT, SIGILL, SIGTRAP, SIGBUS, SIGFPE]

    /// Makes the pipe, keeps the modes and sets the handlers.
    ///
    /// - Parameter goodbye: the bytes that give the terminal back.
    static func install(goodbye: [UInt8], modes: termios) -> (read: Int32, write: Int32) {
        var room = room.pointee
        if room.pipe.read < 0 {
            var ends: [Int32] = [-1, -1]
            if pipe(&ends) == 0 {
                for end in ends {
                    _ = fcntl(end, F_SETFD, FD_CLOEXEC)
                    _ = fcntl(end, F_SETFL, O_NONBLOCK)
                }
                room.pipe = (ends[0], ends[1])
            }
            atexit { TerminalSignals.giveBack() }
        }
        let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: goodbye.count + 1)
        bytes.initialize(from: goodbye, count: goodbye.count)
        room.goodbye = bytes
        room.goodbyeCount = goodbye.count
        room.modes = modes
        Self.room.pointee = room
        for number in asked { set(number, onAsked) }
        for number in told { set(number, onTold) }
        for number in crashes { set(number, onCrash) }
        return room.pipe
    }

    /// Back to what the system does by itself.
    static func remove() {
        for number in asked + told + crashes { signal(number, SIG_DFL) }
    }

    /// While another program has the terminal, its keys are its own; the whole group may stop.
    static func lend() {
        signal(SIGINT, SIG_IGN)
        signal(SIGQUIT, SIG_IGN)
        signal(SIGTSTP, SIG_DFL)
    }

    static func takeBack() {
        set(SIGINT, onAsked)
        signal(SIGQUIT, SIG_DFL)
        set(SIGTSTP, onTold)
    }

    /// Stops the process and everything else in its group, as a shell expects of Ctrl-Z; back
    /// when it goes on. The others first: this process is not to be stopped twice.
    static func stop() {
        signal(SIGTSTP, SIG_IGN)
        kill(0, SIGTSTP)
        signal(SIGCONT, SIG_DFL)
        signal(SIGTSTP, SIG_DFL)
        raiseUnblocked(SIGTSTP)
        set(SIGTSTP, onTold)
        set(SIGCONT, onTold)
    }

    private static func set(_ number: Int32, _ handler: @convention(c) @escaping (Int32) -> Void) {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = handler
        action.sa_flags = Int32(SA_RESTART)
        sigaction(number, &action, nil)
    }

    // MARK: Handlers

    /// Gives the terminal back, once, unless another job has it now; safe in a handler.
    static func giveBack() {
        let room = room
        guard room.pointee.isTaken, tcgetpgrp(STDIN_FILENO) == getpgrp() else { return }
        room.pointee.isTaken = false
        if let bytes = room.pointee.goodbye {
            _ = Glibc.write(STDOUT_FILENO, bytes, room.pointee.goodbyeCount)
        }
        tcsetattr(STDIN_FILENO, TCSANOW, &room.pointee.modes)
    }

    private static let onCrash: @convention(c) (Int32) -> Void = { number in
        TerminalSignals.giveBack()
        signal(number, SIG_DFL)
        TerminalSignals.raiseUnblocked(number)
    }

    private static let onTold: @convention(c) (Int32) -> Void = { number in
        TerminalSignals.tell(number)
    }

    private static let onAsked: @convention(c) (Int32) -> Void = { number in
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let room = TerminalSignals.room
        if room.pointee.askedAt == 0 { room.pointee.askedAt = now.tv_sec }
        if now.tv_sec - room.pointee.askedAt > TerminalSignals.patienceSeconds {
            TerminalSignals.giveBack()
            signal(number, SIG_DFL)
            TerminalSignals.raiseUnblocked(number)
        }
        TerminalSignals.tell(number)
    }

    /// Raises a signal in this thread, where a pool's threads have most signals blocked.
    private static func raiseUnblocked(_ number: Int32) {
        var set = sigset_t()
        var before = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, number)
        pthread_sigmask(SIG_UNBLOCK, &set, &before)
        raise(number)
        pthread_sigmask(SIG_SETMASK, &before, nil)
    }

    private static func tell(_ number: Int32) {
        let kept = errno
        var byte = UInt8(truncatingIfNeeded: number)
        _ = Glibc.write(room.pointee.pipe.write, &byte, 1)
        errno = kept
    }
}
