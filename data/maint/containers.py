# SPDX-License-Identifier: Apache-2.0
"""Files that hold others, or text in a form of their own: zip, tar, gzip, Office (both kinds), PDF. Small ones."""
import gzip
import html
import io
import struct
import tarfile
import zipfile
import zlib

EPOCH = (2026, 11, 24, 9, 0, 0)
SECTOR = 512
FREE, END, FAT = 0xffffffff, 0xfffffffe, 0xfffffffd


def gz(data):
    return gzip.compress(data, 9, mtime=0)


def tar_gz(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as t:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode = len(data), 1795478400, 0o644
            t.addfile(info, io.BytesIO(data))
    return gz(out.getvalue())


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in members:
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            z.writestr(info, data)
    return out.getvalue()


def docx(title, author, paragraphs):
    text = "".join('<w:p><w:r><w:t xml:space="preserve">%s</w:t></w:r></w:p>' % html.escape(p) for p in paragraphs)
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    rel = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    core = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
    kind = "application/vnd.openxmlformats-"
    return zipped([
        ("[Content_Types].xml", head + '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
         '<Default Extension="rels" ContentType="%spackage.relationships+xml"/>'
         '<Override PartName="/word/document.xml" ContentType="%sofficedocument.wordprocessingml.document.main+xml"/>'
         '<Override PartName="/docProps/core.xml" ContentType="%spackage.core-properties+xml"/></Types>' % (kind, kind, kind)),
        ("_rels/.rels", head + '<Relationships xmlns="%s"><Relationship Id="r1" Type="%s" Target="word/document.xml"/>'
         '<Relationship Id="r2" Type="%s" Target="docProps/core.xml"/></Relationships>' % (rel, office, core)),
        ("docProps/core.xml", head + '<cp:coreProperties '
         'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
         'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
         'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>%s</dc:title><dc:creator>%s</dc:creator>'
         '<dcterms:created xsi:type="dcterms:W3CDTF">2026-11-24T00:12:00Z</dcterms:created></cp:coreProperties>'
         % (html.escape(title), html.escape(author))),
        ("word/document.xml", head + '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
         '<w:body>%s</w:body></w:document>' % text)])


def properties(title, author, program):
    """The stream \\5SummaryInformation of an OLE2 file (MS-OLEPS), in UTF-8."""
    def text(s):
        raw = s.encode() + b"\0"
        return struct.pack("<II", 30, len(raw)) + raw + b"\0" * (-len(raw) % 4)
    made = (1795478400 + 11644473600) * 10000000
    values = [(1, struct.pack("<IHH", 2, 65001, 0)), (2, text(title)), (4, text(author)), (18, text(program)),
              (12, struct.pack("<IQ", 64, made)), (13, struct.pack("<IQ", 64, made + 42 * 600000000))]
    table, body, at = b"", b"", 8 + 8 * len(values)
    for number, value in values:
        table += struct.pack("<II", number, at + len(body))
        body += value
    section = struct.pack("<II", at + len(body), len(values)) + table + body
    fmtid = bytes.fromhex("e0859ff2f94f6810ab9108002b27b3d9")
    return struct.pack("<HHI16sI", 0xfffe, 0, 0x20006, b"\0" * 16, 1) + fmtid + struct.pack("<I", 48) + section


def workbook(sheet, cells):
    """A BIFF8 workbook of one sheet: words in its first column."""
    def record(kind, body):
        return struct.pack("<HH", kind, len(body)) + body

    def words(s, wide):
        return struct.pack("<H" if wide else "<B", len(s)) + b"\1" + s.encode("utf-16-le")
    shared = record(0xfc, struct.pack("<II", len(cells), len(cells)) + b"".join(words(c, True) for c in cells))
    bof = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0x1faa, 1997, 0, 6))
    end = record(0x0a, b"")
    bound = record(0x85, struct.pack("<IH", 0, 0) + words(sheet, False))
    at = len(bof) + len(bound) + len(shared) + len(end)
    bound = record(0x85, struct.pack("<IH", at, 0) + words(sheet, False))
    page = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0x1faa, 1997, 0, 6)) + b"".join(
        record(0xfd, struct.pack("<HHHI", i, 0, 15, i)) for i in range(len(cells))) + end
    return bof + bound + shared + end + page


