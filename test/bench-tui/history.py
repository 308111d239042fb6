"""Starts, chats, pages and searches on a long history, without a server."""

# What is typed into the search: on nearly every line, on some, on few, on none.
QUERIES = ["message", "the server", "deploy today", "今天", "我们的", "的", "example.com", "quazel",
           "katerzel", "服务器", "nothingofthekind", "龘", "🚀", "coffee 天气", "t"]


def body(lines):
    """What does not change with the connection: all but the header and the status row."""
    return [line for line in lines[1:-3] if "off line" not in line]


def measure_starts(place, table, program):
    """Process start to the first frame that is the whole screen."""
    times, numbers = [], []
    for number in range(6 if place.is_quick else 21):
        run = place.start(program)
        seen = []

        def take(lines, run=run, seen=seen):
            seen.append((run.frames[-1], body(lines)))
            return any("│" in line for line in lines)

        run.until(take)
        while (frames := run.read(0.3)) is not None:
            if frames:
                take(run.look())
        # The first frame from which on nothing but the connection's state changes.
        whole = next(index for index, (_, shown) in enumerate(seen) if shown == seen[-1][1])
        if number > 0:
            times.append(seen[whole][0] - run.started)
            numbers.append(whole + 1)
        run.close()
    table.times("start to the first full screen", times, 100,
                f"exec, opening the cache, one page; it is frame {max(numbers)} at most")


def key(run, data, test):
    """Seconds from a key to the frame that passes the test."""
    began = run.send(data)
    return run.until(test) - began


def measure_history(place, table, program):
    run = place.start(program)
    run.until(lambda lines: any("│" in line for line in lines))
    run.settle(0.5)
    try:
        chats(run, place, table)
        pages(run, place, table)
        searches(run, place, table)
        resident, shared = run.resident()
        table.number("resident memory, all of that done", resident, "MiB", 60,
                     f"Pss {shared:.0f} MiB")
        idle(run, place, table, "off line")
    finally:
        run.close()


def chats(run, place, table):
    """Alt-Down and Alt-Up, to the frame with the other title; and by the switcher."""
    rounds = 20 if place.is_quick else 150
    times = []
    for number in range(rounds):
        before = run.screen.lines()[0]
        step = b"\x1b[1;3B" if number // 40 % 2 == 0 else b"\x1b[1;3A"
        times.append(key(run, step, lambda lines: lines[0] != before))
        run.settle()
    table.times("switching chats", times, 16, "a page, the draft, the pane, one draw")
    times = []
    for number in range(rounds // 3):
        before = run.screen.lines()[0]
        run.send(b"\x1bk")
        run.until(lambda lines: any("Go to a chat" in line for line in lines))
        run.send(b"\x1b[B" * (1 + number * 7 % 17))
        run.settle()
        began = run.send(b"\r")
        at = run.until(lambda lines: not any("Go to a chat" in line for line in lines))
        if run.screen.lines()[0] != before:
            times.append(at - began)
        run.settle()
    table.times("opening a chat by the switcher", times, 16, "the same, anywhere in the list")


def pages(run, place, table):
    """PgUp in the longest chat, through the window and from the cache."""
    run.send(b"\x1bk")
    run.until(lambda lines: any("Go to a chat" in line for line in lines))
    run.send(b"Group 1000")
    run.settle()
    run.send(b"\r")
    run.settle(0.1)
    times = []
    for number in range(40 if place.is_quick else 300):
        before = run.screen.lines()[1:-3]
        try:
            times.append(key(run, b"\x1b[5~", lambda lines: lines[1:-3] != before))
        except TimeoutError:
            break
        run.settle(0.01)
    table.times("a page up", times, 16, "layout of the window; every few pages one from the cache")
    began = run.send(b"\x1b[1;3F")
    at = run.until(lambda lines: "below" not in lines[-3])
    run.settle(0.05)
    table.times("back to the newest", [at - began], None, "")
    top = run.screen.lines()[1:-3]
    times = [key(run, b"\x1b[1;3H", lambda lines: lines[1:-3] != top)]
    run.settle(0.05)
    table.times("to the oldest", times, 50, "one page around the first message")
    run.send(b"\x1b[1;3F")
    run.settle(0.05)


def searches(run, place, table):
    """Alt-S and a query, key by key; each to the frame with what it found."""
    run.send(b"\x1bs")
    run.until(lambda lines: any("Search all chats" in line for line in lines))
    times, slowest = [], (0, "")
    for query in QUERIES[:4] if place.is_quick else QUERIES:
        for at in range(len(query)):
            text = query[:at + 1]
            if query[at] == " ":
                # Looks for the same, and nothing on screen changes.
                run.send(b" ")
                run.settle()
                continue
            before = run.screen.lines()
            took = key(run, query[at].encode(), lambda lines: lines != before and not any(
                "searching" in line for line in lines))
            times.append(took)
            slowest = max(slowest, (took, text))
            run.settle(0.01)
        run.send(b"\x05\x15")
        run.settle()
    run.send(b"\x1b")
    run.settle(0.1)
    table.times("search over everything, each key", times, 50, f"slowest: '{slowest[1]}'")


def idle(run, place, table, when):
    """Ticks of CPU while nothing happens."""
    seconds = 5 if place.is_quick else 60
    run.settle(0.5)
    ticks, before, frames = run.ticks(), run.switches(), len(run.frames)
    run.drain(seconds)
    ticks, after = run.ticks() - ticks, run.switches()
    switches = sum(count - before.get(thread, 0) for thread, count in after.items())
    table.number(f"idle CPU over {seconds} s, {when}", ticks / seconds, "%", 0.05,
                 f"{ticks} ticks of 10 ms, {switches} context switches, "
                 f"{len(run.frames) - frames} draws")
