"""5,000 messages as fast as a sender can, while the chat is open on the screen."""

import json
import os
import sys
import time

from history import idle
from place import BIN, ROOT

sys.path.append(os.path.join(ROOT, "test", "conformance"))

CODE_MESSAGE = 3
# Sends that wait for their acknowledgement.
IN_FLIGHT_MAX = 500


def send_all(address, user_id, token, chat, count):
    """In a process of its own: the times of the first send and of the last acknowledgement."""
    from client import Client
    client = Client(address)
    client.auth(user_id, "plain", token)
    waiting = {}
    first = time.monotonic()
    for number in range(count):
        body = client.message(chat, f"line {number:05d} of the burst 爆", f"burst-{number}")
        waiting[client.post(CODE_MESSAGE, body)] = number
        while len(waiting) >= IN_FLIGHT_MAX:
            waiting.pop(client.next().sequence, None)
    while waiting:
        waiting.pop(client.next().sequence, None)
    return first, time.monotonic()


def forked(work):
    """Runs work in a child; a function that waits for what it gave."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.write(writing, json.dumps(work()).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writing)

    def wait():
        with os.fdopen(reading) as file:
            text = file.read()
        os.waitpid(child, 0)
        return json.loads(text)

    return wait


def measure_burst(place, table, program):
    os.environ["FREEIM_SERVER"] = os.path.join(BIN, "freeim-server")
    from harness import Server
    server = Server()
    try:
        names = {"reader": ["screen"], "writer": ["plain"]}
        world = server.provision(names, [("reader", "writer")])
        place.profile("reader", world.ids["reader"], world.tokens["reader", "screen"], "screen",
                      server.tcp, server.http)
        run = place.start(program, "reader")
        try:
            run.until(lambda lines: "● online" in lines[0])
            run.settle(0.5)
            rounds(place, table, run, server, world)
            resident, shared = run.resident()
            table.number("resident memory after the bursts", resident, "MiB", 60,
                         f"Pss {shared:.0f} MiB")
            idle(run, place, table, "on line")
        finally:
            run.close()
    finally:
        server.stop()


def rounds(place, table, run, server, world):
    count = 500 if place.is_quick else 5_000
    last = f"line {count - 1:05d}"
    run.frames.clear()
    began_ticks = run.ticks()
    wait = forked(lambda: send_all(
        server.tcp, world.ids["writer"], world.tokens["writer", "plain"], world.chats[0], count))
    shown = watch(run, last)
    first, acknowledged = wait()
    used = (run.ticks() - began_ticks) / 100
    frames = [at for at in run.frames if first <= at <= shown]
    table.number(f"{count:,} incoming: last on screen behind the last acknowledgement",
                 max(0, shown - acknowledged), "s", None, "")
    table.number(f"{count:,} incoming: last on screen behind the first send", shown - first, "s",
                 None, f"the sender alone took {acknowledged - first:.2f} s; imtui's CPU "
                 f"{used:.2f} s")
    table.number(f"{count:,} incoming: behind what the sender needed, at most 1 s",
                 max(0, shown - max(acknowledged, first)), "s", 1, "")
    most = max((sum(1 for at in frames if start <= at < start + 1) for start in frames), default=0)
    table.number("draws in the busiest second of it", most, "draws", 61,
                 f"{len(frames)} draws in all")


def watch(run, wanted):
    """The time of the frame that shows the text; looks only when nothing comes."""
    deadline = time.monotonic() + 60
    at = None
    while time.monotonic() < deadline:
        times = run.read(0.002)
        if times:
            at = times[-1]
        if times is None and run.pending:
            if any(wanted in line for line in run.look()):
                return at
        elif times is None:
            run.read(deadline - time.monotonic())
            at = run.frames[-1] if run.frames else at
    raise TimeoutError("the burst did not come to its end")
