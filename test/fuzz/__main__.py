"""Property-based calls of every route that /openapi.json describes, by schemathesis.

No answer may be a 5xx, of an undescribed status, content type or shape, or given without the token
that the description asks for. `python3 test/fuzz [--examples N] [--seed N]`; schemathesis comes
from PyPI into an environment of its own.
"""

import argparse
import json
import os
import subprocess
import sys
import venv

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "test", "conformance"))

from harness import Server  # noqa: E402  (the path above is what finds it)

VERSION = "4.32.5"
ENVIRONMENT = os.path.join(ROOT, ".build", f"schemathesis-{VERSION}")
CHECKS = ",".join((
    "not_a_server_error", "status_code_conformance", "content_type_conformance",
    "response_headers_conformance", "response_schema_conformance", "unsupported_method",
    "ignored_auth", "missing_required_header"))
# What would end the caller's own token, or the server.
ENDING = r"^/(logout|account/delete|admin/drain)$"


def tool():
    """The path of `st`, installed when it is not there."""
    program = os.path.join(ENVIRONMENT, "bin", "st")
    if not os.path.exists(program):
        print(f"fuzz: installs schemathesis {VERSION} into {ENVIRONMENT}", flush=True)
        venv.create(ENVIRONMENT, clear=True, with_pip=True)
        subprocess.run(
            [os.path.join(ENVIRONMENT, "bin", "pip"), "install", "-q",
             "--disable-pip-version-check", f"schemathesis=={VERSION}"], check=True)
    return program


def people(server):
    """A caller with friends, groups, moments and messages; the token and the IDs that exist."""
    world = server.provision(
        {"fuzz": ["f1"], "ann": ["a1"], "bob": ["b1"], "cid": ["c1"]},
        [("fuzz", "ann"), ("fuzz", "bob")],
        [{"name": "g1", "owner": "fuzz", "members": ["ann"]},
         {"name": "g2", "owner": "ann", "members": ["fuzz", "bob"]},
         {"name": "g3", "owner": "cid", "members": []}])
    token = world.tokens["fuzz", "f1"]
    sent = [server.good("/message/send.message", {
        "chatroom_id": chat, "code": 1, "content": f"message {number}", "id": f"m{number}"},
        token) for number, chat in enumerate(world.chats + world.groups[:2])]
    moment = server.good("/dynamic/publish", {"text": "a moment", "visibility": "public"}, token)
    ids = list(world.ids.values())
    messages = [item["message_id"] for item in sent]
    return token, {
        "friend_id": ids, "member_id": ids + [0], "user_id": ids,
        "chatroom_id": world.chats + world.groups, "to_user_id": ids,
        "to_chatroom_ids": [world.chats, world.groups], "group_id": world.group_ids,
        "member_list": [ids, ids[:2]], "message_id": messages,
        "after_message_id": messages, "before_message_id": messages,
        "target_message_id": messages, "reply_to": messages, "account": list(world.accounts),
        "id": [1, 2, moment["id"]], "moment_id": [moment["id"]], "device_id": ["f1", "a1"],
        "code": [1, 20, 21, 22],
    }


def run(server, name, token, known, choose, examples, seed):
    """One run of schemathesis; whether it found nothing."""
    command = [
        tool(), "run", f"http://{server.http}/openapi.json", "--no-color",
        "--checks", CHECKS, "--phases", "examples,coverage,fuzzing",
        "--max-examples", str(examples), "--seed", str(seed),
        "--continue-on-failure", "--warnings", "off", "--request-timeout", "20",
        "--header", f"Authorization: Bearer {token}",
        "--exclude-path-regex", ENDING, *choose]
    print(f"fuzz: as {name}", flush=True)
    environment = {
        **os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": HERE,
        "FREEIM_FUZZ_KNOWN": json.dumps(known)}
    return subprocess.run(command, env=environment, cwd=HERE).returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    server = Server(
        "--sign-in-attempts-per-minute-account", "0", "--sign-in-attempts-per-minute-address",
        "0", "--request-rate-per-second-user", "0", "--request-rate-per-second-address", "0",
        "--verification-sender", "log")
    try:
        token, known = people(server)
        runs = [
            run(server, "a user", token, known, ["--exclude-path-regex", "^/admin/"],
                options.examples, options.seed),
            run(server, "the operator", server.admin_token, known,
                ["--include-path-regex", "^/admin/"], options.examples, options.seed),
        ]
        alive = server.process.poll() is None
        if not alive:
            print(f"fuzz: the server ended with {server.process.poll()}\n{server.log_text()}")
        return 0 if all(runs) and alive else 1
    finally:
        server.stop()


if __name__ == "__main__":
    sys.exit(main())
