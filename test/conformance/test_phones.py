"""PROTOCOL.md §7: verification codes, signing in by phone and by an outside identity."""

import concurrent.futures
import os
import re
import shutil
import sqlite3
import stat
import tempfile
import threading

from certificates import Authority
from harness import Server
from receiver import Receiver, is_signed, key_of
from test_http import Web

LIMITLESS = ("--sign-in-attempts-per-minute-account", "0",
             "--sign-in-attempts-per-minute-address", "0")
BAD_PHONES = ("", "12", "+", "+0123456789", "+" + "1" * 16, "1" * 16, "phone", "123+45678",
              "+31 6\u0000123", "\uff0b8613800138000",
              "+\u0663\u0661\u0666\u0661\u0662\u0663\u0664",
              "+3161234567\u200b8", "+31612345678;x", "1" * 5_000)


class Phones(Web):
    """A server that sends codes through a webhook, and a receiver for it."""

    flags = LIMITLESS
    last_phone = 0

    @classmethod
    def setUpClass(cls):
        cls.receiver = Receiver()
        cls.addClassCleanup(cls.receiver.close)
        cls.flags = (*cls.flags, *cls.own_flags(cls.receiver.url))
        super().setUpClass()

    @staticmethod
    def own_flags(url):
        return ("--verification-sender", "webhook", "--verification-webhook-url", url + "/sms?x=1",
                "--hook-timeout-seconds", "3")

    def setUp(self):
        super().setUp()
        self.receiver.clear()

    def new_phone(self):
        Phones.last_phone += 1
        return f"+316{Phones.last_phone:08}"

    def ask(self, phone, purpose="login"):
        """Asks for a code; the code."""
        self.assertIsNone(self.server.good("/common/send.sms", {"phone": phone, "type": purpose}))
        return self.receiver.next().body["code"]

    def enter(self, phone, code, **more):
        return self.server.good("/login", {"phone": phone, "verify_code": code}, **more)

    def wrong(self, phone, code, route="/login", token=None):
        return self.refused(route, {"phone": phone, "verify_code": code}, token, 400,
                            "bad_credentials", code=405)

    @staticmethod
    def other(code):
        """A code that is not this one."""
        return f"{(int(code) + 1) % 1_000_000:06}"


