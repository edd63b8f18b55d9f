# SPDX-License-Identifier: Apache-2.0
"""
browser.py SITE HOSTILE URL [NODE_MODULES]: the results site in Chromium, as TAP. SITE and HOSTILE are folders that
make_site wrote, URL a hub that serves.
"""
import glob, json, os, sys, time
from chrome import Chrome, SIZES

site, hostile, url = sys.argv[1:4]
modules = sys.argv[4] if len(sys.argv) > 4 else ""
shots = os.environ.get("SITE_SHOTS")
n = failed = 0


def ok(name, good, *why):
    global n, failed
    n += 1
    failed += not good
    print("%s %d - %s" % ("ok" if good else "not ok", n, name))
    for line in () if good else why:
        print("# " + str(line)[:600])


def skip(name, why):
    global n
    n += 1
    print("ok %d - %s # SKIP %s" % (n, name, why))


def at(path, root=None):
    return "file://%s/%s" % (root or site, path)


PAGES = ["index.html", "borders.html", "progress.html", "trials.html", "floor.html", "ko/index.html", "ja/progress.html",
         "organisation/O03.html", "profile/MHD.html"]


def sizes(c):
    """Nothing is wider than the window but what scrolls by itself, at no size, light or dark."""
    for size in SIZES:
        for dark in (False, True):
            bad = []
            c.look(size, dark)
            for page in PAGES[:5] if dark else PAGES:
                c.open(at(page))
                wide = c.value("document.documentElement.scrollWidth > innerWidth")
                seen = c.value("document.querySelector('main').getBoundingClientRect().height > 100")
                ground = c.value("getComputedStyle(document.body).backgroundColor")
                if wide or not seen or c.complaints() or (ground == "rgb(255, 255, 255)") == dark:
                    bad.append((page, wide, seen, ground, c.complaints()))
                if shots:
                    c.shot("%s/%s-%s-%s.png" % (shots, page.replace("/", "_"), size, "dark" if dark else "light"))
            ok("every page fits on a %s, %s" % (size, "dark" if dark else "light"), not bad, *bad)


def choose(c, name, value):
    c.value("(() => { const e = document.getElementById('by-%s'); e.value = %s; "
            "e.dispatchEvent(new Event('input', {bubbles: true})); })()" % (name, json.dumps(value)))


ROWS = "Array.from(document.querySelectorAll('#matrix tbody tr')).filter(r => !r.hidden)"
COLUMNS = "Array.from(document.querySelectorAll('#matrix .pr')).filter(h => !h.hidden).map(h => h.textContent)"


def narrowing(c):
    c.look("laptop")
    c.open(at("index.html"))
    every = c.value(ROWS + ".length")
    ok("the form is shown with scripts", c.value("!document.getElementById('narrow').hidden"))
    choose(c, "country", "JP")
    ok("a country leaves its organisations", c.value(ROWS + ".every(r => r.dataset.c === 'JP')") and
       0 < c.value(ROWS + ".length") < every)
    ok("which is told", c.value("document.getElementById('shown').textContent") ==
       "Organisations shown: %d of %d" % (c.value(ROWS + ".length"), every))
    ok("and kept in the address", "country=JP" in c.value("location.hash"))
    shown = c.value("document.getElementById('shown').textContent")
    c.open("about:blank")
    c.open(at("index.html#country=JP"))
    ok("so that it can be handed on", c.value("document.getElementById('shown').textContent") == shown)
    c.value("document.getElementById('all').click()")
    ok("all again", c.value(ROWS + ".length") == every and c.value("location.hash") == "")
    choose(c, "profile", "MHD")
    ok("a profile leaves its columns", c.value(COLUMNS) == ["MHD"], c.value(COLUMNS))
    ok("under one heading of their width", c.value(
        "document.querySelector('#matrix .pr:not([hidden])').colSpan === "
        "Array.from(document.querySelectorAll('#matrix .ac')).filter(h => !h.hidden).length"))
    choose(c, "profile", "")
    choose(c, "track", "2")
    ok("a track leaves its columns", c.value(COLUMNS) == ["SVCM"] or c.value(ROWS + ".length") == 0, c.value(COLUMNS))
    choose(c, "track", "")
    choose(c, "text", "さくら")
    ok("a search finds an organisation", c.value(ROWS + ".length") == 1)
    choose(c, "text", "document consumer")
    ok("and an actor", c.value("Array.from(document.querySelectorAll('#matrix .ac')).filter(h => !h.hidden)"
                               ".every(h => /Document Consumer/.test(h.textContent))") and c.value(ROWS + ".length") > 0)
    choose(c, "text", "<nothing>")
    ok("or tells that there is none", c.value("document.getElementById('shown').textContent") == "Nothing found")


