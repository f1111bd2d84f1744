"""Regenerates the pictures of the README from a fresh demo: `make screenshots`.

Builds the practice center in a folder of its own, serves it, and photographs what each role sees
first, at the two widths that we look at.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs/screenshots"
ADDRESS = "127.0.0.1:8799"
WIDTHS = {1440: "", 390: "-narrow"}
PASSWORD = "follow-the-thread-60"

# picture, who looks, where to start, what to open there
SCENES = (
    ("day", "imogen.hale", "/day/", ""),
    ("returned", "imogen.hale", "/returned/", "main li a[href^='/returned/']"),
    ("pipeline", "marcus.obuya", "/billing/", ""),
    ("claim", "marcus.obuya", "/claims/?state=denied", "main th a[href^='/claims/']"),
    ("remittance", "marcus.obuya", "/remittances/", "main a[href^='/remittances/']"),
    ("denials", "helena.voss", "/denials/", ""),
)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A demo of its own, served on loopback."""
    env = os.environ | {"CARETHREAD_VAR": str(folder)}
    env.pop("DATABASE_URL", None)
    carethread = str(Path(sys.executable).with_name("carethread"))
    subprocess.run([carethread, "demo", "--no-serve"], env=env, check=True)
    env |= {"CARETHREAD_VAR": str(folder / "demo"), "CARETHREAD_DEMO": "1"}
    gunicorn = str(Path(sys.executable).with_name("gunicorn"))
    command = [gunicorn, "carethread.config.wsgi", "--bind", ADDRESS, "--log-level", "error"]
    server = subprocess.Popen(command, env=env)
    try:
        _wait(f"http://{ADDRESS}/")
        yield f"http://{ADDRESS}"
    finally:
        server.terminate()
        server.wait()


def _wait(address: str) -> None:
    for _ in range(120):
        try:
            urlopen(address, timeout=5).close()
            return
        except (URLError, OSError):
            time.sleep(0.5)
    raise SystemExit("the server did not start")


def photograph(browser: Browser, base: str) -> None:
    for width, suffix in WIDTHS.items():
        for name, who, start, target in SCENES:
            context = browser.new_context(
                base_url=base, viewport={"width": width, "height": 900}, reduced_motion="reduce"
            )
            page = context.new_page()
            _sign_in(page, f"{who}@alderrow.example")
            page.goto(start)
            if target:
                page.locator(target).first.click()
            page.wait_for_load_state("networkidle")
            page.screenshot(path=PICTURES / f"{name}{suffix}.png")
            context.close()


def _sign_in(page: Page, email: str) -> None:
    page.goto("/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()


def main() -> None:
    found = (shutil.which(name) for name in ("chromium-headless-shell", "chromium"))
    chromium = os.environ.get("CARETHREAD_CHROMIUM") or next(filter(None, found), None)
    if chromium is None:
        raise SystemExit("chromium is not installed (Debian: apt-get install chromium)")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder)) as base,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        photograph(browser, base)
        browser.close()


if __name__ == "__main__":
    main()
