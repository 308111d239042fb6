"""Two people in two browsers, the server killed in between."""

import os
import shutil
import tempfile
import unittest

from browser import Browser
from certificates import Authority
from harness import Server

PICTURES = os.environ.get("FREEIM_PICTURES")
TEXTS = ("[...document.querySelectorAll('#log .text')].map((e) =>"
         " [...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data).join(''))")


class Conversation(unittest.TestCase):
    scheme = "http"

    @classmethod
    def setUpClass(cls):
        cls.server = cls.make_server()
        cls.addClassCleanup(cls.server.stop)
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    @classmethod
    def make_server(cls):
        return Server("--ws", "127.0.0.1:0")

    def open(self, **more):
        return self.browser.tab(f"{self.scheme}://{self.server.http}/", **more)

    def enter(self, tab, account, makes=True):
        tab.type("#account", account)
        tab.type("#password", "correct horse")
        tab.click("#sign-up" if makes else "#sign-in")
        tab.wait("document.getElementById('state').innerText === 'on line'")

    def befriend(self, asks, accepts, account):
        asks.type("#friend", account)
        asks.click("#befriend button")
        asks.wait("document.getElementById('said').innerText.startsWith('Asked')")
        accepts.run("requests()")
        accepts.click("#requests button", "Accept")
        for tab in (asks, accepts):
            tab.wait("document.querySelectorAll('#chats li').length > 0")

    def say(self, tab, text):
        tab.type("#text", text)
        tab.press_enter()

    def picture(self, tab, name):
        if PICTURES:
            tab.picture(os.path.join(PICTURES, f"page-{name}.png"))

    def test_a_conversation(self):
        ann, bob = self.open(), self.open(dark=True)
        self.picture(ann, "gate")
        self.enter(ann, "ann")
        self.enter(bob, "bob")
        self.befriend(ann, bob, "bob")
        ann.click("#chats button", "bob")
        bob.click("#chats button", "ann")
        self.say(ann, "Shall we meet at the boathouse? 🚣")
        bob.wait(f"{TEXTS}.length === 1")
        self.say(bob, "六点见。 Bring the oars & <b>the map</b>")
        ann.wait(f"{TEXTS}.length === 2")
        self.assertEqual(bob.run(TEXTS), [
            "Shall we meet at the boathouse? 🚣", "六点见。 Bring the oars & <b>the map</b>"])
        ann.wait("document.querySelector('#log .own i').innerText.includes('read')")

        self.server.kill()
        ann.wait("document.getElementById('state').innerText.startsWith('lost, again')")
        self.say(ann, "written while the server was down")
        ann.wait("document.querySelector('#log').innerText.includes('⋯')")
        self.picture(ann, "down")
        http, ws = self.server.http, self.server.ready["ws"]
        self.server.start("--http", http, "--ws", ws)
        for tab in (ann, bob):
            tab.wait("document.getElementById('state').innerText === 'on line'")
            tab.wait(f"{TEXTS}.length === 3")
            self.assertEqual(tab.run(TEXTS)[2], "written while the server was down")
        ann.wait("!document.querySelector('#log').innerText.includes('⋯')")
        self.say(bob, "got it, all of it")
        ann.wait(f"{TEXTS}.length === 4")
        self.assertEqual(ann.run(TEXTS), bob.run(TEXTS))
        self.picture(ann, "light")
        self.picture(bob, "dark")
        self.assertIn("You are friends now", ann.text())
        bob.size(400, 700)
        self.picture(bob, "narrow")
        self.assertEqual((ann.complaints(), bob.complaints()), ([], []))


class ConversationOverTLS(Conversation):
    scheme = "https"

    @classmethod
    def make_server(cls):
        folder = tempfile.mkdtemp(prefix="freeim-page-tls-")
        cls.addClassCleanup(shutil.rmtree, folder)
        authority = Authority(folder)
        certificate, key = authority.issue("page")
        return Server(
            "--ws", "127.0.0.1:0", "--tls-cert", certificate, "--tls-key", key,
            tls=authority.context())


class Page(Conversation):
    test_a_conversation = None

    def test_history_is_read_as_one_scrolls_up(self):
        world = self.server.provision({"eve": ["e1"], "fay": ["f1"]}, [("eve", "fay")])
        chat, token = world.chats[0], world.tokens["eve", "e1"]
        for number in range(1, 251):
            self.server.good("/message/send.message", {
                "chatroom_id": chat, "code": 1, "content": f"line {number}",
                "id": f"h{number}"}, token)
        tab = self.open()
        tab.run("localStorage.setItem('freeim.session', JSON.stringify("
                f"{{uid: {world.ids['fay']}, token: '{world.tokens['fay', 'f1']}',"
                " account: 'fay'}))")
        tab.run("localStorage.setItem('freeim.device', '\"f1\"')")
        tab.load(f"{self.scheme}://{self.server.http}/")
        tab.click("#chats button", "eve")
        tab.wait(f"{TEXTS}.at(-1) === 'line 250'")
        tab.wait("(document.getElementById('log').scrollTop = 0, "
                 f"{TEXTS}[0] === 'line 1')")
        self.assertEqual(tab.run(TEXTS), [f"line {number}" for number in range(1, 251)])

    def test_refusals_are_said(self):
        tab = self.open()
        tab.type("#account", "nobody")
        tab.type("#password", "wrong password")
        tab.click("#sign-in")
        tab.wait("document.getElementById('complaint').innerText.includes('wrong')")
        self.enter(tab, "gus")
        tab.type("#friend", "nobody at all")
        tab.click("#befriend button")
        tab.wait("document.getElementById('said').innerText.includes('no account')")
        tab.click("#leave")
        tab.wait("!document.getElementById('gate').hidden")
