"""Reports in a real browser: axe's reading of each, light and wide, dark and narrow, by keyboard too.

    ~/.cache/keel/client-venv/bin/python Tests/docs/look.py CHROMIUM REPORT.html ...

Prints a line for each complaint. `run.py` shows it the reports that the documentation's commands
have written, where `make clients` has put a browser.
"""

import sys
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
VIEWS = [("light", 1200), ("dark", 390)]
# What sticks out, the innermost first.
WIDE = """[...document.body.querySelectorAll('*')].filter(one => one.getBoundingClientRect().right > innerWidth + 1
    && ![...function* up(at) { while (at = at.parentElement) yield at; }(one)].some(at => getComputedStyle(at).overflowX !== 'visible'))
    .reverse().slice(0, 3).map(one => one.outerHTML.slice(0, 160))"""
# Of a long report, the boxes that are opened; the others are made in the same way.
BOXES = 40


def complaints(browser, report, scheme, width):
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    context.set_default_timeout(240_000)
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    faults = []
    page.goto(report.resolve().as_uri())
    page.evaluate(
        "count => [...document.querySelectorAll('details')].slice(0, count).forEach(box => { box.open = true; })", BOXES)
    for one in Axe().run(page, options=RULES).response["violations"]:
        yield f"axe: {one['id']}: {[node['html'][:200] for node in one['nodes']][:3]}"
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        yield f"wider than the window: {page.evaluate(WIDE)}"
    wanted = page.locator("a[href], summary, button").count()
    page.keyboard.press("Tab")
    if wanted and page.evaluate("document.activeElement === document.body"):
        yield "the keyboard reaches nothing"
    yield from faults
    context.close()


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=sys.argv[1], args=["--no-sandbox"])
    for report in map(Path, sys.argv[2:]):
        for scheme, width in VIEWS:
            for complaint in complaints(browser, report, scheme, width):
                print(f"{report.parent.name}/{report.name}, {scheme}, {width}: {complaint}")
    browser.close()
