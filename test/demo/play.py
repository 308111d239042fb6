"""A short conversation without a screen: two people, one on two devices, and a crash."""

from stage import Failed, Watcher

FIRST = [
    ("ann", "Hello Bob 👋"),
    ("bob", "你好，安！收到了 😀"),
    ("ann", "周末去爬山吗？🏔️ I bring the tea 🍵"),
]
QUEUED = "typed while the server was away ✍️"
SECOND = [
    ("bob", "好的，星期六早上八点 ⏰"),
    ("ann", "See you there! 再见 👩‍👩‍👧‍👦"),
]


class Play:
    def __init__(self, stage, say=print):
        self.stage, self.say = stage, say
        self.writes = {"ann": "ann-phone", "bob": "bob-laptop"}
        self.peer = {"ann": "@bob", "bob": "@ann"}
        self.expected = []

    def run(self):
        self.meet()
        for who, text in FIRST:
            self.speak(who, text)
        self.talk_to_the_bot("are you there? 在吗 🤖")
        self.crash()
        for who, text in SECOND:
            self.speak(who, text)
        self.talk_to_the_bot("still there?")
        return self.check()

    def meet(self):
        stage = self.stage
        for profile, account in (("echo", "echo"), ("ann-phone", "ann"), ("bob-laptop", "bob")):
            stage.enter(profile, account)
        stage.imtui("ann-tablet", "login", "ann")
        stage.start("echo", "echo", "--interval", "1")
        self.tablet = Watcher(stage, "ann-tablet")
        stage.imtui("ann-phone", "friends", "add", "@bob")
        stage.imtui("bob-laptop", "friends", "accept", "@ann")
        self.tablet.wait_for(lambda m: m["code"] == 8, "that Bob accepted")
        stage.imtui("ann-phone", "friends", "add", "@echo")
        chats = set()
        self.tablet.wait_for(
            lambda m: m["code"] == 8 and (chats.add(m["chatroom_id"]) or len(chats) == 2),
            "that the bot accepted")
        self.chat = self.chat_of("ann-phone", "bob")
        self.bot_chat = self.chat_of("ann-phone", "echo")
        self.say("ann is on a phone and a tablet, bob on a laptop; echo is a bot. All are friends.")
        self.say("")

    def chat_of(self, profile, title):
        for chat in self.stage.objects(profile, "chats"):
            if chat["title"] == title:
                return chat["chatroom_id"]
        raise Failed(f"{profile} has no chat with {title}")

    def speak(self, who, text):
        """One line from somebody, and that the other and the tablet see it."""
        self.stage.imtui(self.writes[who], "send", self.peer[who], text)
        self.arrived(who, text)

    def arrived(self, who, text):
        self.expected.append(text)
        seen = self.tablet.wait_for(
            lambda m: m["content"] == text and m["chatroom_id"] == self.chat, text)
        other = "bob" if who == "ann" else "ann"
        history = self.stage.objects(self.writes[other], "history", str(self.chat))
        if [m["content"] for m in history].count(text) != 1:
            raise Failed(f"{other} does not have '{text}' once: {history}")
        self.say(f"  #{seen['seq']:<3} {who:>4}: {text}")

    def talk_to_the_bot(self, text):
        self.stage.imtui("ann-phone", "send", str(self.bot_chat), text)
        answer = self.tablet.wait_for(
            lambda m: m["content"] == f"echo: {text}" and m["chatroom_id"] == self.bot_chat,
            f"the bot's answer to '{text}'")
        self.say(f"       ann to the bot: {text}")
        self.say(f"      {answer['name']:>4} answers: {answer['content']}")

    def crash(self):
        self.say("")
        self.say("-- kill -9: the server is gone. Ann writes on. --")
        self.stage.kill_server()
        status, _ = self.stage.imtui(
            "ann-phone", "send", str(self.chat), QUEUED, expect=(0, 1, 3))
        if status != 3:
            raise Failed(f"a message typed off line ended with {status}, not 3 (kept for later)")
        self.stage.start_server()
        self.say("-- The server is back. --")
        self.say("")
        self.stage.imtui("ann-phone", "chats")
        self.arrived("ann", QUEUED)

    def check(self):
        """Every line once, on every device, in one order; and nothing missing."""
        seen = self.tablet.stop()
        wrong = []
        views = {"ann's tablet": [m for m in seen if m["chatroom_id"] == self.chat]}
        for name, profile in (("ann's phone", "ann-phone"), ("bob's laptop", "bob-laptop")):
            views[name] = self.stage.objects(profile, "history", str(self.chat))
        for name, messages in views.items():
            texts = [m["content"] for m in messages if m["code"] == 1]
            if texts != self.expected:
                wrong.append(f"{name} saw {texts}, not {self.expected}")
            seqs = [m["seq"] for m in messages]
            if seqs != list(range(1, len(seqs) + 1)):
                wrong.append(f"{name} has the places {seqs}")
        self.say("")
        for profile in ("ann-phone", "ann-tablet", "bob-laptop"):
            status, text = self.stage.imtui(profile, "verify", expect=(0, 2))
            verdict = "whole" if status == 0 else f"NOT WHOLE:\n{text}"
            self.say(f"imtui verify on {profile}: {verdict}")
            if status:
                wrong.append(f"{profile} is not whole")
        for line in wrong:
            self.say(f"WRONG: {line}")
        if not wrong:
            self.say(f"{len(self.expected)} messages, each seen once and in order on 3 devices.")
        return not wrong