def without_scripts(c):
    c.look("laptop", scripts=False)
    c.open(at("index.html"))
    root = c.call("DOM.getDocument")["root"]["nodeId"]
    text = c.call("DOM.getOuterHTML", nodeId=root)["outerHTML"]
    ok("without scripts the form stays hidden", 'id="narrow"' in text and " hidden" in text.split('id="narrow"')[1][:120])
    ok("and the matrix is whole", text.count('class="y"') == open(site + "/results.csv").read().count('"passed"'))
    c.look("laptop")


def keyboard(c):
    c.look("laptop")
    c.open(at("index.html"))
    c.key("Tab", vk=9)
    ok("the first key leads past the head", c.value("document.activeElement.className") == "skip" and
       c.value("document.activeElement.getBoundingClientRect().left >= 0"))
    c.key("Enter", vk=13)
    time.sleep(0.05)
    ok("to the content", c.value("document.activeElement.id") in ("main", ""), c.value("document.activeElement.id"))
    reached = set()
    c.open(at("index.html"))
    for _ in range(60):
        c.key("Tab", vk=9)
        where, ring = c.value("[document.activeElement.id || "
                              "document.activeElement.tagName, getComputedStyle(document.activeElement).outlineStyle]")
        reached.add(where)
        if ring == "none" and where not in ("BODY", "main"):
            ok("focus is seen", False, where)
            return
    ok("focus is seen everywhere", True)
    ok("keys reach form, table and links", {"by-text", "by-track", "by-profile", "by-country", "all", "SECTION", "A"} <= reached, reached)


def printed(c):
    c.look("laptop", media="print")
    c.open(at("index.html"))
    ok("on paper there is no way around and no form", c.value(
        "['nav', '.narrow'].every(s => getComputedStyle(document.querySelector(s)).display === 'none')"))
    ok("and nothing is cut off", c.value("getComputedStyle(document.querySelector('.scroll')).overflow") == "visible")
    pdf = c.call("Page.printToPDF", preferCSSPageSize=True)["data"]
    ok("it prints", len(pdf) > 10000)


def hostile_names(c):
    c.look("laptop")
    bad = []
    for page in PAGES:
        c.open(at(page, hostile))
        if c.complaints() or c.value("document.querySelectorAll('script').length") != 1 or c.value(
                "document.querySelectorAll('main h1').length") != 1:
            bad.append((page, c.complaints()))
    ok("names full of markup are text", not bad, *bad)
    c.open(at("index.html", hostile))
    ok("and are shown as they are", c.value("document.body.textContent.includes('<script>alert(1)</script>')"))


def served(c):
    c.look("phone")
    c.call("Page.addScriptToEvaluateOnNewDocument", source="window.setInterval = ((f) => (g, ms) => f(g, ms / 50))(setInterval)")
    c.open(url + "/")
    ok("the hub shows the same", c.value("document.querySelector('h1').textContent") == "Connectathon results" and
       not c.complaints(), c.complaints())
    c.open(url + "/ko")
    ok("in Korean, also without the slash", c.value("document.documentElement.lang") == "ko" and
       c.value("getComputedStyle(document.querySelector('.top')).display") == "flex")
    c.look("projector")
    c.open(url + "/floor.html")
    c.value("document.getElementById('board').firstElementChild.id = 'stale'")
    until = time.monotonic() + 60
    while c.value("document.getElementById('stale') !== null") and time.monotonic() < until:
        time.sleep(0.05)
    ok("the floor renews itself", c.value("document.getElementById('stale') === null && "
                                          "document.querySelectorAll('#board dd').length === 4") and not c.complaints(),
       c.complaints())


def accessible(c):
    axe = modules + "/axe-core/axe.min.js"
    if not os.path.isfile(axe):
        skip("axe-core finds nothing", "no axe-core (tests/site/npm)")
        return
    source, bad = open(axe, encoding="utf-8").read(), []
    c.call("Page.setBypassCSP", enabled=True)
    for size, dark, pages in (("laptop", False, PAGES), ("laptop", True, PAGES), ("phone", False, PAGES[:5])):
        c.look(size, dark)
        for page in pages:
            c.open(at(page))
            c.call("Runtime.evaluate", expression=source)
            found = c.value("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', "
                            "'best-practice']}).then(r => r.violations.map(v => v.id + ': ' + v.help + ' ' + "
                            "v.nodes.slice(0, 2).map(n => n.html.slice(0, 120)).join(' | ')))")
            bad += [(page, size, dark, f) for f in found]
    c.call("Page.setBypassCSP", enabled=False)
    ok("axe-core finds nothing", not bad, *bad[:12])


def main():
    if shots:
        os.makedirs(shots, exist_ok=True)
    try:
        c = Chrome()
    except (RuntimeError, BrokenPipeError):
        skip("the site in a browser", "Chromium does not start here")
        print("1..%d" % n)
        return
    try:
        for part in (sizes, narrowing, without_scripts, keyboard, printed, hostile_names, accessible, served):
            part(c)
    finally:
        c.close()
    print("1..%d" % n)
    sys.exit(1 if failed else 0)


main()
