# SPDX-License-Identifier: Apache-2.0
"""Evidence in the forms that Connectathons bring besides JSON and HTTP text: every format of the console has a TI."""
from urllib.parse import quote

import captures
import containers as box
import dicom
import documents as docs
import exchanges as ex
import messages as ms
import various as va
from patients import PATIENTS

ISSUED = 1795479600      # 2026-11-24, 09:20 in Seoul
STUDY = {"uid": "1.2.826.0.1.3680043.10.9999.1.20261102", "name": "Chest X-ray, no acute finding", "date": "2026-11-02",
         "wado": "https://s07.ap-ips.example/dicomweb"}
# Tests whose evidence stands here alone.
ALONE = ("XCPD_01_Discover", "IMG_90_Summary_To_Image", "PIXM_01_Feed_Query", "IPSX_90_End_To_End", "IMR_01_Store_Report",
         "PDQM_01_Search", "SEC_04_Access_Token", "SVCM_03_Query_ValueSet")


def halves(exchange):
    """Request and response of an exchange written as one text."""
    at = exchange.index(b"\r\n\r\n\r\nHTTP/1.1") if b"\r\n\r\n\r\nHTTP/1.1" in exchange else exchange.index(b"\r\nHTTP/1.1") - 2
    cut = exchange.index(b"HTTP/1.1 ", at)
    return exchange[:cut - 2], exchange[cut:]


def found(p, host, path, total=1):
    patient = {"resourceType": "Patient", "id": p["key"], "identifier": [{"system": p["system"], "value": p["ident"]}],
               "name": [{"use": "official", "family": p["family"], "given": [p["given"]]}], "gender": p["gender"],
               "birthDate": p["birth"]}
    bundle = {"resourceType": "Bundle", "type": "searchset", "total": total,
              "link": [{"relation": "self", "url": "https://%s%s" % (host, path)}],
              "entry": [{"fullUrl": "https://%s/fhir/Patient/%s" % (host, p["key"]), "resource": patient,
                         "search": {"mode": "match"}}]}
    if not total:
        del bundle["entry"]
    return halves(ex.http("GET " + path, [("Host", host), ("Accept", ex.FHIR)], "", "200 OK", [("Content-Type", ex.FHIR)],
                          ex.dump(bundle, None)))


def feed(p, host, when):
    """ITI-104: conditional update of a patient."""
    patient = {"resourceType": "Patient", "identifier": [{"system": p["system"], "value": p["ident"]}], "active": True,
               "name": [{"use": "official", "family": p["family"], "given": [p["given"]]}], "gender": p["gender"],
               "birthDate": p["birth"]}
    path = "/fhir/Patient?identifier=%s%%7C%s" % (p["system"], p["ident"])
    return halves(ex.http("PUT " + path, [("Host", host), ("Accept", ex.FHIR), ("Content-Type", ex.FHIR + "; charset=UTF-8")],
                          ex.dump(patient, None), "201 Created", [("Location", "https://%s/fhir/Patient/%s/_history/1" % (
                              host, p["key"])), ("ETag", 'W/"1"'), ("Content-Length", "0")], ""))


def corresponding(p, host):
    """ITI-83: $ihe-pix."""
    path = "/fhir/Patient/$ihe-pix?sourceIdentifier=%s%%7C%s" % (p["system"], p["ident"])
    answer = {"resourceType": "Parameters", "parameter": [
        {"name": "targetIdentifier", "valueIdentifier": {"use": "official", "system": "urn:oid:2.16.840.1.113883.3.9999.158.1",
                                                         "value": "TW-77120"}},
        {"name": "targetId", "valueReference": {"reference": "https://%s/fhir/Patient/%s" % (host, p["key"])}}]}
    return halves(ex.http("GET " + path, [("Host", host), ("Accept", ex.FHIR)], "", "200 OK", [("Content-Type", ex.FHIR)],
                          ex.dump(answer, None)))


def frames(pairs, when, client=(10, 26, 7, 15), server=(10, 26, 11, 6)):
    talk = [(side, data) for pair in pairs for side, data in zip((True, False), pair)]
    return captures.conversation((client, 49832), (server, 8080), talk, when)


def imaging(p):
    return [(4, "image-implicit.dcm", "file", dicom.image(STUDY, p, dicom.IMPLICIT)),
            (4, "image-big-endian.dcm", "file", dicom.image(STUDY, p, dicom.BIG_ENDIAN)),
            (4, "image-deflated.dcm", "file", dicom.image(STUDY, p, dicom.DEFLATED)),
            (4, "frames.dcm", "file", dicom.capture(STUDY, p)),
            (4, "packed.dcm", "file", dicom.capture(STUDY, p, 1, 64, dicom.JPEG_2000))]


def report(p):
    lines = ["Radiology report (draft)", "Patient: %s %s" % (p["given"], p["family"]),
             "Study: 2 November 2026, chest, two views", "Lungs clear. Heart of normal size. No pleural effusion.",
             "Conclusion: no acute finding."]
    local = ["胸部 X 射线 检查", "肺野清晰，心影大小正常。", "결론: 급성 소견 없음"]
    attached = ex.dump({"resourceType": "DiagnosticReport", "status": "final", "code": {"text": "Chest X-ray"},
                        "conclusion": STUDY["name"]}, 1).encode()
    return [(1, "report-sr.dcm", "file", dicom.report(STUDY, p)),
            (1, "report.pdf", "file", box.pdf("Chest X-ray 보고서", "陳醫師", lines, local, ("report.json", attached)))]


