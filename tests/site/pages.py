# SPDX-License-Identifier: Apache-2.0
"""pages.py DIR…: what is wrong with the pages of a site, a line each; needs Python alone. Exit 1 where something is."""
import html.parser, os, re, sys, urllib.parse

VOID = {"meta", "link", "input", "br", "img", "hr"}
ALONE = {"rect", "line", "path"}        # of SVG, closed in themselves
NEED_CLOSE = None                       # every other element is closed by hand here


class Page(html.parser.HTMLParser):
    def __init__(self, path, root):
        super().__init__(convert_charrefs=True)
        self.path, self.root, self.bad = path, root, []
        self.stack, self.ids, self.refs, self.labels, self.controls = [], set(), [], set(), []
        self.h, self.count, self.title, self.links, self.tables = [], {}, "", [], []

    def say(self, what):
        self.bad.append("%s:%d: %s" % (self.path, self.getpos()[0], what))

    def handle_decl(self, decl):
        self.count["doctype"] = 1
        if decl != "DOCTYPE html":
            self.say("doctype " + decl)

    def handle_startendtag(self, tag, attrs):
        if tag not in ALONE:
            self.say("<%s/> closes itself" % tag)
        self.attributes(tag, dict(attrs), attrs)

    def handle_starttag(self, tag, attrs):
        self.attributes(tag, dict(attrs), attrs)
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag):
        if not self.stack or self.stack[-1] != tag:
            self.say("</%s> closes %s" % (tag, self.stack[-1:] or "nothing"))
        if tag in self.stack:
            while self.stack.pop() != tag:
                pass

    def handle_data(self, data):
        if self.stack and self.stack[-1] == "title" and "svg" not in self.stack:
            self.title += data
        if re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", data):
            self.say("a control in the text")

    def attributes(self, tag, a, listed):
        self.count[tag] = self.count.get(tag, 0) + 1
        if len(a) != len(listed):
            self.say("an attribute twice")
        for name, value in listed:
            if name.startswith("on") or name == "style":
                self.say("%s in the page" % name)
            if value is not None and re.search("[\x00-\x08\x0e-\x1f\u202a-\u202e\u2066-\u2069]", value):
                self.say("a control in " + name)
        if "id" in a:
            if a["id"] in self.ids:
                self.say("id %s twice" % a["id"])
            self.ids.add(a["id"])
        for name in ("aria-labelledby", "aria-describedby"):
            self.refs += a.get(name, "").split()
        self.element(tag, a)

    def element(self, tag, a):
        if tag == "html" and not a.get("lang"):
            self.say("no language")
        elif re.fullmatch("h[1-6]", tag):
            level = int(tag[1])
            if level > (self.h[-1] if self.h else 0) + 1:
                self.say("%s after h%s" % (tag, self.h[-1:] or "nothing"))
            self.h.append(level)
        elif tag == "label":
            self.labels.add(a.get("for"))
        elif tag in ("input", "select", "textarea"):
            self.controls.append(a.get("id"))
        elif tag in ("a", "link", "script") and (a.get("href") or a.get("src")):
            self.links.append((self.getpos()[0], a.get("href") or a.get("src")))
        elif tag == "script":
            self.say("a script in the page")
        elif tag == "svg" and not (a.get("aria-hidden") == "true" or (a.get("role") == "img" and a.get("aria-labelledby"))):
            self.say("a picture without words")
        elif tag == "img" and "alt" not in a:
            self.say("an image without alt")
        elif tag == "table":
            self.tables.append(0)
        elif tag == "caption":
            self.tables[-1] = 1
        elif tag == "th" and a.get("scope") not in ("col", "row", "colgroup", "rowgroup"):
            self.say("a heading without scope")
        elif tag == "meta" and a.get("http-equiv", "").lower() == "content-security-policy":
            self.count["policy"] = 1
            if "unsafe" in a["content"] or "default-src 'none'" not in a["content"]:
                self.say("a weak policy")

    def finish(self):
        for what, n in (("doctype", 1), ("html", 1), ("title", None), ("main", 1), ("h1", 1), ("policy", 1)):
            got = self.count.get(what, 0)
            if got == 0 or (n and got != n):
                self.say("%d × %s" % (got, what))
        if not self.title.strip():
            self.say("an empty title")
        if self.stack:
            self.say("not closed: %s" % self.stack)
        if 0 in self.tables:
            self.say("a table without a caption")
        for ref in self.refs:
            if ref not in self.ids:
                self.say("names %s, which is not here" % ref)
        for control in self.controls:
            if control not in self.labels:
                self.say("no label for %s" % control)
        for line, link in self.links:
            self.link(line, link)

    def link(self, line, link):
        where = urllib.parse.urlsplit(link)
        if where.scheme or where.netloc or link.startswith("/"):
            self.bad.append("%s:%d: leads outside: %s" % (self.path, line, link))
        elif where.path:
            target = os.path.normpath(os.path.join(os.path.dirname(self.path), urllib.parse.unquote(where.path)))
            if os.path.relpath(target, self.root).startswith("..") or not os.path.isfile(target):
                self.bad.append("%s:%d: leads nowhere: %s" % (self.path, line, link))
        elif where.fragment and where.fragment not in self.ids:
            self.bad.append("%s:%d: no place %s" % (self.path, line, link))


def main():
    bad, n = [], 0
    for root in sys.argv[1:]:
        for folder, _, names in os.walk(root):
            for name in sorted(names):
                if not name.endswith(".html"):
                    continue
                n += 1
                page = Page(os.path.join(folder, name), root)
                with open(page.path, encoding="utf-8") as f:
                    page.feed(f.read())
                page.close()
                page.finish()
                bad += page.bad
    print("\n".join(bad[:60]))
    print("%d pages, %d complaints" % (n, len(bad)))
    sys.exit(1 if bad or n == 0 else 0)


main()
