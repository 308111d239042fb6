"""imtui export: three formats, the whole history, nothing of it obeyed."""

import html.parser
import json
import os

from harness import Case

NASTY = '<script>alert(1)</script> & "quotes" https://example.org/?a=1&b=2. *stars* \u001b[2J'


class Page(html.parser.HTMLParser):
    """Counts a page's elements, and checks that they close."""

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.links, self.text = [], {}, [], ""

    def handle_starttag(self, tag, attributes):
        self.seen[tag] = self.seen.get(tag, 0) + 1
        if tag == "a":
            self.links.append(dict(attributes)["href"])
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}>"

    def handle_data(self, data):
        self.text += data


class Export(Case):
    def history(self):
        ann, bob, chat = self.friends()
        lines = [NASTY, "1. first", "- item", *[f"line {i}" for i in range(700)]]
        self.stage.run(ann, "send", str(chat), "-", stdin="\n".join(lines) + "\n")
        self.stage.run(bob, "call", "message.reply", f"chat={chat}", "seq=2", "text=oh <b>")
        self.stage.run(ann, "call", "message.react", f"chat={chat}", "seq=3", "emoji=🍵")
        self.stage.run(ann, "call", "message.recall", f"chat={chat}", "seq=4")
        second = bob + "-second"
        self.stage.run(second, "login", bob)
        return second, chat

    def test_three_formats(self):
        bob, chat = self.history()
        lines = self.stage.run(bob, "export", str(chat), "--format", "jsonl").splitlines()
        objects = [json.loads(line) for line in lines]
        # The reaction and the recall are acts on others, and no lines of their own.
        self.assertEqual([m["seq"] for m in objects], list(range(1, 706)))
        self.assertEqual(objects[1]["content"], NASTY)
        self.assertTrue(objects[3]["is_recalled"])

        marked = self.stage.run(bob, "export", str(chat), "--format", "md")
        self.assertIn("&lt;script&gt;alert(1)&lt;/script&gt; &amp;", marked)
        self.assertIn("\\*stars\\*", marked)
        self.assertIn("1\\. first 🍵", marked)
        self.assertNotIn("\u001b", marked)

        path = os.path.join(self.stage.folder, "chat.html")
        self.stage.run(bob, "export", str(chat), "--format", "html", "--output", path)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        page = Page()
        page.feed(text)
        self.assertEqual(page.open, [])
        self.assertNotIn("script", page.seen)
        self.assertNotIn("\u001b", text)
        self.assertIn(NASTY.replace("\u001b", "␛"), page.text)
        self.assertIn("https://example.org/?a=1&b=2", page.links)
        self.assertEqual(page.seen["article"], 704)
        self.assertEqual(page.seen["blockquote"], 1)
        self.assertIn("prefers-color-scheme:dark", text)

    def test_off_line_what_is_missing_is_marked(self):
        bob, chat = self.history()
        self.stage.run(bob, "history", str(chat), "--limit", "10")
        said = self.stage.run(bob, "export", str(chat), "--offline", expect=2)
        objects = [json.loads(line) for line in said.splitlines()]
        self.assertEqual(objects[0]["missing"][0], 1)
        marked = self.stage.run(bob, "export", str(chat), "--offline", "--format", "md", expect=2)
        self.assertIn("messages are missing here", marked)
        self.stage.run(bob, "export", "12345", "--offline", expect=4)

    def test_a_file_that_cannot_be_written_says_so(self):
        ann, _, chat = self.friends()
        self.stage.run(ann, "export", str(chat), "--output", "/does/not/exist", expect=1)
        self.assertIn("/does/not/exist", self.stage.complaint)
