"""The chat page in a real browser: what a person does with it, and axe's reading of each state.

    make clients
    ~/.cache/keel/client-venv/bin/python page.py http://127.0.0.1:8080 TOKEN CHROMIUM [PICTURES]

`PageTests` runs it where it is installed, with the models "echo", "other" and "endless". PICTURES is
a folder for screenshots to be looked at.
"""

import json
import sys
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

BASE, TOKEN, CHROMIUM = sys.argv[1:4]
# Milliseconds; the server runs beside many other tests, which may hold its threads for a minute.
PATIENCE = 240_000
expect.set_options(timeout=PATIENCE)
PICTURES = Path(sys.argv[4]) if len(sys.argv) > 4 else None
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
ATTACK = "**bold** <img src=x onerror=\"window.hit=1\"> [a](javascript:window.hit=2) <script>window.hit=3</script>"


def look(page, name):
    """No violation of WCAG 2.2 AA, and nothing wider than the window."""
    found = Axe().run(page, options=RULES).response["violations"]
    assert not found, (name, [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is too wide"
    if PICTURES:
        page.screenshot(path=PICTURES / f"{name}.png")


def ask(page, text, answers=1):
    before = page.locator("article .tools").count()
    page.fill("#question", text)
    page.keyboard.press("Enter")
    expect(page.locator("article .tools")).to_have_count(before + answers)


def enter(page):
    page.goto(BASE)
    page.wait_for_selector("#login[open]")
    look(page, "login")
    page.fill("#token", "wrong-token")
    page.keyboard.press("Enter")
    page.wait_for_selector("#login[open]")
    page.fill("#token", TOKEN)
    page.keyboard.press("Enter")
    page.wait_for_selector("#model option", state="attached")
    expect(page.locator("#model option")).to_have_count(3)


def talk(page, theme):
    look(page, f"{theme}-empty")
    ask(page, ATTACK)
    assert page.evaluate("window.hit") is None
    assert page.locator(".body img, .body script, .body a").count() == 0
    assert page.locator("article .body strong").inner_text() == "bold"
    assert "user: **bold**" in page.locator("#status").inner_text()
    page.get_by_role("button", name="Edit").first.click()
    page.locator(".user textarea").fill("Say **three** things:\n\n- one\n- two")
    page.locator(".user .primary").click()
    page.wait_for_selector("text=Version 2 of 2")
    expect(page.locator("article li")).to_have_count(2)
    page.get_by_role("button", name="Previous version").click()
    page.wait_for_selector("text=Version 1 of 2")
    page.get_by_role("button", name="Next version").click()
    page.wait_for_selector("text=Version 2 of 2")
    page.get_by_role("button", name="Another answer").click()
    expect(page.locator(".tools span")).to_have_count(2)
    page.get_by_role("button", name="Why this answer").click()
    page.wait_for_selector(".why dl")
    assert "echo-engine" in page.locator(".why").inner_text() and "counter" in page.locator(".why").inner_text()
    look(page, f"{theme}-why")
    page.get_by_role("button", name="Bad answer").click()
    page.wait_for_selector(".reason textarea")
    look(page, f"{theme}-reason")
    page.fill(".reason textarea", "It only repeats.")
    page.locator(".reason .primary").click()
    page.wait_for_selector("text=Thank you. It is kept.")
    page.fill("#question", "You are wrong!")
    assert "Bad answer" in page.locator("#hint").inner_text()
    look(page, f"{theme}-hint")
    page.fill("#question", "")


def compare(page, theme):
    page.click("#options")
    page.select_option("#second", "other")
    look(page, f"{theme}-settings")
    page.click("#options")
    ask(page, "Which of you?", answers=2)
    assert page.locator(".pair article").count() == 2
    look(page, f"{theme}-pair")
    page.get_by_role("button", name="Go on with this answer").click()
    ask(page, "Go on.", answers=2)
    page.click("#options")
    page.select_option("#second", "")
    page.click("#options")


def steer(page, theme):
    page.get_by_role("button", name="New conversation").click()
    assert page.locator("#steering").is_hidden()
    page.select_option("#model", "other")
    page.click("#options")
    page.get_by_label("kindness").fill("0.5")
    page.get_by_label("kindness").press("ArrowLeft")
    assert page.locator("#steering output").first.inner_text() == "0.45"
    look(page, f"{theme}-steering")
    page.click("#options")
    ask(page, "Be kind.")
    assert page.locator("article .body").inner_text() == "pushed by kindness 0.45"
    page.get_by_role("button", name="Why this answer").click()
    page.wait_for_selector(".heat")
    assert page.get_by_role("group", name="Token by token: kindness").inner_text() == "pushed by kindness 0.45"
    assert "kindness 0.45" in page.locator(".why dl").inner_text()
    look(page, f"{theme}-heat")
    page.get_by_text("Readings by token: kindness").focus()
    page.keyboard.press("Enter")
    table = page.get_by_role("table", name="Readings by token: kindness")
    expect(table.get_by_role("columnheader")).to_have_count(3)
    values = table.locator("tbody td:last-child").all_inner_texts()
    heat = page.get_by_role("group", name="Token by token: kindness").locator("span").all()
    assert values == [token.get_attribute("title") for token in heat], values
    look(page, f"{theme}-readings")
    page.click("#options")
    page.get_by_role("button", name="No steering").click()
    page.click("#options")
    ask(page, "As you are.")
    assert page.locator("article .body").last.inner_text() == "pushed by"
    page.select_option("#model", "echo")
    page.get_by_role("button", name="New conversation").click()


def stop(page):
    page.select_option("#model", "endless")
    page.fill("#question", "Write on.")
    page.keyboard.press("Enter")
    page.wait_for_selector(".writing:has-text('word word')")
    page.keyboard.press("Escape")
    page.wait_for_selector(".by:has-text('stopped')")
    page.reload()
    page.wait_for_selector("#conversations li button")
    page.locator("#conversations li button").first.click()
    page.wait_for_selector(".by:has-text('stopped')")


def leave(page):
    page.on("dialog", lambda dialog: dialog.accept())
    count = page.locator("#conversations li").count()
    page.locator("#conversations li button.plain").first.click()
    expect(page.locator("#conversations li")).to_have_count(count - 1)
    page.route("https://www.wikipedia.org/", lambda route: route.fulfill(body="elsewhere"))
    page.click("#exit")
    page.wait_for_url("https://www.wikipedia.org/")
    assert page.content().count("elsewhere") == 1
    page.goto(BASE)
    assert page.evaluate("sessionStorage.length") == 0


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    faults = []

    def context(**options):
        one = browser.new_context(**options)
        one.set_default_timeout(PATIENCE)
        page = one.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text)
                if message.type == "error" and "401" not in message.text else None)
        return page

    page = context(color_scheme="light", locale="en-GB", viewport={"width": 1200, "height": 800})
    enter(page)
    talk(page, "light")
    compare(page, "light")
    steer(page, "light")
    page = context(color_scheme="dark", locale="en-GB", viewport={"width": 1200, "height": 800})
    enter(page)
    talk(page, "dark")
    compare(page, "dark")
    steer(page, "dark")
    stop(page)
    leave(page)
    page = context(locale="zh-CN", viewport={"width": 360, "height": 740}, has_touch=True)
    enter(page)
    assert page.locator("#send").inner_text() == "发送"
    page.tap("#menu")
    page.wait_for_selector("#conversations li")
    look(page, "phone-menu")
    page.locator("#conversations li button").first.tap()
    page.wait_for_selector("article")
    look(page, "phone")
    page.goto(BASE + "/runs")
    page.wait_for_selector("#rows tr")
    look(page, "runs")
    page.get_by_role("button", name="曲线").click()
    page.wait_for_selector(".curves svg")
    look(page, "curves")
    page.get_by_role("button", name="报告").click()
    page.wait_for_selector("text=A report")
    browser.close()
    assert not faults, faults
print(json.dumps({"ok": True}))
