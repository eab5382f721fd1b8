"""A person, a guardian and a helper in real browsers, and axe's reading of each state.

    make clients
    ~/.cache/keel/client-venv/bin/python room.py http://127.0.0.1:8080 NOTICE CHROMIUM [PICTURES]

`RoomPageTests` runs it where it is installed. NOTICE is the file that the invitation is written into.
"""

import json
import sys
import time
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

BASE, NOTICE, CHROMIUM = sys.argv[1:4]
# Milliseconds; the server runs beside many other tests, which may hold its threads for a minute.
PATIENCE = 240_000
expect.set_options(timeout=PATIENCE)
PICTURES = Path(sys.argv[4]) if len(sys.argv) > 4 else None
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


def look(page, name):
    """No violation of WCAG 2.2 AA, and nothing wider than the window."""
    found = Axe().run(page, options=RULES).response["violations"]
    assert not found, (name, [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is too wide"
    if PICTURES:
        page.screenshot(path=PICTURES / f"{name}.png")


def say(page, text):
    before = page.locator("article .tools").count()
    page.fill("#question", text)
    page.keyboard.press("Enter")
    expect(page.locator("article .tools")).to_have_count(before + 1)


def enter(page, address, token):
    page.goto(address)
    page.wait_for_selector("#login[open]")
    page.fill("#token", token)
    page.keyboard.press("Enter")


def invited():
    """The link of the invitation, at this server."""
    end = time.monotonic() + PATIENCE / 1000
    while not Path(NOTICE).exists():
        assert time.monotonic() < end, "no invitation was sent"
        time.sleep(0.05)
    return BASE + "/helper#" + json.loads(Path(NOTICE).read_text())["link"].split("#")[1]


def why(page):
    """What was read and which values applied is there to be read, and can be objected to."""
    page.get_by_role("button", name="Why this answer").last.click()
    table = page.get_by_role("table", name="Values that applied")
    expect(table).to_contain_text("staying")
    expect(page.locator(".guardian")).to_contain_text("want to die")
    expect(page.locator(".guardian")).to_contain_text("no medical device")
    look(page, "guardian-why")
    page.locator(".guardian textarea").fill("It is a line from a song.")
    page.get_by_role("button", name="Object").click()
    expect(page.locator(".guardian li")).to_have_text("It is a line from a song.")
    look(page, "guardian-objection")


def together(person, helper, duty):
    """From the question to the return."""
    enter(person, BASE, "page-token")
    expect(person.locator("#model option")).to_have_count(2)
    person.select_option("#model", "kind")
    say(person, "I want to die")
    expect(person.locator("article .body").last).to_contain_text("Are you thinking about suicide?")
    expect(person.locator("#room")).to_contain_text("Would you mind if I invite somebody")
    look(person, "room-asked")
    why(person)
    person.get_by_role("button", name="Yes, you may").click()
    field = person.locator("#room textarea")
    assert "I want to die" in field.input_value()
    look(person, "room-summary")
    field.fill("Somebody in pain would like company.")
    person.get_by_role("button", name="Send it").click()
    expect(person.locator("#room")).to_contain_text("I have asked somebody to come")
    look(person, "room-inviting")

    enter(duty, BASE + "/helper", "duty-token")
    expect(duty.locator("#queue")).to_contain_text("Somebody in pain would like company.")
    duty.check("#available")
    look(duty, "helper-queue")

    helper.goto(invited())
    expect(helper.locator("#summary")).to_have_text("Somebody in pain would like company.")
    assert "#" not in helper.url
    look(helper, "helper-waiting")
    helper.fill("#name", "Ruth")
    helper.keyboard.press("Enter")
    expect(helper.locator("#composer")).to_be_visible()
    expect(person.locator("#room")).to_contain_text("Somebody has come into this chat")
    helper.fill("#question", "Hello, I'm Ruth.")
    helper.get_by_role("button", name="Send").click()
    expect(person.locator("#thread")).to_contain_text("Hello, I'm Ruth.")
    expect(person.locator("#room")).to_contain_text("I'm stepping back")
    look(person, "room-together")
    person.fill("#question", "Thank you for coming.")
    person.keyboard.press("Enter")
    expect(helper.locator("#thread")).to_contain_text("Thank you for coming.")
    look(helper, "helper-together")
    helper.get_by_role("button", name="Leave").click()
    expect(person.locator("#room")).to_contain_text("I'm back")
    # The model answers what was said last, without being asked.
    expect(person.locator("article .body").last).to_contain_text("much to carry")
    look(person, "room-back")


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    faults = []

    def context(**options):
        one = browser.new_context(**options)
        one.set_default_timeout(PATIENCE)
        page = one.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text)
                if message.type == "error" and "401" not in message.text and "403" not in message.text else None)
        return page

    wide = {"width": 1200, "height": 800}
    together(context(color_scheme="light", locale="en-GB", viewport=wide),
             context(color_scheme="dark", locale="en-GB", viewport={"width": 360, "height": 740}),
             context(color_scheme="light", locale="en-GB", viewport=wide))
    page = context(color_scheme="dark", locale="zh-CN", viewport={"width": 360, "height": 740}, has_touch=True)
    enter(page, BASE, "page-token")
    page.select_option("#model", "kind")
    say(page, "我想死")
    expect(page.locator("article .body").last).to_contain_text("你有自杀的想法吗?")
    expect(page.locator("#room")).to_contain_text("我可以请一个人加入这个对话")
    look(page, "room-asked-zh")
    page.get_by_role("button", name="不用,谢谢").click()
    expect(page.locator("#room")).to_contain_text("没关系,我还在这里。")
    look(page, "room-declined-zh")
    browser.close()
    assert not faults, faults
print(json.dumps({"ok": True}))
