#!/usr/bin/env python3
"""Takes the pictures of the dashboard that the README shows, light and dark, into .media.

    .make/pictures.py [--program PATH]

A private Redis gets the month of .make/story.py. Then a visitor of the demonstration books a car in a real Chromium and
closes the tab, so that an urgent task arrives while the dashboard is open.
"""
import argparse
import base64
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from private import BASE, Place, ROOT, TOKEN, program  # noqa: E402

MEDIA = os.path.join(ROOT, ".media")
SIZE = (1440, 1180)


class Browser:
    """A Chromium without a window, driven over its DevTools protocol: JSON between zero bytes, on two pipes."""

    def __init__(self):
        self.profile = tempfile.TemporaryDirectory(prefix="crmsync-browser-")
        theirs_in, self.output = os.pipe()
        self.input, theirs_out = os.pipe()
        # The protocol's pipes are the browser's descriptors 3 and 4.
        script = f'exec 3<&{theirs_in} 4>&{theirs_out}; exec chromium "$@"'
        self.process = subprocess.Popen(
            ["bash", "-c", script, "chromium", "--headless=new", "--no-sandbox", "--disable-gpu",
             "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions", "--disable-background-networking",
             "--disable-component-update", "--hide-scrollbars", "--lang=en-GB", "--remote-debugging-pipe",
             f"--user-data-dir={self.profile.name}", "about:blank"],
            pass_fds=(theirs_in, theirs_out), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env={**os.environ, "LANGUAGE": "en_GB"})
        os.close(theirs_in)
        os.close(theirs_out)
        self.numbers, self.buffer = itertools.count(1), b""
        self.call("Browser.getVersion")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        os.close(self.input)
        os.close(self.output)
        self.profile.cleanup()

    def call(self, method, session=None, **parameters):
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.output, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self.buffer:
                piece = os.read(self.input, 1 << 16)
                if not piece:
                    raise SystemExit("the browser ended")
                self.buffer += piece
            text, self.buffer = self.buffer.split(b"\0", 1)
            answer = json.loads(text)
            if answer.get("id") == number:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']}")
                return answer["result"]

    def open(self, url):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        tab = Tab(self, target, session)
        tab.call("Page.enable")
        tab.call("Emulation.setTimezoneOverride", timezoneId="Europe/Berlin")
        tab.go(url)
        return tab


class Tab:
    def __init__(self, browser, target, session):
        self.browser, self.target, self.session = browser, target, session

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def go(self, url):
        self.call("Page.navigate", url=url)
        self.await_("document.readyState === 'complete' && location.href === " + json.dumps(url))

    def run(self, script):
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        return answer["result"].get("value")

    def await_(self, script, seconds=20):
        deadline = time.monotonic() + seconds
        while self.run(script) is not True:
            if time.monotonic() > deadline:
                raise SystemExit(f"waited {seconds} s in vain in the page: {script}")
            time.sleep(0.1)

    def click(self, selector):
        self.run(f"document.querySelector({json.dumps(selector)}).click()")

    def close(self):
        """As by its cross: the page has its last word."""
        time.sleep(0.5)
        self.call("Page.close")

    def photograph(self, name, scheme):
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call("Emulation.setDeviceMetricsOverride", width=SIZE[0], height=SIZE[1], deviceScaleFactor=1, mobile=False)
        time.sleep(1)
        data = self.call("Page.captureScreenshot", format="png", optimizeForSpeed=False)["data"]
        path = os.path.join(MEDIA, name)
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
        print(f"{os.path.relpath(path, ROOT)}: {os.path.getsize(path) // 1024} KB")


def tell_the_story(place):
    events = os.path.join(place.folder, "events.ndjson")
    with open(events, "w") as file:
        subprocess.run([sys.executable, os.path.join(ROOT, ".make", "story.py")], stdout=file, check=True)
    subprocess.run(
        [os.path.join(place.folder, "crmsync"), "import", events], check=True, stdout=subprocess.DEVNULL,
        env={**place.environment(), "REDIS_URL": place.redis_url})


def visit(browser, site, name, email, phone, car):
    """A customer registers, searches, looks at a car and begins to book it."""
    shop = browser.open(site + "/demo")
    for field, value in (("name", name), ("email", email), ("phone", phone)):
        shop.run(f"document.getElementById('{field}').value = {json.dumps(value)}")
    shop.click("#login-form button[value=register]")
    shop.click("#search-form button")
    shop.click(f"#cars li:nth-child({car}) button:nth-of-type(1)")
    shop.click(f"#cars li:nth-child({car}) button:nth-of-type(2)")
    shop.click("#next")
    return shop


def main():
    parser = argparse.ArgumentParser(description="Takes the pictures of the dashboard for the README.")
    parser.add_argument("--program", help="the crmsync to run; the newest that was built here unless given")
    arguments = parser.parse_args()
    os.makedirs(MEDIA, exist_ok=True)
    with Place(program(arguments.program), {"DEMO": "1"}) as place, Browser() as browser:
        tell_the_story(place)
        site = f"http://127.0.0.1:{place.port}{BASE}"
        desk = browser.open(site + "/admin")
        desk.run(f"sessionStorage.setItem('crmsync.token', {json.dumps(TOKEN)})")
        desk.go(site + "/admin")
        desk.await_("document.querySelectorAll('#tasks li').length > 3")

        shop = visit(browser, site, "Marta Silva", "marta.silva@example.com", "+351 21 555 0142", 1)
        shop.click("#pay")
        desk.await_("document.querySelector('#feed').textContent.includes('Completed booking')")
        shop.click("#logout")
        shop.close()
        shop = visit(browser, site, "John Doe", "john@example.com", "+1234567890", 3)
        desk.await_("document.querySelector('#feed').textContent.includes('Booking step')")
        shop.close()
        desk.await_("document.querySelector('#tasks').textContent.includes('John Doe')")
        # The message about it is gone, and the numbers have followed.
        desk.await_("document.querySelector('#toast').hidden", 30)
        for scheme in ("light", "dark"):
            desk.photograph(f"dashboard-{scheme}.png", scheme)


main()
