#!/usr/bin/env python3
"""Takes pictures of the page with headless Chromium: shoot.py URL DIRECTORY < pictures

Each line of the input is one picture: NAME WIDTHxHEIGHT THEME ADDRESS [SECONDS [CLICK...]]. ADDRESS is what is behind
the # of the page's address, SECONDS how long to look before, each CLICK the CSS selector of something to press then.
Height 0 is that of the whole page. The result is DIRECTORY/NAME.png. Needs chromium and chromedriver.
"""
import base64
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request


class Browser:
    """A session of a chromedriver of its own, by W3C WebDriver."""

    def __init__(self, options):
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.url = f"http://127.0.0.1:{self._port()}/session"
        chrome = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", *options]}
        answer = self.ask("POST", "", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": chrome, "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.url += "/" + answer["sessionId"]

    def _port(self):
        for line in self.driver.stdout:
            if "successfully on port" in line:
                return int(line.rstrip().rstrip(".").rsplit(" ", 1)[1])
        sys.exit("chromedriver did not start")

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.load(response)["value"]
        except urllib.error.HTTPError as e:
            sys.exit(f"{path}: {json.load(e)['value']['message']}")

    def devtools(self, command, **parameters):
        return self.ask("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def run(self, script, *arguments):
        return self.ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def close(self):
        self.ask("DELETE", "")
        self.driver.terminate()
        self.driver.wait()


def take(browser, base, directory, line):
    name, size, theme, address, *rest = line.split()
    width, height = map(int, size.split("x"))
    browser.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height or 900, deviceScaleFactor=1,
                     mobile=False)
    browser.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
    browser.ask("POST", "/url", {"url": f"{base}#{address}"})
    time.sleep(float(rest[0]) if rest else 2)
    for selector in rest[1:]:
        if not browser.run("const e = document.querySelector(arguments[0]); e?.click(); return Boolean(e)", selector):
            sys.exit(f"{name}: there is no {selector}")
        time.sleep(0.7)
    if not height:
        full = browser.run("return document.documentElement.scrollHeight")
        browser.devtools("Emulation.setDeviceMetricsOverride", width=width, height=full, deviceScaleFactor=1,
                         mobile=False)
        time.sleep(0.3)
    picture = browser.ask("GET", "/screenshot")
    with open(f"{directory}/{name}.png", "wb") as file:
        file.write(base64.b64decode(picture))
    for entry in browser.ask("POST", "/se/log", {"type": "browser"}):
        print(f"{name}: {entry['level']}: {entry['message']}", file=sys.stderr)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    browser = Browser([])
    try:
        for line in sys.stdin:
            if line.strip() and not line.startswith("#"):
                take(browser, sys.argv[1], sys.argv[2], line)
    finally:
        browser.close()


main()
