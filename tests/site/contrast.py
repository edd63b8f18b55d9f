# SPDX-License-Identifier: Apache-2.0
"""contrast.py style.css: contrast of every pair of colours that meet, light and dark, by WCAG 2.2. Exit 1 below AA."""
import re, sys

TEXT, PART = 4.5, 3.0   # of text; of what is drawn and must be told from its ground
PAIRS = [("text", "ground", TEXT), ("text", "raised", TEXT), ("muted", "ground", TEXT), ("muted", "raised", TEXT),
         ("link", "ground", TEXT), ("link", "raised", TEXT), ("pass-text", "pass", TEXT), ("focus", "ground", PART),
         ("focus", "raised", PART), ("bar", "rest", PART), ("bar", "ground", PART), ("curve", "ground", PART), ("curve", "area", PART),
         ("muted", "ground", PART), ("h-dark", "h1", TEXT), ("h-dark", "h2", TEXT), ("h-dark", "h3", TEXT),
         ("h-light", "h4", TEXT), ("h-light", "h5", TEXT)]


def light(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a, b):
    a, b = sorted((light(a), light(b)), reverse=True)
    return (a + 0.05) / (b + 0.05)


def colours(block):
    return dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6})\b", block))


def main():
    css = open(sys.argv[1], encoding="utf-8").read()
    roots = re.findall(r":root \{(.*?)\}", css, re.S)
    bad = 0
    for name, palette in (("light", colours(roots[0])), ("dark", dict(colours(roots[0]), **colours(roots[1])))):
        for front, back, least in PAIRS:
            got = contrast(palette[front], palette[back])
            if got < least:
                print("%s: %s on %s is %.2f, want %.1f" % (name, front, back, got, least))
                bad += 1
        unused = set(palette) - {x for p in PAIRS for x in p[:2]} - {"edge", "area"}
        for colour in sorted(unused):
            print("%s: nobody says what %s meets" % (name, colour))
            bad += 1
    print("%d pairs too weak" % bad)
    sys.exit(1 if bad else 0)


main()
