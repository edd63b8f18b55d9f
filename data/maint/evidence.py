# SPDX-License-Identifier: Apache-2.0
"""Evidence of one TI of the sample event: which bodies hang on which step, by test and variant."""
import datetime

import dicom
import exchanges as ex
import extras
import ips
import messages as ms
from patients import PATIENTS
from people import ORGANISATIONS, PATIENT_OF, SYSTEMS

SYSTEM = {s[0]: s for s in SYSTEMS}
ORG = {o[0]: o for o in ORGANISATIONS}
HOST = {s[0]: "s%s.ap-ips.example" % s[0][1:] for s in SYSTEMS}
STUDY = {"uid": "1.2.826.0.1.3680043.10.9999.1.20261102", "name": "Chest X-ray, no acute finding", "date": "2026-11-02",
         "wado": "https://s07.ap-ips.example/dicomweb"}
MAKERS_1_1 = {"S14", "S15", "S08"}     # systems that still write the 1.1 line


def author(system):
    s = SYSTEM[system]
    o = ORG[s[3]]
    return (s[1], s[2], o[1], o[2])


def document(system, when, fault="", study=False, version=None):
    p = dict(PATIENTS[PATIENT_OF[system]])
    if fault == "retired-absence":       # a 2.0 document that still uses the codes of 1.1
        p["allergies"], version = [], "2.0"
    if fault == "no-effective" and not p["medications"]:
        raise ValueError("no medication to spoil")
    if study or fault == "study-uid":
        p["study"] = STUDY
    b = ips.make(p, version or ("1.1" if system in MAKERS_1_1 else "2.0"), author(system), when)
    return (ips.spoil(b, fault) if fault else b), p


DOC_FAULTS = {"empty-section", "retired-absence", "empty-reason-in-1.1", "dangling-reference", "second-composition",
              "no-timestamp", "no-narrative", "placeholder", "same-full-url", "no-latin-name", "wrong-type",
              "nested-section", "no-effective", "study-uid"}


def text(value):
    """Documents as a product writes them; one space of indentation keeps the pack small."""
    return (ex.dump(value, 1) + "\n").encode()


def hl7_time(when):
    return when[:19].replace("-", "").replace("T", "").replace(":", "") + "+0900"


def report(fault):
    issues = {"": [], "placeholder": [("warning", "birthDate 1900-01-01 is unlikely", "Bundle.entry[1].resource.birthDate")],
              "wrong-type": [("error", "Composition.type is not 60591-5", "Bundle.entry[0].resource.type")]}
    return text(ex.outcome("AP-IPS event validator 6.5.18", "Bundle-uv-ips", issues.get(fault, [
        ("error", "Constraint failed", "Bundle.entry")])))


def content(test, systems, fault, when):
    bundle, p = document(systems[0], when, fault if fault in DOC_FAULTS else "", test.startswith("IMG_"))
    out = [(1, "ips-%s.json" % p["key"], "file", text(bundle))]
    if test == "IPSX_02_Document_Check":
        out.append((2, "validation-report.json", "validation-report", report(fault)))
    elif test in ("IPSX_05_Import_Export", "IPSX_06_View_Local_Script", "PLUG_04_National_Profile"):
        out.append((2, "screen.png", "screenshot", None))
    elif test == "IPSX_10_Version_Mix":
        other, q = document(systems[0], when, version="1.1")
        out += [(2, "ips-%s-1.1.json" % q["key"], "file", text(other)), (3, "screens.png", "screenshot", None)]
    elif test == "IMG_01_Study_In_Summary":
        out.append((1, "dump.txt", "dump", ms.dicom_dump(STUDY["uid"], p)))
    elif test == "IPSX_01_Patient_Records":
        out = [(1, "elements.txt", "file", ("Element list, %s\n\n" % SYSTEM[systems[0]][1]).encode() + b"\n".join(
            b"%-28s yes" % n for n in (b"Patient.name (two scripts)", b"Patient.identifier", b"AllergyIntolerance.code",
                                       b"Condition.code", b"MedicationStatement.effective", b"Immunization.occurrence"))
            + b"\nImmunization.lotNumber       no\n")]
    return out


def publish(systems, variant, when):
    fault = variant if variant in DOC_FAULTS else ""
    bundle, p = document(systems[0], when, fault)
    doc = ex.dump(bundle, None).encode()
    provide = ex.provide_bundle(p, doc, "2.16.840.1.113883.3.9999.65." + systems[0][1:], when,
                                variant if variant in ("hash", "two-lists", "batch") else None)
    refused = "Bundle.type must be transaction" if variant == "batch" else None
    answer = ex.transaction_response(provide, when, refused)
    out = [(1, "request.json", "http-log", text(provide))]
    if variant != "no-ack":
        out.append((1 if variant == "batch" else 2, "response.json", "http-log", text(answer)))
    if variant == "batch":
        out.append((1, "exchange.http", "http-log", ex.provide_http(provide, answer, HOST[systems[1]])))
    if fault:
        out.append((1, "document.json", "file", doc))
    return out