def ole2(streams):
    """A compound file (MS-CFB, version 3): (name, bytes) in the root; short ones in the mini stream."""
    sectors, fat = [], []

    def chain(data, link, size):
        """Append data in sectors of `size` and link them; first sector, END for none."""
        first, n = len(link), -(-len(data) // size)
        link.extend(list(range(first + 1, first + n)) + [END] if n else [])
        return first if n else END
    mini, mini_fat, entries = b"", [], []
    for name, data in streams:
        if len(data) < 4096:
            entries.append((name, chain(data, mini_fat, 64), len(data)))
            mini += data + b"\0" * (-len(data) % 64)
        else:
            entries.append((name, chain(data, fat, SECTOR), len(data)))
            sectors.append(data + b"\0" * (-len(data) % SECTOR))
    root = chain(mini, fat, SECTOR)
    sectors.append(mini + b"\0" * (-len(mini) % SECTOR))
    table = struct.pack("<%dI" % len(mini_fat), *mini_fat)
    table += b"\xff" * (-len(table) % SECTOR)
    mini_at = chain(table, fat, SECTOR)
    sectors.append(table)

    def entry(name, kind, right, child, start, size):
        raw = name.encode("utf-16-le") + b"\0\0"
        return raw.ljust(64, b"\0") + struct.pack("<HBBIII16sIQQIQ", len(raw), kind, 1, FREE, right, child, b"\0" * 16, 0, 0, 0,
                                                  start, size)
    order = sorted(entries, key=lambda e: (len(e[0]), e[0].upper()))
    folder = entry("Root Entry", 5, FREE, 1 if order else FREE, root, len(mini)) + b"".join(
        entry(n, 2, i + 2 if i + 1 < len(order) else FREE, FREE, s, z) for i, (n, s, z) in enumerate(order))
    folder += (b"\0" * 68 + b"\xff" * 12 + b"\0" * 48) * (-len(folder) % SECTOR // 128)
    folder_at = chain(folder, fat, SECTOR)
    sectors.append(folder)
    fat_at = len(fat)
    fat.append(FAT)
    fat_bytes = struct.pack("<%dI" % len(fat), *fat).ljust(SECTOR, b"\xff")
    head = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 16 + struct.pack(
        "<HHHHHHIIIIIIIIII", 0x3e, 3, 0xfffe, 9, 6, 0, 0, 0, 1, folder_at, 0, 4096, mini_at, len(table) // SECTOR, END, 0)
    head += struct.pack("<I", fat_at) + b"\xff" * (SECTOR - len(head) - 4)
    return head + b"".join(sectors) + fat_bytes


def unicode_map(text):
    """A ToUnicode CMap where the code of a character is its place in `text`."""
    pairs = "".join("<%04X> <%s>\n" % (i + 1, c.encode("utf-16-be").hex().upper()) for i, c in enumerate(text))
    return ("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /Made def\n1 begincodespacerange\n"
            "<0000> <FFFF>\nendcodespacerange\n%d beginbfchar\n%sendbfchar\nendcmap\nend\nend\n" % (len(text), pairs)).encode()


def pdf(title, author, latin, local, attached):
    """Two pages: `latin` lines in Helvetica, `local` ones in a font known by its CMap; a file attached."""
    letters = "".join(sorted({c for line in local for c in line}))
    escaped = [s.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)") for s in latin]
    one = "BT\n/F1 11 Tf\n14 TL\n72 770 Td\n" + "".join("(%s) Tj T*\n" % s for s in escaped) + "ET\n"
    two = "BT\n/F2 11 Tf\n72 770 Td\n" + "".join(
        "[<%s>] TJ\n0 -16 Td\n" % "".join("%04X" % (letters.index(c) + 1) for c in s) for s in local) + "ET\n"
    objects = {}

    def stream(number, data, more="", pack=True):
        data = zlib.compress(data, 9) if pack else data
        objects[number] = b"<<%s /Length %d%s>>\nstream\n" % (more.encode(), len(data), b" /Filter /FlateDecode" if pack else b"") \
            + data + b"\nendstream"
    name, who = title.encode("utf-16-be").hex(), author.encode("utf-16-be").hex()
    objects[1] = b"<</Type /Catalog /Pages 2 0 R /Names <</EmbeddedFiles <</Names [(a) 12 0 R]>>>> /Metadata 14 0 R>>"
    objects[2] = b"<</Type /Pages /Kids [3 0 R 4 0 R] /Count 2 /MediaBox [0 0 595 842]>>"
    objects[3] = b"<</Type /Page /Parent 2 0 R /Resources <</Font <</F1 7 0 R>>>> /Contents 5 0 R>>"
    objects[4] = b"<</Type /Page /Parent 2 0 R /Resources <</Font <</F2 8 0 R>>>> /Contents 6 0 R>>"
    stream(5, one.encode("cp1252"))
    stream(6, two.encode())
    objects[7] = b"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>"
    objects[8] = (b"<</Type /Font /Subtype /Type0 /BaseFont /Made /Encoding /Identity-H /DescendantFonts [9 0 R] "
                  b"/ToUnicode 10 0 R>>")
    objects[9] = (b"<</Type /Font /Subtype /CIDFontType2 /BaseFont /Made /CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) "
                  b"/Supplement 0>> /FontDescriptor 15 0 R /DW 1000>>")
    stream(10, unicode_map(letters))
    objects[11] = ("<</Title <FEFF%s> /Author <FEFF%s> /Producer (AP-IPS report writer) "
                   "/CreationDate (D:20261124111200+09'00')>>" % (name, who)).encode()
    objects[12] = b"<</Type /Filespec /F (%s) /UF (%s) /EF <</F 13 0 R>>>>" % (attached[0].encode(), attached[0].encode())
    stream(13, attached[1], "/Type /EmbeddedFile ")
    stream(14, ('<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
                'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
                'xmlns:xmp="http://ns.adobe.com/xap/1.0/"><xmp:CreatorTool>AP-IPS report writer</xmp:CreatorTool>'
                '</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end="r"?>\n').encode(), "/Type /Metadata /Subtype /XML ", False)
    objects[15] = (b"<</Type /FontDescriptor /FontName /Made /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 900 "
                   b"/Descent -200 /CapHeight 700 /StemV 80>>")
    out, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number in sorted(objects):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + objects[number] + b"\nendobj\n"
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1) + b"".join(b"%010d 00000 n \n" % p for p in places)
    return out + table + b"trailer\n<</Size %d /Root 1 0 R /Info 11 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, len(out))
