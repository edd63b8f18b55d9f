# SPDX-License-Identifier: Apache-2.0
"""Exchanges as tools record them: network captures (pcap, pcapng) and the archive of a browser or proxy (HAR)."""
import datetime
import json
import struct
from urllib.parse import unquote

MSS = 1400
FIN, SYN, PSH, ACK = 1, 2, 8, 16


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    s = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while s >> 16:
        s = (s & 0xffff) + (s >> 16)
    return ~s & 0xffff


def packet(ends, from_client, seq, ack, flags, data, number):
    """One frame: Ethernet, IPv4, TCP."""
    (a, ap), (b, bp) = ends if from_client else ends[::-1]
    addresses = bytes(a) + bytes(b)
    tcp = struct.pack(">HHIIBBHHH", ap, bp, seq, ack, 5 << 4, flags, 64240, 0, 0)
    total = checksum(addresses + struct.pack(">BBH", 0, 6, len(tcp) + len(data)) + tcp + data)
    tcp = tcp[:16] + struct.pack(">H", total) + tcp[18:]
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp) + len(data), number, 0x4000, 64, 6, 0) + addresses
    ip = ip[:10] + struct.pack(">H", checksum(ip)) + ip[12:]
    macs = [bytes((2, 0, 0, 0, 0, m)) for m in ((1, 2) if from_client else (2, 1))]
    return macs[1] + macs[0] + b"\x08\0" + ip + tcp + data


def conversation(client, server, talk, when):
    """Frames as (microseconds since 1970, bytes): `talk` is a list of (client speaks, bytes)."""
    out, seq = [], {True: 1000, False: 9000}
    at = int(datetime.datetime.fromisoformat(when).timestamp() * 1000000)
    ends = (client, server)

    def send(mine, flags, data=b"", pause=400):
        nonlocal at
        at += pause
        out.append((at, packet(ends, mine, seq[mine], seq[not mine] if flags & ACK else 0, flags, data, len(out) + 1)))
        seq[mine] += len(data) + (1 if flags & (SYN | FIN) else 0)
    send(True, SYN)
    send(False, SYN | ACK)
    send(True, ACK)
    for mine, data in talk:
        for i in range(0, len(data), MSS):
            send(mine, ACK | PSH, data[i:i + MSS], 90 if i else 11000)
        send(not mine, ACK)
    send(True, FIN | ACK)
    send(False, FIN | ACK)
    send(True, ACK)
    return out


def pcap(frames):
    return struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1) + b"".join(
        struct.pack("<IIII", t // 1000000, t % 1000000, len(f), len(f)) + f for t, f in frames)


def pcapng(frames, program):
    def block(kind, body):
        body += b"\0" * (-len(body) % 4)
        return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)
    name = program.encode()
    option = struct.pack("<HH", 4, len(name)) + name + b"\0" * (-len(name) % 4) + struct.pack("<HH", 0, 0)
    out = block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1) + option) + block(1, struct.pack("<HHI", 1, 0, 65535))
    for t, f in frames:
        out += block(6, struct.pack("<IIIII", 0, t >> 32, t & 0xffffffff, len(f), len(f)) + f)
    return out


def parts(message):
    """First line, headers and body of a message as bytes."""
    head, _, body = message.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    return lines[0].split(" ", 2), [dict(zip(("name", "value"), h.split(": ", 1))) for h in lines[1:]], body.decode()


def har(pairs, host, program, when):
    """`pairs` of request and response, each the bytes of a message."""
    entries = []
    for i, (request, response) in enumerate(pairs):
        (method, path, version), fields, sent = parts(request)
        (_, status, reason), answer, body = parts(response)
        kind = next((h["value"] for h in answer if h["name"].lower() == "content-type"), "")
        query = unquote(path.partition("?")[2])
        entry = {"startedDateTime": (datetime.datetime.fromisoformat(when) + datetime.timedelta(seconds=2 * i)).isoformat(),
                 "time": 31 + 7 * i, "request": {
                     "method": method, "url": "https://" + host + path, "httpVersion": version, "cookies": [], "headers": fields,
                     "queryString": [dict(zip(("name", "value"), q.split("=", 1))) for q in query.split("&") if q],
                     "headersSize": -1, "bodySize": len(sent.encode())},
                 "response": {"status": int(status), "statusText": reason, "httpVersion": version, "cookies": [],
                              "headers": answer, "content": {"size": len(body.encode()), "mimeType": kind, "text": body},
                              "redirectURL": "", "headersSize": -1, "bodySize": len(body.encode())},
                 "cache": {}, "timings": {"send": 1, "wait": 28 + 7 * i, "receive": 2}, "serverIPAddress": "10.26.11.6"}
        if sent:
            entry["request"]["postData"] = {"mimeType": "application/fhir+json", "text": sent}
        entries.append(entry)
    return (json.dumps({"log": {"version": "1.2", "creator": {"name": program, "version": "1.0"}, "entries": entries}},
                       ensure_ascii=False, indent=1) + "\n").encode()