def retrieve(systems, variant, when):
    bundle, p = document(systems[1] if systems[1] in ("S06", "S11") else "S03", when)
    doc = ex.dump(bundle, None).encode()
    ref = ex.provide_bundle(p, doc, "2.16.840.1.113883.3.9999.65.9", when)["entry"][1]["resource"]
    ref["content"][0]["attachment"]["url"] = "https://%s/fhir/Binary/%s" % (HOST[systems[1]], ex.uid(p["key"], HOST[systems[1]])[:8])
    return [(1, "iti-67.http", "http-log", ex.find_http(p, ref, HOST[systems[1]], when)),
            (2, "iti-68.http", "http-log", ex.retrieve_http(p, doc, HOST[systems[1]], variant == "changed")),
            (3, "screen.png", "screenshot", None)]


def twins(systems, when):
    bundle, p = document(systems[0], when)
    return [(1, "ips.json", "file", text(bundle)), (1, "ips.xml", "file", ips.to_xml(bundle).encode()),
            (3, "capabilities.json", "http-log", text(ex.capability("福爾摩沙 HIE", "5.0")))]


def terminology(test, systems, variant):
    host = HOST[systems[-1]]
    if test == "SVCM_05_Expand":
        return [(1, "expand.http", "http-log", ex.term_http("ValueSet/$expand?url=%sap-allergens" % ex.VS, host,
                                                            ex.expansion("ja", variant))),
                (2, "expansion.json", "file", text(ex.expansion("ko", variant))),
                (3, "unknown.http", "http-log", ex.error_http("/fhir/ValueSet/$expand?url=urn:none", host, "404 Not Found",
                                                              "value set urn:none is not known"))]
    if test == "SVCM_07_Lookup":
        return [(1, "lookup.http", "http-log", ex.term_http("CodeSystem/$lookup?system=%s&code=91936005" % ex.SCT, host,
                                                            ex.lookup())),
                (2, "answer.json", "file", text(ex.lookup()))]
    if test == "SVCM_08_Validate_In_ValueSet":
        call = "ValueSet/$validate-code?url=%sap-allergens&system=%s&code=%s"
        return [(1, "member.http", "http-log", ex.term_http(call % (ex.VS, ex.SCT, "387458008"), host, ex.validate())),
                (2, "non-member.http", "http-log", ex.term_http(call % (ex.VS, ex.SCT, "38341003"), host, ex.validate(False)))]
    if test == "SVCM_11_Translate":
        call = "ConceptMap/$translate?url=%s&source=%sap-allergies&target=%sap-icd10&system=%s&code=91936005" % (
            ex.MAP, ex.VS, ex.VS, ex.SCT)
        if variant == "coding":
            call += "&coding=%s%%7C91936005" % ex.SCT
        return [(1, "translate.http", "http-log", ex.term_http(call, host, ex.translate(variant != "unmapped")))] + (
            [(1, "concept-map.json", "file", text(ex.concept_map()))] if variant == "unmapped" else [])
    if test == "SVCM_02_Capability":
        name = SYSTEM[systems[0]]
        return [(1, "metadata.json", "http-log", text(ex.capability(name[1], name[2])))]
    return [(1, "value-set.json", "file", text(ex.value_set()))]


def identity(test, systems, variant, when):
    p, t = PATIENTS[PATIENT_OF[systems[0]]], hl7_time(when)
    if test == "PDQ_01_Query":
        return [(1, "qbp-q22.hl7", "message-log", ms.qbp_q22(p, "Q2200117", t)),
                (2, "rsp-k22.hl7", "message-log", ms.rsp_k22(list(PATIENTS.values()), "Q2200117", t))]
    if test == "PIX_02_Merge_Notify":
        return [(1, "a40.hl7", "message-log", ms.a40(p, "M4000012", t)),
                (1, "feed.hl7", "message-log", ms.adt(p, "A04", "M4000011", t, "HCE", "\n", variant != "authority")),
                (2, "ack.hl7", "message-log", ms.ack("M4000012", t, "HCE"))]
    answered = "M0400028" if variant == "wrong-ack" else "M0400027"
    return [(1, "adt-a04.hl7", "message-log", ms.adt(p, "A04", "M0400027", t, "HIS")),
            (1, "adt-a04.mllp", "capture", ms.framed(ms.adt(p, "A04", "M0400027", t, "HIS"))),
            (2, "ack.hl7", "message-log", ms.ack(answered, t, "HIS")),
            (3, "qbp-q23.hl7", "message-log", ms.qbp_q23(p, "Q2300031", t, "\n")),
            (4, "rsp-k23.hl7", "message-log", ms.rsp_k23(p, "Q2300031", t, "\r\n"))]