class Codes(Phones):
    def test_from_code_to_account_and_back(self):
        phone = self.new_phone()
        first = self.enter(phone, self.ask(phone))
        self.come(first["uid"], first["access_token"]).sync_point()
        info = self.server.good("/user/member.info", {}, first["access_token"])
        self.assertNotIn(phone[-6:], str(info), "a number is nobody's business")
        second = self.enter(phone, self.ask(phone), device="d1")
        self.assertEqual(second["uid"], first["uid"])
        self.assertNotEqual(second["access_token"], first["access_token"])
        self.assertError(self.connect().auth(second["uid"], "d2", second["access_token"]),
                         "bad_token")

    def test_the_call_is_signed(self):
        phone = self.new_phone()
        self.server.good("/common/send.sms", {"phone": phone, "type": "register"})
        call = self.receiver.next()
        self.assertEqual((call.path, call.kind), ("/sms?x=1", "verification"))
        self.assertRegex(call.body.pop("code"), r"^[0-9]{6}$")
        self.assertEqual(call.body, {"kind": "verification", "phone": phone, "purpose": "login",
                                     "expires_seconds": 300})
        key = key_of(self.server)
        self.assertTrue(is_signed(key, call.headers["freeim-signature"], call.raw))
        self.assertFalse(is_signed(key, call.headers["freeim-signature"], call.raw + b" "))
        self.assertFalse(is_signed(b"another", call.headers["freeim-signature"], call.raw))
        for name in ("webhook.key", "verification.key"):
            mode = os.stat(os.path.join(self.server.data, name)).st_mode
            self.assertEqual(stat.S_IMODE(mode), 0o600)

    def test_a_code_is_good_once(self):
        phone = self.new_phone()
        code = self.ask(phone)
        self.enter(phone, code)
        self.wrong(phone, code)
        self.wrong(self.new_phone(), code)

    def test_the_newest_code_counts(self):
        phone = self.new_phone()
        old, new = self.ask(phone), self.ask(phone)
        if old != new:
            self.wrong(phone, old)
        self.enter(phone, new)

    def test_wrong_codes_void_it(self):
        phone = self.new_phone()
        code = self.ask(phone)
        said = [self.wrong(phone, self.other(code))["msg"] for _ in range(5)]
        self.assertEqual(self.wrong(phone, code)["msg"], said[0])
        self.assertEqual(len(set(said)), 1, "a try tells nothing")

    def test_purposes_are_apart(self):
        phone = self.new_phone()
        self.wrong(phone, self.ask(phone, "delete"))

    def test_no_hint_whether_a_number_is_registered(self):
        known, unknown = self.new_phone(), self.new_phone()
        self.enter(known, self.ask(known))
        answers = []
        for phone in (known, unknown):
            self.assertEqual(self.wrong(phone, "000000"), self.wrong(phone, "x"))
            answers.append(self.wrong(phone, "000000"))
            self.ask(phone)
        self.assertEqual(*answers)

    def test_two_uses_at_once(self):
        for _ in range(5):
            phone = self.new_phone()
            code = self.ask(phone)
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                statuses = list(pool.map(
                    lambda _, phone=phone, code=code: self.server.call(
                        "/login", {"phone": phone, "verify_code": code})[0], range(8)))
            self.assertEqual(sorted(statuses), [200] + [400] * 7)

    def test_two_first_sign_ins_make_one_account(self):
        phone = self.new_phone()
        uids = {self.enter(phone, self.ask(phone))["uid"] for _ in range(3)}
        self.assertEqual(len(uids), 1)

    def test_ways_to_write_a_number(self):
        phone = self.new_phone()
        uid = self.enter(phone, self.ask(phone))["uid"]
        written = f" {phone[:3]} ({phone[3:5]})-{phone[5:8]}.{phone[8:]} "
        self.assertEqual(self.enter(written, self.ask(phone))["uid"], uid)
        national = phone[3:]
        self.assertNotEqual(self.enter(national, self.ask(national))["uid"], uid)

    def test_bad_requests(self):
        good = self.new_phone()
        for phone in BAD_PHONES:
            with self.subTest(phone=phone[:20]):
                self.refused("/common/send.sms", {"phone": phone, "type": "login"}, None, 400,
                             "malformed_body")
                self.refused("/login", {"phone": phone, "verify_code": "123456"}, None, 400,
                             "malformed_body")
        for body in ({}, {"phone": good}, {"type": "login"},
                     {"phone": 31612345678, "type": "login"}, {"phone": [good], "type": "login"},
                     {"phone": good, "type": "root"},
                     {"phone": good, "type": ""}, {"phone": good, "type": 1},
                     {"phone": good, "type": "l\u043egin"}, {"phone": None, "type": "login"}):
            with self.subTest(body=body):
                self.refused("/common/send.sms", body, None, 400, "malformed_body")
        for body in ({}, {"phone": good}, {"verify_code": "123456"},
                     {"phone": good, "verify_code": 123456}, {"phone": good, "verify_code": ""},
                     {"phone": good, "verify_code": "1" * 17},
                     {"phone": good, "verify_code": "12\u000034"}):
            with self.subTest(body=body):
                self.refused("/login", body, None, 400, "malformed_body")
        self.wrong(good, "\uff11\uff12\uff13\uff14\uff15\uff16")
        self.assertTrue(self.receiver.calls.empty(), "nothing was sent")
        code = self.ask(good)
        self.server.good("/login", {"phone": good, "verify_code": code, "master_code": "1"})

    def test_secrets_stay_out_of_log_and_database(self):
        phone = self.new_phone()
        code, password = self.ask(phone), "hunter2 hunter2"
        self.wrong(phone, self.other(code))
        self.server.good("/register", {"account": self.name("x"), "password": password})
        self.server.call("/login/password", {"account": self.name("x"), "password": "wrong one"})
        with sqlite3.connect(f"file:{self.server.data}/freeim.sqlite?mode=ro", uri=True) as db:
            dump = "\n".join(db.iterdump())
        db.close()
        self.assertIn(phone, dump)
        self.assertNotIn(f"'{code}'", dump)
        self.assertNotIn(code.encode().hex(), dump.lower())
        self.assertNotIn(password, dump)
        for secret in (code, password, "wrong one"):
            self.assertNotIn(secret, self.server.log_text())


