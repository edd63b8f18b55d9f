# SPDX-License-Identifier: Apache-2.0
"""Small DICOM objects of the sample event: the manifest of a study, one image of it, and its metadata as JSON."""
import json
import math
import struct
import zlib

IMPLICIT, EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
DEFLATED, BIG_ENDIAN = "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2"
BASIC_TEXT_SR = "1.2.840.10008.5.1.4.1.1.88.11"
KEY_OBJECT = "1.2.840.10008.5.1.4.1.1.88.59"
DX = "1.2.840.10008.5.1.4.1.1.1.1"
JPEG_2000 = "1.2.840.10008.1.2.4.90"
CAPTURES = "1.2.840.10008.5.1.4.1.1.7.2"        # multi-frame grey byte secondary capture
LONG = {"OB", "OW", "SQ", "UN", "UR", "UT"}
SIDE = 64


def element(tag, vr, value):
    """One attribute: text, a number (US), bytes, or the items of a sequence."""
    return (tag, vr, value)


def encode(e, syntax):
    """As bytes of a transfer syntax; words of pixels turn round with it."""
    tag, vr, value = e
    end = ">" if syntax == BIG_ENDIAN else "<"
    if vr == "OB" and isinstance(value, list):      # fragments, without a table of offsets
        return (struct.pack("<HH2sHI", tag >> 16, tag & 0xffff, b"OB", 0, 0xffffffff) + b"".join(
            struct.pack("<HHI", 0xfffe, 0xe000, len(f)) + f for f in [b""] + value) + struct.pack("<HHI", 0xfffe, 0xe0dd, 0))
    if vr == "SQ":
        items = [b"".join(encode(x, syntax) for x in i) for i in value]
        value = b"".join(struct.pack(end + "HHI", 0xfffe, 0xe000, len(i)) + i for i in items)
    elif isinstance(value, int):
        value = struct.pack(end + "H", value)
    elif isinstance(value, str):
        value = value.encode()
    elif vr == "OW" and syntax == BIG_ENDIAN:
        value = struct.pack(">%dH" % (len(value) // 2), *struct.unpack("<%dH" % (len(value) // 2), value))
    if len(value) % 2:
        value += b"\0" if vr in ("UI", "OB", "OW") else b" "
    head = struct.pack(end + "HH", tag >> 16, tag & 0xffff)
    if syntax == IMPLICIT:
        return head + struct.pack("<I", len(value)) + value
    return head + vr.encode() + struct.pack(end + "HI" if vr in LONG else end + "H",
                                            *((0, len(value)) if vr in LONG else (len(value),))) + value


def file(sop_class, sop_instance, elements, syntax=EXPLICIT):
    meta = b"".join(encode(e, EXPLICIT) for e in (
        element(0x00020001, "OB", b"\0\1"), element(0x00020002, "UI", sop_class), element(0x00020003, "UI", sop_instance),
        element(0x00020010, "UI", syntax), element(0x00020012, "UI", "1.2.826.0.1.3680043.10.9999.2")))
    head = struct.pack("<HH2sHI", 2, 0, b"UL", 4, len(meta))
    data = b"".join(encode(e, syntax) for e in elements)
    if syntax == DEFLATED:
        z = zlib.compressobj(9, zlib.DEFLATED, -15)
        data = z.compress(data) + z.flush()
        data += b"\0" * (len(data) % 2)
    return b"\0" * 128 + b"DICM" + head + meta + data


def code(tag, value, scheme, meaning):
    return element(tag, "SQ", [[element(0x00080100, "SH", value), element(0x00080102, "SH", scheme),
                                element(0x00080104, "LO", meaning)]])


def person(p):
    latin = p["latin"] or (p["family"], p["given"])
    name = "%s^%s" % latin
    return name if p["latin"] is None else name + "=%s^%s" % (p["family"], p["given"])


def patient(p):
    return [element(0x00100010, "PN", person(p)), element(0x00100020, "LO", p["ident"]),
            element(0x00100030, "DA", p["birth"].replace("-", "")), element(0x00100040, "CS", "")]


def manifest(study, p):
    """Key Object Selection (PS3.3 A.35.4), its title Manifest."""
    uid = study["uid"]
    own = uid + ".9"
    day = study["date"].replace("-", "")
    images = [[element(0x00081150, "UI", DX), element(0x00081155, "UI", "%s.1.%d" % (uid, i))] for i in (1, 2)]
    series = [element(0x00080054, "AE", "MERLION"), element(0x00081190, "UR", "%s/studies/%s/series/%s.1" % (
        study["wado"], uid, uid)), element(0x00081199, "SQ", images), element(0x0020000e, "UI", uid + ".1")]
    evidence = [element(0x00081115, "SQ", [series]), element(0x0020000d, "UI", uid)]
    text = [element(0x0040a010, "CS", "CONTAINS"), element(0x0040a040, "CS", "TEXT"),
            code(0x0040a043, "113012", "DCM", "Key Object Description"),
            element(0x0040a160, "UT", "All images of the study. " + study["name"] + ".")]
    content = [text] + [[element(0x00081199, "SQ", [i]), element(0x0040a010, "CS", "CONTAINS"),
                         element(0x0040a040, "CS", "IMAGE")] for i in images]
    return file(KEY_OBJECT, own + ".1", [
        element(0x00080005, "CS", "ISO_IR 192"), element(0x00080016, "UI", KEY_OBJECT),
        element(0x00080018, "UI", own + ".1"), element(0x00080020, "DA", day), element(0x00080023, "DA", day),
        element(0x00080030, "TM", "101500"), element(0x00080033, "TM", "102200"), element(0x00080050, "SH", ""),
        element(0x00080060, "CS", "KO"), element(0x00080070, "LO", "Merlion Imaging"), element(0x00080090, "PN", "")] +
        patient(p) + [
        element(0x0020000d, "UI", uid), element(0x0020000e, "UI", own), element(0x00200010, "SH", ""),
        element(0x00200011, "IS", "9"), element(0x00200013, "IS", "1"), element(0x0040a040, "CS", "CONTAINER"),
        code(0x0040a043, "113030", "DCM", "Manifest"), element(0x0040a050, "CS", "SEPARATE"),
        element(0x0040a375, "SQ", [evidence]),
        element(0x0040a504, "SQ", [[element(0x00080105, "CS", "DCMR"), element(0x0040db00, "CS", "2010")]]),
        element(0x0040a730, "SQ", content)])


def pixels():
    """Two lungs and a spine, as far as 64 by 64 of 12 bits can show them."""
    out = b""
    for y in range(SIDE):
        for x in range(SIDE):
            lung = min(math.hypot((x - c) / 11.0, (y - 33) / 20.0) for c in (20, 44))
            spine = abs(x - 32) < 3
            v = 2600 if spine else 2100 - 60 * abs(x - 32) // 8
            if lung < 1 and not spine:
                v = int(500 + 700 * lung * lung) + (350 if (y - x // 5) % 7 == 0 else 0)
            out += struct.pack("<H", max(0, min(4095, v)))
    return out


def image(study, p, syntax=EXPLICIT):
    uid = study["uid"]
    day = study["date"].replace("-", "")
    return file(DX, uid + ".1.1", [
        element(0x00080005, "CS", "ISO_IR 192"), element(0x00080008, "CS", "ORIGINAL\\PRIMARY"),
        element(0x00080016, "UI", DX), element(0x00080018, "UI", uid + ".1.1"), element(0x00080020, "DA", day),
        element(0x00080030, "TM", "101500"), element(0x00080050, "SH", ""), element(0x00080060, "CS", "DX"),
        element(0x00080070, "LO", "Merlion Imaging"), element(0x00080090, "PN", ""),
        element(0x00081030, "LO", study["name"])] + patient(p) + [
        element(0x00180015, "CS", "CHEST"), element(0x0020000d, "UI", uid), element(0x0020000e, "UI", uid + ".1"),
        element(0x00200010, "SH", ""), element(0x00200011, "IS", "1"), element(0x00200013, "IS", "1"),
        element(0x00280002, "US", 1), element(0x00280004, "CS", "MONOCHROME2"), element(0x00280010, "US", SIDE),
        element(0x00280011, "US", SIDE), element(0x00280100, "US", 16), element(0x00280101, "US", 12),
        element(0x00280102, "US", 11), element(0x00280103, "US", 0), element(0x00281050, "DS", "1600"),
        element(0x00281051, "DS", "2600"), element(0x7fe00010, "OW", pixels())], syntax)


def beat(frames, side):
    """A chamber of a heart that beats once: a dark disc in a bright wall, in a fan as ultrasound shows it."""
    out = b""
    for f in range(frames):
        radius = side * (0.2 - 0.08 * math.sin(math.pi * f / frames))
        for y in range(side):
            for x in range(side):
                far = math.hypot(x - side / 2, y)
                d = math.hypot(x - side / 2, (y - side * 0.55) * 0.8)
                v = 60 + 30 * ((x * 7 + y * 13 + x * y) % 3)
                v = 20 if d < radius else 220 if d < radius + side * 0.08 else v
                out += bytes([v if abs(x - side / 2) < y * 0.75 + 1 and far < side * 0.97 else 0])
    return out


def capture(study, p, frames=8, side=40, syntax=EXPLICIT):
    """Several frames, without a window; or one that only says it is packed as JPEG 2000."""
    uid, own, day = study["uid"], study["uid"] + (".7" if syntax == EXPLICIT else ".6"), study["date"].replace("-", "")
    packed = struct.pack(">HHHHIIIIIIIIHBBB", 0xff4f, 0xff51, 41, 0, side, side, 0, 0, side, side, 0, 0, 1, 7, 1, 1) + b"\xff\xd9\0"
    return file(CAPTURES, own + ".1", [
        element(0x00080005, "CS", "ISO_IR 192"), element(0x00080008, "CS", "DERIVED\\SECONDARY"),
        element(0x00080016, "UI", CAPTURES), element(0x00080018, "UI", own + ".1"), element(0x00080020, "DA", day),
        element(0x00080030, "TM", "101500"), element(0x00080050, "SH", ""), element(0x00080060, "CS", "US"),
        element(0x00080064, "CS", "WSD"), element(0x00080070, "LO", "Merlion Imaging"), element(0x00080090, "PN", "")] +
        patient(p) + [
        element(0x0020000d, "UI", uid), element(0x0020000e, "UI", own), element(0x00200010, "SH", ""),
        element(0x00200011, "IS", "7" if syntax == EXPLICIT else "6"), element(0x00200013, "IS", "1"),
        element(0x00280002, "US", 1), element(0x00280004, "CS", "MONOCHROME2"), element(0x00280008, "IS", str(frames)),
        element(0x00280010, "US", side), element(0x00280011, "US", side), element(0x00280100, "US", 8),
        element(0x00280101, "US", 8), element(0x00280102, "US", 7), element(0x00280103, "US", 0),
        element(0x7fe00010, "OB", beat(frames, side) if syntax == EXPLICIT else [packed])], syntax)


def report(study, p):
    """A radiologist's report as Basic Text SR (PS3.3 A.35.1), with a reference to the image it speaks of."""
    uid = study["uid"]
    own = uid + ".8"
    day = study["date"].replace("-", "")
    image_of = [element(0x00081150, "UI", DX), element(0x00081155, "UI", uid + ".1.1")]
    series = [element(0x00081199, "SQ", [image_of]), element(0x0020000e, "UI", uid + ".1")]

    def item(relation, kind, name, *more):
        return sorted([element(0x0040a010, "CS", relation), element(0x0040a040, "CS", kind), code(0x0040a043, *name)] + list(more))
    text = "Lungs clear. Heart of normal size. No pleural effusion. 양쪽 폐 깨끗함."
    findings = item("CONTAINS", "CONTAINER", ("121070", "DCM", "Findings"), element(0x0040a050, "CS", "SEPARATE"),
                    element(0x0040a730, "SQ", [
                        item("CONTAINS", "TEXT", ("121071", "DCM", "Finding"), element(0x0040a160, "UT", text)),
                        item("CONTAINS", "IMAGE", ("121080", "DCM", "Best illustration of finding"),
                             element(0x00081199, "SQ", [image_of]))]))
    conclusion = item("CONTAINS", "CONTAINER", ("121076", "DCM", "Conclusions"), element(0x0040a050, "CS", "SEPARATE"),
                      element(0x0040a730, "SQ", [item("CONTAINS", "TEXT", ("121077", "DCM", "Conclusion"),
                                                      element(0x0040a160, "UT", study["name"] + "."))]))
    language = item("HAS CONCEPT MOD", "CODE", ("121049", "DCM", "Language of Content Item and Descendants"),
                    code(0x0040a168, "en", "RFC5646", "English"))
    return file(BASIC_TEXT_SR, own + ".1", [
        element(0x00080005, "CS", "ISO_IR 192"), element(0x00080016, "UI", BASIC_TEXT_SR),
        element(0x00080018, "UI", own + ".1"), element(0x00080020, "DA", day), element(0x00080023, "DA", day),
        element(0x00080030, "TM", "101500"), element(0x00080033, "TM", "110900"), element(0x00080050, "SH", ""),
        element(0x00080060, "CS", "SR"), element(0x00080070, "LO", "Merlion Imaging"), element(0x00080090, "PN", ""),
        element(0x00081111, "SQ", [])] + patient(p) + [
        element(0x0020000d, "UI", uid), element(0x0020000e, "UI", own), element(0x00200010, "SH", ""),
        element(0x00200011, "IS", "8"), element(0x00200013, "IS", "1"), element(0x0040a040, "CS", "CONTAINER"),
        code(0x0040a043, "18748-4", "LN", "Diagnostic imaging report"), element(0x0040a050, "CS", "SEPARATE"),
        element(0x0040a372, "SQ", []),
        element(0x0040a375, "SQ", [[element(0x00081115, "SQ", [series]), element(0x0020000d, "UI", uid)]]),
        element(0x0040a491, "CS", "COMPLETE"), element(0x0040a493, "CS", "UNVERIFIED"),
        element(0x0040a504, "SQ", [[element(0x00080105, "CS", "DCMR"), element(0x0040db00, "CS", "2000")]]),
        element(0x0040a730, "SQ", [language, findings, conclusion])])


def metadata(study, p):
    """What WADO-RS answers for the study's metadata (PS3.18 annex F), one object an image."""
    uid = study["uid"]

    def one(vr, value):
        return {"vr": vr, "Value": [value]}
    return (json.dumps([{
        "00080005": one("CS", "ISO_IR 192"), "00080016": one("UI", DX), "00080018": one("UI", "%s.1.%d" % (uid, i)),
        "00080020": one("DA", study["date"].replace("-", "")), "00080060": one("CS", "DX"),
        "00100010": one("PN", dict(zip(("Alphabetic", "Ideographic"), person(p).split("=")))),
        "00100020": one("LO", p["ident"]), "0020000D": one("UI", uid), "0020000E": one("UI", uid + ".1"),
        "00200013": one("IS", i), "00280010": one("US", SIDE), "00280011": one("US", SIDE),
        "7FE00010": {"vr": "OW", "BulkDataURI": "%s/studies/%s/series/%s.1/instances/%s.1.%d/bulkdata" % (
            study["wado"], uid, uid, uid, i)}} for i in (1, 2)], ensure_ascii=False, indent=1) + "\n").encode()