def soap(test, systems, when):
    p = PATIENTS[PATIENT_OF[systems[0]]]
    home = "2.16.840.1.113883.3.9999.158" if test.startswith("XCA") else ""
    return [(1, "iti-18-request.xml", "message-log", ms.find_documents(p, "https://%s/xds/registry" % HOST[systems[1]]).encode()),
            (2, "iti-18-response.xml", "message-log", ms.found_documents(p, "https://%s/xds/consumer" % HOST[systems[0]], home).encode()),
            (3, "summary.cda.xml", "file", ms.cda(p, hl7_time(when)).encode()),
            (0, "gateway.log", "application-log", ms.gateway_log(HOST[systems[1]], 60))]


def build(test, systems, variant, when):
    """List of (step, name, kind, body); a body of None is known by digest and not in the pack."""
    if variant == "none":
        return []
    more = extras.build(test, systems, hl7_time(when), when, PATIENT_OF)
    return more if test in extras.ALONE else first(test, systems, variant, when) + more


def first(test, systems, variant, when):
    if test in ("MHD_02_Publish_IPS", "MHD_03_Publish_Comprehensive", "MHD_05_Publish_Refused"):
        return publish(systems, variant, when)
    if test == "MHD_08_Find_Retrieve_IPS":
        return retrieve(systems, variant, when)
    if test == "MHD_09_Retrieve_Errors":
        host = HOST[systems[1]]
        return [(1, "404.http", "http-log", ex.error_http("/fhir/Binary/0000", host, "404 Not Found", "no such Binary")),
                (2, "406.http", "http-log", ex.error_http("/fhir/Binary/8e41", host, "406 Not Acceptable", "image/png cannot be served"))]
    if test == "MHD_10_Json_Xml_Twins":
        return twins(systems, when)
    if test == "PLUG_01_Summary_Operation":
        bundle, p = document("S12", when)
        return [(1, "summary.http", "http-log", ex.summary_http(p, ex.dump(bundle, None).encode(), HOST["S11"]))]
    if test.startswith("SVCM"):
        return terminology(test, systems, variant)
    if test.startswith(("PIX_", "PDQ_")):
        return identity(test, systems, variant, when)
    if test.startswith(("XDS_", "XCA_")):
        return soap(test, systems, when)
    if test == "SEC_02_Audit_Trail":
        return [(1, "audit.log", "audit-record", ms.syslog_audit(90)), (0, "console.log", "application-log", ms.hostile_log())]
    if test == "SEC_03_Clock":
        return [(1, "ntpq.txt", "application-log", b"     remote           refid      st t when poll reach   delay   offset  jitter\n"
                 b"*time.ap-ips.ex .GPS.            1 u   33   64  377    0.412   -0.107   0.051\n")]
    if test == "WADO_01_Retrieve":
        p = PATIENTS[PATIENT_OF[systems[0]]]
        return [(1, "dump.txt", "dump", ms.dicom_dump(STUDY["uid"], p)),
                (2, "access.log", "application-log", ms.app_log(HOST[systems[1]], 1200, 8)),
                (0, "study-page", "capture", None),
                (1, "manifest.dcm", "file", dicom.manifest(STUDY, p)),
                (1, "image.dcm", "file", dicom.image(STUDY, p)),
                (1, "metadata.json", "http-log", dicom.metadata(STUDY, p))]
    if test == "IPSX_09_Consumer_Robustness":
        bundle, p = document("S03", when, "same-full-url")
        return [(1, "faulty.json", "file", text(bundle)),
                (1, "cut-short.json", "file", text(bundle)[:9000]),
                (1, "patients.ndjson", "file", ms.ndjson(list(PATIENTS.values()))),
                (1, "latin1.json", "file", text({"resourceType": "Patient", "name": [{"family": "Ñahui Peña"}]}).replace(
                    "Ñahui Peña".encode(), "Ñahui Peña".encode("latin-1"))),
                (2, "app.log", "application-log", ms.app_log("s16", 90))]
    return content(test, systems, variant, when)


def stamp(moment):
    return moment.astimezone(datetime.timezone(datetime.timedelta(hours=9))).isoformat(timespec="seconds")
