# SPDX-License-Identifier: Apache-2.0
"""Small DICOM objects of the sample event: the manifest of a study, one image of it, and its metadata as JSON."""
import json
import math
import struct

EXPLICIT = "1.2.840.10008.1.2.1"
KEY_OBJECT = "1.2.840.10008.5.1.4.1.1.88.59"
DX = "1.2.840.10008.5.1.4.1.1.1.1"
LONG = {"OB", "OW", "SQ", "UN", "UR", "UT"}
SIDE = 64


def element(tag, vr, value):
    """One attribute: text, a number (US), bytes, or the items of a sequence."""
    if vr == "SQ":
        value = b"".join(struct.pack("<HHI", 0xfffe, 0xe000, len(b"".join(i))) + b"".join(i) for i in value)
    elif isinstance(value, int):
        value = struct.pack("<H", value)
    elif isinstance(value, str):
        value = value.encode()
    if len(value) % 2:
        value += b"\0" if vr in ("UI", "OB", "OW") else b" "
    size = struct.pack("<HI", 0, len(value)) if vr in LONG else struct.pack("<H", len(value))
    return struct.pack("<HH", tag >> 16, tag & 0xffff) + vr.encode() + size + value


def file(sop_class, sop_instance, elements):
    meta = (element(0x00020001, "OB", b"\0\1") + element(0x00020002, "UI", sop_class) +
            element(0x00020003, "UI", sop_instance) + element(0x00020010, "UI", EXPLICIT) +
            element(0x00020012, "UI", "1.2.826.0.1.3680043.10.9999.2"))
    head = struct.pack("<HH2sHI", 2, 0, b"UL", 4, len(meta))
    return b"\0" * 128 + b"DICM" + head + meta + b"".join(elements)


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


def image(study, p):
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
        element(0x00281051, "DS", "2600"), element(0x7fe00010, "OW", pixels())])


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
