"""A headless Chromium, driven over its DevTools pipe."""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

WAIT = 30


def high(ends):
    """The same two ends, out of the way of the numbers 3 and 4 that the browser wants."""
    moved = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends]
    for end in ends:
        os.close(end)
    return moved


class Browser:
    """One browser process with a profile of its own; `tab()` opens a page in a fresh profile."""

    def __init__(self):
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        assert program, "no chromium on the PATH; test/deps page installs it"
        self.folder = tempfile.mkdtemp(prefix="freeim-page-")
        to_browser, self.write_end = high(os.pipe())
        self.read_end, from_browser = high(os.pipe())
        self.process = subprocess.Popen(
            ["bash", "-c",
             f'exec "$@" 3<&{to_browser} 4>&{from_browser} {to_browser}<&- {from_browser}>&-',
             "chromium", program, "--headless=new", "--no-sandbox", "--disable-gpu",
             "--remote-debugging-pipe", f"--user-data-dir={self.folder}", "--no-first-run",
             "--disable-dev-shm-usage", "--hide-scrollbars",
             # A test's own authority is in no store; that programs verify it is test_tls's.
             "--ignore-certificate-errors"],
            pass_fds=(to_browser, from_browser), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.buffer, self.count, self.answers, self.events = b"", 0, {}, []

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.write_end)
        os.close(self.read_end)
        shutil.rmtree(self.folder, ignore_errors=True)

    def read(self, deadline):
        """Takes what the browser says next."""
        left = deadline - time.monotonic()
        assert left > 0 and select.select([self.read_end], [], [], left)[0], "the browser is silent"
        data = os.read(self.read_end, 1 << 20)
        assert data, "the browser ended"
        self.buffer += data
        *messages, self.buffer = self.buffer.split(b"\0")
        for message in map(json.loads, messages):
            if "id" in message:
                self.answers[message["id"]] = message
            else:
                self.events.append(message)

    def command(self, method, session=None, **parameters):
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.write_end, json.dumps(message).encode() + b"\0")
        number, deadline = self.count, time.monotonic() + WAIT
        while number not in self.answers:
            self.read(deadline)
        answer = self.answers.pop(number)
        assert "error" not in answer, f"{method}: {answer.get('error')}"
        return answer["result"]

    def tab(self, url, **more):
        return Tab(self, url, **more)


class Tab:
    """A page, in a profile that no other page shares."""

    def __init__(self, browser, url, width=1000, height=640, dark=False):
        self.browser = browser
        context = browser.command("Target.createBrowserContext")["browserContextId"]
        target = browser.command(
            "Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        self.session = browser.command(
            "Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.command(f"{domain}.enable")
        self.size(width, height)
        self.command("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.load(url)

    def load(self, url):
        """Goes there, and comes back once the page's load event is behind it."""
        def loads():
            return sum(event["method"] == "Page.loadEventFired"
                       and event.get("sessionId") == self.session
                       for event in self.browser.events)
        before, deadline = loads(), time.monotonic() + WAIT
        self.command("Page.navigate", url=url)
        while loads() == before:
            self.browser.read(deadline)

    def command(self, method, **parameters):
        return self.browser.command(method, self.session, **parameters)

    def size(self, width, height):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height,
                     deviceScaleFactor=1, mobile=False)

    def run(self, script):
        """The value of an expression in the page."""
        answer = self.command(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, f"{script}: {answer['exceptionDetails']}"
        return answer["result"].get("value")

    def wait(self, condition):
        """Waits in the page, frame by frame, until an expression holds."""
        script = (
            "new Promise((done) => { const end = performance.now() + %d; const look = () => {"
            " let holds = false; try { holds = !!(%s); } catch (e) { holds = false; }"
            " if (holds) done(true); else if (performance.now() > end) done(false);"
            " else setTimeout(look, 20); }; look(); })" % (WAIT * 600, condition))
        seen = self.run(script)
        assert seen, f"never: {condition}\n{self.text()}\n{self.complaints()}"

    def text(self):
        return self.run("document.body.innerText")

    def type(self, selector, text):
        """Types as a person does, into that field."""
        self.run(f"document.querySelector({json.dumps(selector)}).focus()")
        self.command("Input.insertText", text=text)

    def press_enter(self):
        for kind in ("keyDown", "keyUp"):
            self.command("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter",
                         windowsVirtualKeyCode=13, text="\r" if kind == "keyDown" else "")

    def click(self, selector, text=None):
        """Clicks in the middle of the element, where a person would."""
        find = (f"[...document.querySelectorAll({json.dumps(selector)})]"
                f".find((e) => {json.dumps(text)} === null"
                f" || e.innerText.includes({json.dumps(text)}))")
        self.wait(find)
        place = self.run(
            f"(() => {{ const e = {find}; e.scrollIntoView({{block: 'nearest'}});"
            " const r = e.getBoundingClientRect();"
            " return [r.x + r.width / 2, r.y + r.height / 2]; })()")
        for kind in ("mousePressed", "mouseReleased"):
            self.command("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1],
                         button="left", clickCount=1)

    def complaints(self):
        """What the page's console and the security policy said."""
        found = []
        for event in self.browser.events:
            if event.get("sessionId") != self.session:
                continue
            if event["method"] == "Runtime.exceptionThrown":
                found.append(event["params"]["exceptionDetails"].get("text", "exception"))
            if event["method"] == "Log.entryAdded":
                entry = event["params"]["entry"]
                if entry["level"] == "error" and entry["source"] != "network":
                    found.append(entry["text"])
        return found

    def picture(self, path):
        data = self.command("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
