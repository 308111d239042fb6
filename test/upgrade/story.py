"""What the kept databases of earlier schemas hold, and what a server says of it."""

import hashlib
import json

FLOOD = 8_300  # more than one run of the indexes, so that some entries are indexed and some not
DEVICES = {"ann": ["a1", "a2"], "bob": ["b1"], "cy": ["c1"], "dan": ["d1"]}


def fill(server, connect):
    """Lives a little on an empty server; `connect(world, account, device)` gives a client."""
    world = server.provision(
        DEVICES, friendships=[("ann", "bob"), ("ann", "cy")],
        groups=[{"name": "walkers", "owner": "ann", "members": ["bob", "cy"]}])
    chat, group = world.chats[0], world.groups[0]
    ann, bob = connect(world, "ann", "a1"), connect(world, "bob", "b1")
    sent = [ann.send(chat, f"hello {n}", f"a{n}").body for n in range(20)]
    for n in range(10):
        bob.send(chat, f"hello back {n}", f"b{n}")
    act(ann, chat, 20, sent[3], "", "r1")
    act(ann, chat, 21, sent[5], "hello five, better", "e1")
    act(bob, chat, 22, sent[6], "\U0001F44D", "x1")
    act(ann, chat, 20, sent[5], "", "r2")
    ann.ack(chat, 20)
    ann.read(chat, 12)
    bob.ack(chat, 15)
    bob.read(chat, 15)
    flood(ann, group)
    token = world.tokens["ann", "a1"]
    group_id = world.group_ids[0]
    server.good("/chatroom/add.group.member",
                {"group_id": group_id, "member_list": [world.ids["dan"]]}, token)
    ann.send(group, "welcome dan", "w1")
    server.good("/chatroom/group.role", {
        "group_id": group_id, "member_id": world.ids["bob"], "member_identity": "admin"}, token)
    server.good("/chatroom/group.mute", {
        "group_id": group_id, "member_id": world.ids["cy"], "seconds": 10**9}, token)
    server.good("/chatroom/pin", {"chatroom_id": chat, "pinned": True}, token)
    server.good("/chatroom/notify.level", {"chatroom_id": group, "notify_level": 1}, token)
    server.good("/user/add.friend", {"friend_id": world.ids["bob"], "remark": "from the group"},
                world.tokens["dan", "d1"])
    server.good("/user/friend.remark", {"friend_id": world.ids["bob"], "remark": "Bobby"}, token)
    server.good("/user/block", {"friend_id": world.ids["cy"]}, token)
    server.good("/user/update.member.info", {"nickname": "Ann", "city": "Ulm"}, token)
    if has(server, "/dynamic/publish"):
        moments(server, world)
    ann.sync_point()
    bob.sync_point()
    for client in (ann, bob):
        client.close()
    return world


def act(client, chat, code, target, content, key):
    client.send(chat, content, key, code=code, TargetMessageId=target["MessageId"])


def flood(client, group):
    """Many short messages, so that the log is longer than a run of the indexes."""
    step = 500
    for start in range(0, FLOOD, step):
        count = min(step, FLOOD - start)
        client.send_raw(b"".join(
            client.bytes_of(3, client.message(group, f"m{start + n}", f"f{start + n}"))[1]
            for n in range(count)))
        client.answers(count)


def moments(server, world):
    ann, bob = world.tokens["ann", "a1"], world.tokens["bob", "b1"]
    first = server.good("/dynamic/publish", {"text": "for all", "visibility": "public"}, ann)
    server.good("/dynamic/publish", {"text": "for friends"}, ann)
    server.good("/dynamic/publish", {"text": "for bob", "visibility": "users",
                                     "member_list": [world.ids["bob"]]}, ann)
    server.good("/dynamic/like", {"id": first["id"]}, bob)
    server.good("/dynamic/comment", {"id": first["id"], "text": "fine"}, bob)


def has(server, route):
    return route in server.call("/openapi.json", method="GET")[1]["paths"]


def facts(server, connect):
    """All that can be seen of it, user by user, in JSON."""
    world = server.provision(DEVICES)
    seen = {}
    for account, devices in DEVICES.items():
        for device in devices:
            client = connect(world, account, device)
            seen[f"{account}/{device}"] = {
                "conversations": conversations(client), "logs": logs(client)}
            client.close()
        token = world.tokens[account, devices[0]]
        seen[account] = {route: server.good(route, {}, token) for route in (
            "/user/member.info", "/user/friend.list", "/user/friend.apply.list")}
        seen[account]["/chatroom/my.group.list"] = server.good(
            "/chatroom/my.group.list", token=token, method="GET")
        if has(server, "/dynamic/list"):
            seen[account]["/dynamic/list"] = server.good("/dynamic/list", {}, token)
    return json.loads(json.dumps(seen))


FIELDS = ("ChatroomId", "ChatroomType", "Title", "HeadSeq", "FirstSeq", "ReadSeq", "AckSeq",
          "PeerReadSeq", "PeerDeliveredSeq", "Pinned", "NotifyLevel", "MemberCount")


def conversations(client):
    items = client.conversations().body["Items"]
    return {str(item["ChatroomId"]): {name: item[name] for name in FIELDS if item.get(name)}
            for item in items}


def logs(client):
    """Each log that the user may read: its seqs, and a hash over all of it."""
    found = {}
    for chat in sorted(int(chat) for chat in conversations(client)):
        messages, after = [], 0
        while True:
            page = client.sync(chat, AfterSeq=after, Limit=500).body
            messages += page.get("Messages") or []
            if not page.get("HasMore"):
                break
            after = messages[-1]["Seq"]
        text = json.dumps(messages, sort_keys=True).encode()
        found[str(chat)] = {
            "seqs": [messages[0]["Seq"], messages[-1]["Seq"], len(messages)],
            "last": messages[-1]["Content"], "hash": hashlib.sha256(text).hexdigest()}
    return found


def missing(old, new, place="facts"):
    """The first thing that the earlier server said and this one does not; None: nothing."""
    if isinstance(old, dict):
        for name, value in old.items():
            if name not in new:
                return f"{place}.{name} is gone"
            found = missing(value, new[name], f"{place}.{name}")
            if found:
                return found
        return None
    if isinstance(old, list):
        if len(old) != len(new):
            return f"{place}: {len(new)} items instead of {len(old)}"
        for index, value in enumerate(old):
            found = missing(value, new[index], f"{place}[{index}]")
            if found:
                return found
        return None
    return None if old == new else f"{place}: {new!r} instead of {old!r}"
