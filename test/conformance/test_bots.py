"""Bots: made by operators, befriended at once, called with what is said to them."""

import concurrent.futures
import os
import threading

from harness import Server
from receiver import is_signed, key_of
from test_hooks import Hooks
from wire import ACK, ERROR, QUIT


class Bots(Hooks):
    @classmethod
    def own_flags(cls, url):
        return ()

    def bot(self, short="bot", **more):
        """(uid, token)"""
        data = self.server.good("/admin/bot.create", {"account": self.name(short), **more},
                                self.server.admin_token)
        self.mine.add(data["bot_id"])
        return data["bot_id"], data["access_token"]

    def admin(self, route, **body):
        return self.server.good(f"/admin/{route}", body, self.server.admin_token)

    def befriended(self, short="ann", **more):
        """A user, a bot with a webhook, and their chat."""
        ann, bot = self.register(short), self.bot(webhook_url=self.receiver.url + "/bot", **more)
        chat = self.server.good("/user/add.friend", {"friend_id": bot[0]}, ann[1])["chatroom_id"]
        self.assertIsInstance(chat, int)
        call = self.receiver.next()
        self.assertEqual([m["code"] for m in call.body["messages"]], [8])
        return ann, bot, chat

    def told(self, count):
        """The next messages that the bot is called with, over calls."""
        messages = []
        while len(messages) < count:
            messages += self.receiver.next().body["messages"]
        return messages


class Conversations(Bots):
    def test_question_and_answer(self):
        ann, bot, chat = self.befriended()
        a = self.come(*ann)
        sent = self.say(ann, chat, "ping \U0001F600")
        call = self.receiver.next()
        self.assertEqual((call.path, call.kind), ("/bot", "bot"))
        self.assertTrue(is_signed(key_of(self.server), call.headers["freeim-signature"], call.raw))
        self.assertEqual(call.body, {"kind": "bot", "bot_id": bot[0], "messages": [{
            "chatroom_id": chat, "chatroom_type": 1, "message_id": sent["message_id"],
            "seq": sent["seq"], "user_id": ann[0], "code": 1, "content": "ping \U0001F600",
            "message_send_time": sent["message_send_time"], "target_message_id": "",
            "reply_to": "", "mentions": []}]})
        self.say(bot, chat, "pong")
        a.message_with(Content="pong", UserId=bot[0])
        again = self.say(ann, chat, "ping")["seq"]
        self.assertEqual([m["seq"] for m in self.told(1)], [again], "not its own words")

    def test_in_order_through_failures(self):
        ann, _, chat = self.befriended()
        self.receiver.answers[:] = [500, 200, 503]
        seqs = [self.say(ann, chat, f"m{n}")["seq"] for n in range(30)]
        seen, deliveries = [], set()
        while not seen or seen[-1] != seqs[-1]:
            call = self.receiver.next()
            if call.delivery in deliveries:
                continue
            deliveries.add(call.delivery)
            seen += [m["seq"] for m in call.body["messages"]]
        self.assertEqual(seen, seqs)

    def test_groups(self):
        ann, bot, _ = self.befriended()
        room = self.group(ann, bot)
        self.assertEqual([m["code"] for m in self.told(1)], [9])
        a = self.come(*ann)
        one = a.send(room, "one", f"{self.prefix}-1", Mentions=[bot[0]]).body
        self.assertEqual([m["mentions"] for m in self.told(1)], [[bot[0]]])
        a.send(room, "uno", f"{self.prefix}-2", 21, TargetMessageId=one["MessageId"])
        edit = self.told(1)[0]
        self.assertEqual((edit["code"], edit["content"], edit["target_message_id"]),
                         (21, "uno", one["MessageId"]))

    def test_recalled_before_the_call(self):
        ann, _, chat = self.befriended()
        gate = threading.Event()
        self.addCleanup(gate.set)
        self.receiver.answers[:] = [gate]
        self.say(ann, chat, "one")
        self.receiver.next()
        a = self.come(*ann)
        two = a.send(chat, "two", f"{self.prefix}-2").body
        a.send(chat, "", f"{self.prefix}-3", 20, TargetMessageId=two["MessageId"])
        gate.set()
        self.assertEqual([(m["code"], m["content"]) for m in self.told(2)], [(1, ""), (20, "")])

    def test_on_line_too(self):
        ann, bot, chat = self.befriended()
        client = self.come(*bot)
        self.say(ann, chat, "both ways")
        client.message_with(Content="both ways")
        self.assertEqual([m["content"] for m in self.told(1)], ["both ways"])

    def test_webhooks_come_and_go(self):
        ann, bot, chat = self.befriended()
        self.admin("bot.update", bot_id=bot[0], webhook_url="")
        self.say(ann, chat, "unheard")
        self.admin("bot.update", bot_id=bot[0], webhook_url=self.receiver.url + "/new")
        seq = self.say(ann, chat, "heard")["seq"]
        call = self.receiver.next()
        self.assertEqual((call.path, call.body["messages"][-1]["seq"]), ("/new", seq))

    def test_it_outlives_a_restart(self):
        ann, _, chat = self.befriended()
        self.receiver.answers[:] = [503]
        first = self.say(ann, chat, "one")["seq"]
        self.receiver.next()
        self.server.restart()
        second = self.say(ann, chat, "two")["seq"]
        self.assertEqual([m["seq"] for m in self.told(2)], [first, second])