class Sending(Phones):
    """What the receiver answers, and what becomes of the code."""

    def test_it_tries_again(self):
        phone = self.new_phone()
        self.receiver.answers[:] = [503, 429]
        self.server.good("/common/send.sms", {"phone": phone, "type": "login"})
        calls = [self.receiver.next() for _ in range(3)]
        self.assertEqual(len({call.delivery for call in calls}), 1)
        self.assertEqual(len({call.body["code"] for call in calls}), 1)
        self.enter(phone, calls[2].body["code"])

    def test_it_gives_up(self):
        phone = self.new_phone()
        self.receiver.always = 500
        reply = self.refused("/common/send.sms", {"phone": phone, "type": "login"}, None, 503,
                             "busy")
        self.assertGreater(reply["retry_after_ms"], 0)
        self.wrong(phone, self.receiver.next().body["code"])

    def test_a_number_that_takes_none(self):
        phone = self.new_phone()
        self.receiver.always = 422
        for _ in range(7):
            self.refused("/common/send.sms", {"phone": phone, "type": "login"}, None, 400,
                         "malformed_body")
            self.receiver.next()
        self.receiver.always = 200
        self.enter(phone, self.ask(phone))

    def test_nobody_there(self):
        lonely = Server("--verification-sender", "webhook", "--verification-webhook-url",
                        "http://127.0.0.1:1/x", "--hook-timeout-seconds", "1")
        self.addCleanup(lonely.stop)
        status, reply = lonely.call("/common/send.sms", {"phone": "+31612345678", "type": "login"})
        self.assertEqual((status, reply["error"]), (503, "busy"))


class OverTLS(Phones):
    def test_the_certificate_counts(self):
        folder = tempfile.mkdtemp(prefix="freeim-phones-")
        self.addCleanup(shutil.rmtree, folder)
        authority = Authority(folder)
        secure = Receiver(authority.issue("receiver"))
        self.addCleanup(secure.close)
        body = {"phone": "+31612345678", "type": "login"}
        for trusted, status in ((authority.certificate, 200), ("", 503)):
            server = Server(
                "--verification-sender", "webhook", "--verification-webhook-url", secure.url,
                "--hook-timeout-seconds", "1", environment={"SSL_CERT_FILE": trusted})
            self.addCleanup(server.stop)
            self.assertEqual(server.call("/common/send.sms", body)[0], status)


class SendLimits(Phones):
    flags = (*LIMITLESS, "--verifications-per-hour", "3", "--verifications-per-day", "4")

    def test_per_phone(self):
        phone = self.new_phone()
        for _ in range(3):
            self.ask(phone)
        reply = self.refused("/common/send.sms", {"phone": phone, "type": "login"}, None, 429,
                             "rate_limited")
        self.assertGreater(reply["retry_after_ms"], 3_500_000)
        self.refused("/common/send.sms", {"phone": phone, "type": "delete"}, None, 429)
        self.ask(self.new_phone())

    def test_at_once(self):
        phone = self.new_phone()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(lambda _: self.server.call(
                "/common/send.sms", {"phone": phone, "type": "login"})[0], range(8)))
        self.assertEqual(sorted(statuses), [200] * 3 + [429] * 5)


class AddressLimits(Phones):
    flags = ("--sign-in-attempts-per-minute-address", "5")

    def test_per_address(self):
        statuses = [self.server.call("/common/send.sms", {
            "phone": self.new_phone(), "type": "login"})[0] for _ in range(7)]
        self.assertEqual(statuses, [200] * 5 + [429] * 2)


class Expiry(Phones):
    flags = (*LIMITLESS, "--verification-seconds", "30")

    def test_its_time_is_over(self):
        clock = os.path.join(self.server.data, "clock")
        server = Server(*self.flags, environment={"FREEIM_TEST_CLOCK": clock})
        self.addCleanup(server.stop)
        phone = self.new_phone()
        server.good("/common/send.sms", {"phone": phone, "type": "login"})
        code = self.receiver.next().body["code"]
        with open(clock, "r+b") as file:
            file.write((31_000).to_bytes(8, "little"))
        status, reply = server.call("/login", {"phone": phone, "verify_code": code})
        self.assertEqual((status, reply["code"]), (400, 405))


