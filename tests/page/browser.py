# SPDX-License-Identifier: GPL-2.0-or-later
"""A headless Chromium, spoken to by its debugging pipe: pages, what is in them, the mouse, keys, screenshots."""
import base64
import fcntl
import json
import os
import shutil
import subprocess
import tempfile
import time

PATIENCE = int(os.environ.get("PATIENCE", 100))       # seconds, for a host that is busy


def find():
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


class Browser:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        ours, its = os.pipe(), os.pipe()                # it reads 3 and writes 4
        self.number, self.notes = 0, []

        def descriptors():
            reads, writes = (fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (ours[0], its[1]))
            os.dup2(reads, 3)
            os.dup2(writes, 4)

        self.process = subprocess.Popen(
            [find(), "--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--no-first-run", "--disable-extensions", "--disable-background-networking", "--mute-audio",
             "--disable-component-update", "--hide-scrollbars", f"--user-data-dir={self.folder.name}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, close_fds=False,
            preexec_fn=descriptors)
        os.close(ours[0])
        os.close(its[1])
        self.to, self.back, self.rest = ours[1], os.fdopen(its[0], "rb", buffering=0), b""

    def message(self):
        while b"\0" not in self.rest:
            data = self.back.read(1 << 20)
            if not data:
                raise EOFError("the browser has gone")
            self.rest += data
        text, self.rest = self.rest.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, session=None, **params):
        self.number += 1
        call = {"id": self.number, "method": method, "params": params} | ({"sessionId": session} if session else {})
        data = json.dumps(call).encode() + b"\0"
        while data:
            data = data[os.write(self.to, data):]
        while True:
            answer = self.message()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            level = answer.get("params", {}).get("entry", {}).get("level")
            if answer.get("method") == "Runtime.exceptionThrown" or level == "error":
                self.notes.append(json.dumps(answer["params"])[:500])

    def open(self, url, width=1400, height=900):
        return Tab(self, url, width, height)

    def stop(self):
        os.close(self.to)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.back.close()
        self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Tab:
    def __init__(self, browser, url, width, height):
        self.browser = browser
        target = browser.call("Target.createTarget", url="about:blank", newWindow=True)["targetId"]
        self.target = target
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setFocusEmulationEnabled", enabled=True)
        self.call("Page.navigate", url=url)

    def call(self, method, **params):
        return self.browser.call(method, self.session, **params)

    def get(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            return None                                 # not there yet
        return result["result"].get("value")

    def wait(self, expression):
        end = time.monotonic() + PATIENCE
        while not self.get(expression):
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
        return True

    def middle(self, selector):
        return self.get(f"(() => {{ const r = document.querySelector({json.dumps(selector)}).getBoundingClientRect(); "
                        "return [r.x + r.width / 2, r.y + r.height / 2]; })()")

    def mouse(self, kind, at, held=False):
        self.call("Input.dispatchMouseEvent", type="mouse" + kind, x=at[0], y=at[1], button="left", clickCount=1,
                  buttons=1 if kind == "Pressed" or held else 0)

    def press(self, selector):
        at = self.middle(selector)
        self.mouse("Moved", at)
        self.mouse("Pressed", at)

    def release(self, selector):
        self.mouse("Released", self.middle(selector))

    def click(self, selector):
        self.press(selector)
        self.release(selector)

    def point_at(self, selector):
        self.mouse("Moved", self.middle(selector))

    def type(self, text):
        for char in text:
            self.call("Input.dispatchKeyEvent", type="char", text=char)

    def screenshot(self):
        """As PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def color(self, selector):
        """The middle of the element as it is on the screen: red, green, blue."""
        return self.color_at(*self.middle(selector))

    def color_at(self, x, y):
        shot = self.call("Page.captureScreenshot", format="png",
                         clip={"x": x - 1, "y": y - 1, "width": 2, "height": 2, "scale": 1})["data"]
        return self.get(f"""(async () => {{ const image = new Image(); image.src = "data:image/png;base64,{shot}";
            await image.decode(); const canvas = document.createElement("canvas"); const c = canvas.getContext("2d");
            c.drawImage(image, 0, 0); return [...c.getImageData(0, 0, 1, 1).data].slice(0, 3); }})()""")

    def reload(self):
        self.call("Page.reload")

    def close(self):
        self.browser.call("Target.closeTarget", targetId=self.target)