class Accounts(Bots):
    def test_making_and_listing(self):
        bot = self.bot(nickname="Robot", avatar="/media/r.png", sends_per_second=7)
        listed = self.admin("bot.list", perpage=100)
        mine = next(item for item in listed["list"] if item["bot_id"] == bot[0])
        self.assertLessEqual({"nickname": "Robot", "avatar": "/media/r.png", "webhook_url": "",
                              "sends_per_second": 7, "account": self.name("bot")}.items(),
                             mine.items())
        self.assertGreaterEqual(listed["total"], 1)
        info = self.server.good("/user/member.info", {}, bot[1])
        self.assertEqual((info["member_id"], info["nickname"]), (bot[0], "Robot"))
        self.come(*bot).sync_point()
        self.admin("bot.update", bot_id=bot[0], nickname="R2", sends_per_second=9)
        self.assertEqual(self.server.good("/user/member.info", {}, bot[1])["nickname"], "R2")

    def test_its_sends_have_a_limit_of_their_own(self):
        ann, bot, chat = self.befriended(sends_per_second=2)
        client = self.come(*bot)
        replies = [client.send(chat, "x", f"{self.prefix}-{n}") for n in range(20)]
        refused = [reply for reply in replies if reply.action == ERROR]
        self.assertGreaterEqual(len(refused), 10)
        self.assertError(refused[0], "rate_limited")
        self.assertGreater(refused[0].body["RetryAfterMs"], 0)
        status, reply = self.server.call("/message/send.message", {
            "chatroom_id": chat, "chatroom_type": 1, "code": 1, "content": "x", "id": "over-http"},
            bot[1])
        self.assertEqual((status, reply["error"]), (429, "rate_limited"))
        other = self.come(*ann)
        for n in range(20):
            self.assertEqual(other.send(chat, "x", f"{self.prefix}-a{n}").action, ACK)

    def test_its_token_does_not_expire(self):
        clock = os.path.join(self.server.data, "clock")
        server = Server(environment={"FREEIM_TEST_CLOCK": clock})
        self.addCleanup(server.stop)
        token = server.good("/admin/bot.create", {"account": "bot"}, server.admin_token)
        with open(clock, "r+b") as file:
            file.write((20 * 366 * 86_400_000).to_bytes(8, "little"))
        server.good("/user/member.info", {}, token["access_token"])

    def test_a_new_token(self):
        bot = self.bot()
        client = self.come(*bot)
        token = self.admin("bot.token", bot_id=bot[0])["access_token"]
        last = client.rest()[-1]
        self.assertEqual((last.action, last.body["Reason"]), (QUIT, "token_revoked"))
        self.refused("/user/member.info", {}, bot[1], 401, "bad_token")
        self.come(bot[0], token).sync_point()

    def test_deleting(self):
        ann, bot, chat = self.befriended()
        client = self.come(*bot)
        self.admin("bot.delete", bot_id=bot[0])
        self.assertEqual(client.rest()[-1].body["Reason"], "account_deleted")
        self.refused("/user/member.info", {}, bot[1], 401, "bad_token")
        self.assertError(self.come(*ann).send(chat, "x", f"{self.prefix}-1"), "not_found")
        self.refused("/admin/bot.delete", {"bot_id": bot[0]}, self.server.admin_token, 404,
                     "not_found")
        self.bot()

    def test_what_a_bot_may_not(self):
        bot = self.bot()
        for password in ("", "x" * 8, "None"):
            self.refused("/login/password", {"account": self.name("bot"),
                                             "password": password or " "}, None, 401)
        self.refused("/account/delete", {}, bot[1], 403, "forbidden")

    def test_two_of_a_name_at_once(self):
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            statuses = list(pool.map(lambda _: self.server.call(
                "/admin/bot.create", {"account": self.name("same")},
                self.server.admin_token)[0], range(6)))
        self.assertEqual(sorted(statuses), [200] + [409] * 5)

    def test_bad_requests(self):
        _, user = self.register("ann")
        bot = self.bot()
        routes = {"bot.create": {"account": self.name("b2")}, "bot.update": {"bot_id": bot[0]},
                  "bot.list": {}, "bot.token": {"bot_id": bot[0]}, "bot.delete": {"bot_id": bot[0]}}
        for route, body in routes.items():
            for token in (None, user, bot[1], "nonsense"):
                with self.subTest(route=route, token=token):
                    self.refused(f"/admin/{route}", body, token, 401, "bad_token")
        admin = self.server.admin_token
        for route in ("bot.update", "bot.token", "bot.delete"):
            for value in (None, "x", 1.5, [bot[0]], True):
                with self.subTest(route=route, value=value):
                    self.refused(f"/admin/{route}", {"bot_id": value}, admin, 400,
                                 "malformed_body")
            for other in (0, -1, 1 << 62, self.register("u" + route[4:])[0]):
                self.refused(f"/admin/{route}", {"bot_id": other}, admin, 404, "not_found")
        for extra in ({"account": ""}, {"account": "a" * 65}, {"account": "p\u0430ypal"},
                      {"account": "a\u0000"}, {"webhook_url": "ftp://x/"}, {"webhook_url": "x"},
                      {"webhook_url": "http://u:p@x/"}, {"webhook_url": "http://x/" + "y" * 2_048},
                      {"webhook_url": 5}, {"sends_per_second": 0}, {"sends_per_second": "many"},
                      {"sends_per_second": 10 ** 9}, {"nickname": "n" * 65},
                      {"nickname": "a\u202e"}):
            with self.subTest(extra=str(extra)[:40]):
                self.refused("/admin/bot.create", {"account": self.name("b3"), **extra}, admin,
                             400, "malformed_body")
        self.refused("/admin/bot.create", {"account": self.name("bot")}, admin, 409, "conflict")