def journey(p, when):
    host = "s11.ap-ips.example"
    pairs = [found(p, host, "/fhir/Patient?family=" + quote(p["family"])), found(p, host, "/fhir/Patient?family=Nobody", 0)]
    logs = [("logs/gateway.log", ms.app_log("s10", 40)), ("logs/repository.log", ms.app_log("s06", 40, 10)),
            ("logs/README.txt", b"Both gateways, clocks agree within 20 ms.\n")]
    return [(2, "proxy.har", "http-log", captures.har(pairs, host, "proxy of Merlion Exchange", when)),
            (2, "proxy.pcapng", "capture", captures.pcapng(frames(pairs, when), "dumpcap of table A03")),
            (5, "logs.tar.gz", "application-log", box.tar_gz(logs)),
            (8, "terminology.log.gz", "application-log", box.gz(ms.app_log("s13", 60, 11)))]


def share(p, when):
    doc = ms.cda(p, when).encode()
    to = "https://s02.ap-ips.example/xds/repository"
    return [(2, "iti-41.mime", "message-log", docs.provide_mtom(p, doc, when, to)),
            (2, "package.zip", "file", box.zipped(docs.package(p, doc, when))),
            (3, "metadata.xml", "file", ('<?xml version="1.0" encoding="UTF-8"?>\n' + docs.submission(p, doc, when) + "\n").encode()),
            (6, "cda-report.xml", "validation-report", va.gitb(when[:4] + "-" + when[4:6] + "-" + when[6:8] + "T09:21:00+09:00")),
            (6, "cda-schematron.svrl", "validation-report", va.svrl())]


def robust():
    ja = ["佐藤花子 様の診療情報", "アレルギー: アスピリン（気管支けいれん）", "服薬: サルブタモール、アロプリノール"]
    ko = ["한지우 님 진료 정보 요약", "알레르기: 페니실린, 조개류", "복용약: 로사르탄, 메트포르민"]
    th = ["สมหญิง ใจดี", "แพ้ถั่วลิสง", "ยา: ซัลบูทามอล"]
    return [(2, "message.sjis.txt", "file", va.note(ja, "shift_jis")), (2, "message.euckr.txt", "file", va.note(ko, "euc_kr")),
            (2, "message.utf16.txt", "file", va.note(th, "utf-16-le")), (2, "crash.bin", "file", va.noise("crash", 1500))]


def values(when):
    cells = ["Code", "Display", "日本語"] + [c for code, words, local in ex.COLOURS for c in (code, words, local["ja"])]
    table = box.ole2([("\5SummaryInformation", box.properties("Allergens 알레르겐", "Kererū Terms", "Terms export 1.9")),
                      ("Workbook", box.workbook("Allergens", cells))])
    return [(5, "notes.docx", "file", box.docx("Value sets tried", "Ngaire Walker", [
                "What we searched for, and what came back.", "ITI-95 by url: one match.",
                "ITI-95 by identifier & OID: no match – 확인 중."])),
            (5, "allergens.xls", "file", table)]


def build(test, systems, when, stamp, patient_of):
    """List of (step, name, kind, body) besides what evidence.py writes; `when` as HL7 v2 writes it, `stamp` as ISO does."""
    p = PATIENTS[patient_of[systems[0]]]
    if test == "XCPD_01_Discover":
        return [(1, "iti-55-request.xml", "message-log", docs.discover(p, when, "https://s02.ap-ips.example/xcpd")),
                (1, "iti-55-response.xml", "message-log", docs.discovered(p, when, "https://s10.ap-ips.example/xcpd"))]
    if test == "XDS_01_Publish_Query_Retrieve":
        return share(p, when)
    if test == "IMG_90_Summary_To_Image":
        return imaging(p)
    if test == "IMR_01_Store_Report":
        return report(p)
    if test == "IPSX_90_End_To_End":
        return journey(p, stamp)
    if test == "PIXM_01_Feed_Query":
        host = "s06.ap-ips.example"
        return [(1, "feed.pcap", "capture", captures.pcap(frames([feed(p, host, stamp), corresponding(p, host)], stamp)))]
    if test == "PDQM_01_Search":
        path = "/fhir/Patient?family=%s&given=%s" % (quote(p["family"]), quote(p["given"]))
        return [(1, "search.har", "http-log", captures.har([found(p, "s06.ap-ips.example", path)], "s06.ap-ips.example",
                                                           "browser of Sakura EHR", stamp))]
    if test == "SEC_02_Audit_Trail":
        return [(1, "audit-event.json", "audit-record", va.audit_event(
            p, stamp, "GET https://s02.ap-ips.example/fhir/DocumentReference?patient.identifier=%s|%s&status=current" % (
                p["system"], p["ident"])))]
    if test == "SEC_04_Access_Token":
        return [(2, "token.jwt", "http-log", va.token(ISSUED))]
    if test == "PLUG_01_Summary_Operation":
        return [(3, "health-card.txt", "file", va.health_card(PATIENTS["thompson"], ISSUED))]
    if test == "PIX_02_Merge_Notify":
        return [(2, "a31.mllp", "capture", va.escaped(p, "M3100014", when))]
    if test == "SVCM_03_Query_ValueSet":
        return values(when)
    if test == "IPSX_09_Consumer_Robustness":
        return robust()
    return []