class WithoutSender(Web):
    def test_it_is_refused(self):
        reply = self.refused("/common/send.sms", {"phone": "+31612345678", "type": "login"}, None,
                             403, "forbidden")
        self.assertIn("no verification codes", reply["msg"])
        self.refused("/login", {"phone": "+31612345678", "verify_code": "000000"}, None, 400,
                     "bad_credentials", code=405)
        self.refused("/login/qq", {"openid": "o", "access_token": "t"}, None, 403, "forbidden")


class CodesInTheLog(Web):
    flags = ("--verification-sender", "log", "--log-level", "notice")

    def test_a_developer_reads_them(self):
        self.assertIn("VERIFICATION CODES ARE WRITTEN TO THIS LOG", self.server.log_text())
        self.server.good("/common/send.sms", {"phone": "+31612345678", "type": "login"})
        code = re.search(r"code=([0-9]{6})", self.server.log_text()).group(1)
        self.server.good("/login", {"phone": "+31612345678", "verify_code": code})


class OutsideIdentity(Phones):
    @staticmethod
    def own_flags(url):
        return "--identity-url", url + "/who", "--hook-timeout-seconds", "1"

    def enter_by(self, openid, **more):
        return self.server.good("/login/qq", {"openid": openid, "access_token": "the-token"},
                                **more)

    def test_the_first_and_the_second_time(self):
        openid = self.name("openid")
        self.receiver.answers[:] = [
            (200, {"openid": openid, "nickname": "\u5c0f\u660e\u202e\n\u0000" + "x" * 99}),
            (200, {"openid": openid, "nickname": "another"})]
        first = self.enter_by(openid)
        call = self.receiver.next()
        self.assertEqual((call.path, call.kind), ("/who", "identity"))
        self.assertEqual(call.body, {"kind": "identity", "provider": "qq", "openid": openid,
                                     "access_token": "the-token"})
        self.assertTrue(is_signed(key_of(self.server), call.headers["freeim-signature"], call.raw))
        info = self.server.good("/user/member.info", {}, first["access_token"])
        self.assertEqual(info["nickname"], "\u5c0f\u660e" + "x" * 62)
        self.assertEqual(self.enter_by(openid, device="d")["uid"], first["uid"])

    def test_not_that_person(self):
        openid = self.name("openid")
        for answer in (401, 403, 404, (200, {"openid": "somebody else"})):
            with self.subTest(answer=answer):
                self.receiver.answers[:] = [answer]
                self.refused("/login/qq", {"openid": openid, "access_token": "bad"}, None, 401,
                             "bad_credentials")
        self.assertNotIn("the-token", self.server.log_text())

    def test_no_answer(self):
        openid = self.name("openid")
        for answer in (500, 429, (200, b"no JSON"), (200, b" " * 70_000), (200, []), (200, {}),
                       (200, {"openid": 5})):
            with self.subTest(answer=answer):
                self.receiver.answers[:] = [answer]
                reply = self.refused("/login/qq", {"openid": openid, "access_token": "t"}, None,
                                     503, "busy")
                self.assertGreater(reply["retry_after_ms"], 0)

    def test_an_answer_too_late(self):
        late = threading.Event()
        self.addCleanup(late.set)
        self.receiver.answers[:] = [late]
        self.refused("/login/qq", {"openid": "o", "access_token": "t"}, None, 503, "busy")

    def test_both_at_once_are_one_account(self):
        openid = self.name("openid")
        self.receiver.always = (200, {"openid": openid})
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            uids = set(pool.map(lambda _: self.enter_by(openid)["uid"], range(6)))
        self.assertEqual(len(uids), 1)

    def test_bad_requests(self):
        for body in ({}, {"openid": "o"}, {"access_token": "t"}, {"openid": 5, "access_token": "t"},
                     {"openid": "", "access_token": "t"}, {"openid": "o", "access_token": ""},
                     {"openid": "o" * 129, "access_token": "t"},
                     {"openid": "o\u0000", "access_token": "t"},
                     {"openid": "o\u202e", "access_token": "t"},
                     {"openid": "o", "access_token": "t" * 2_049}):
            with self.subTest(body=str(body)[:40]):
                self.refused("/login/qq", body, None, 400, "malformed_body")
        self.assertTrue(self.receiver.calls.empty())
