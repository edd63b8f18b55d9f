# SPDX-License-Identifier: Apache-2.0
"""MHD, $summary and SVCM exchanges, as JSON bodies or as raw HTTP text, for the sample event."""
import base64
import copy
import hashlib
import json
import uuid

from ips import LOINC, NS, SCT, coding

FHIR = "application/fhir+json"
IHE = "https://profiles.ihe.net/ITI/MHD/"


def dump(value, indent=2):
    return json.dumps(value, ensure_ascii=False, indent=indent)


def uid(*parts):
    return str(uuid.uuid5(NS, "/".join(parts)))


def http(request, headers, body, status, answer_headers, answer):
    """One exchange as a proxy writes it down: request, empty line, response."""
    def block(first, fields, text):
        raw = text.encode() if isinstance(text, str) else text
        lines = [first] + ["%s: %s" % kv for kv in fields]
        if raw:
            lines.append("Content-Length: %d" % len(raw))
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + raw
    return block(request + " HTTP/1.1", headers, body) + b"\r\n\r\n" + block("HTTP/1.1 " + status, answer_headers, answer)


def provide_bundle(p, doc, source_id, when, fault=None):
    """ITI-65: SubmissionSet List, DocumentReference, Binary. `doc` are the bytes of the document."""
    u = {k: "urn:uuid:" + uid(p["key"], source_id, when, k) for k in ("list", "ref", "binary", "set", "doc")}
    subject = {"reference": "https://mhd.ap-ips.example/fhir/Patient/" + p["key"]}
    ref = {"resourceType": "DocumentReference", "meta": {"profile": [IHE + "StructureDefinition/IHE.MHD.Minimal.DocumentReference"]},
           "masterIdentifier": {"system": "urn:ietf:rfc:3986", "value": json.loads(doc).get("identifier", {}).get("value", u["doc"])},
           "identifier": [{"use": "official", "system": "urn:ietf:rfc:3986", "value": u["ref"]}],
           "status": "current", "type": coding(LOINC, "60591-5", "Patient summary Document"),
           "category": [coding("urn:oid:1.3.6.1.4.1.19376.1.2.6.1", "CLINICAL", "Clinical")], "subject": subject,
           "date": when, "description": "IPS " + p["family"] + " " + p["given"],
           "securityLabel": [coding("http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "N", "normal")],
           "content": [{"attachment": {"contentType": FHIR, "language": p["lang"], "url": u["binary"], "size": len(doc),
                                       "hash": base64.b64encode(hashlib.sha1(doc).digest()).decode(),
                                       "title": "International Patient Summary", "creation": when},
                        "format": {"system": "urn:ietf:rfc:3986",
                                   "code": "http://hl7.org/fhir/uv/ips/StructureDefinition/Bundle-uv-ips"}}]}
    submission = {"resourceType": "List", "meta": {"profile": [IHE + "StructureDefinition/IHE.MHD.Minimal.SubmissionSet"]},
                  "extension": [{"url": IHE + "StructureDefinition/ihe-sourceId",
                                 "valueIdentifier": {"value": source_id}}],
                  "identifier": [{"use": "official", "system": "urn:ietf:rfc:3986", "value": u["list"]},
                                 {"use": "usual", "system": "urn:ietf:rfc:3986", "value": "urn:oid:" + source_id + ".65.1"}],
                  "status": "current", "mode": "working", "title": "IPS Connectathon submission",
                  "code": coding(IHE + "CodeSystem/MHDlistTypes", "submissionset", "SubmissionSet as a FHIR List"),
                  "subject": subject, "date": when, "entry": [{"item": {"reference": u["ref"]}}]}
    binary = {"resourceType": "Binary", "contentType": FHIR, "data": base64.b64encode(doc).decode()}
    entries = [{"fullUrl": u["list"], "resource": submission, "request": {"method": "POST", "url": "List"}},
               {"fullUrl": u["ref"], "resource": ref, "request": {"method": "POST", "url": "DocumentReference"}},
               {"fullUrl": u["binary"], "resource": binary, "request": {"method": "POST", "url": "Binary"}}]
    b = {"resourceType": "Bundle", "meta": {"profile": [IHE + "StructureDefinition/IHE.MHD.Minimal.ProvideBundle"]},
         "type": "transaction", "entry": entries}
    attachment = ref["content"][0]["attachment"]
    if fault == "hash":
        attachment["hash"] = base64.b64encode(hashlib.sha1(doc + b"\n").digest()).decode()
        attachment["size"] = len(doc) + 1
    elif fault == "two-lists":
        twin = copy.deepcopy(entries[0])
        twin["fullUrl"] = "urn:uuid:" + uid("twin", when)
        b["entry"].insert(1, twin)
    elif fault == "batch":
        b["type"] = "batch"
    return b


def transaction_response(bundle, when, refused=None):
    if refused:
        return {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "processing",
                "details": {"text": refused}, "diagnostics": "submission refused, nothing was stored"}]}
    return {"resourceType": "Bundle", "type": "transaction-response", "entry": [
        {"response": {"status": "201 Created", "lastModified": when, "etag": 'W/"1"',
                      "location": "%s/%d/_history/1" % (e["request"]["url"], 9100 + i)}}
        for i, e in enumerate(bundle["entry"])]}


def provide_http(bundle, response, host):
    ok = response["resourceType"] == "Bundle"
    return http("POST /fhir", [("Host", host), ("Accept", FHIR), ("Content-Type", FHIR + "; charset=UTF-8")],
                dump(bundle), "200 OK" if ok else "400 Bad Request", [("Content-Type", FHIR)], dump(response))


def find_http(p, ref, host, when):
    found = {"resourceType": "Bundle", "type": "searchset", "total": 1, "timestamp": when,
             "link": [{"relation": "self", "url": "https://%s/fhir/DocumentReference?patient.identifier=%s|%s&status=current"
                       % (host, p["system"], p["ident"])}],
             "entry": [{"fullUrl": "https://%s/fhir/DocumentReference/%s" % (host, uid(p["key"], host)[:8]),
                        "resource": ref, "search": {"mode": "match"}}]}
    return http("GET /fhir/DocumentReference?patient.identifier=%s%%7C%s&status=current" % (p["system"], p["ident"]),
                [("Host", host), ("Accept", FHIR), ("Authorization", "Bearer eyJhbGciOiJub25lIn0.demo.")], "",
                "200 OK", [("Content-Type", FHIR), ("Date", "Tue, 24 Nov 2026 03:41:10 GMT")], dump(found))


def retrieve_http(p, doc, host, changed=False):
    body = doc if not changed else doc.replace(b'"final"', b'"amended"', 1)
    return http("GET /fhir/Binary/" + uid(p["key"], host)[:8], [("Host", host), ("Accept", FHIR)], "",
                "200 OK", [("Content-Type", FHIR), ("ETag", 'W/"3"')], body)


def error_http(path, host, status, text):
    return http("GET " + path, [("Host", host), ("Accept", FHIR)], "", status, [("Content-Type", FHIR)],
                dump(transaction_response(None, None, text)))


def summary_http(p, doc, host):
    return http("GET /fhir/Patient/%s/$summary" % p["key"], [("Host", host), ("Accept", FHIR)], "", "200 OK",
                [("Content-Type", FHIR)], doc)


def outcome(tool, profile, issues):
    """A validator's report as an OperationOutcome."""
    return {"resourceType": "OperationOutcome", "text": {"status": "generated", "div":
            '<div xmlns="http://www.w3.org/1999/xhtml"><p>%s, profile %s</p></div>' % (tool, profile)},
            "issue": [{"severity": s, "code": "invariant" if s == "error" else "informational", "details": {"text": t},
                       "expression": [e]} for s, t, e in issues] or
            [{"severity": "information", "code": "informational", "details": {"text": "All OK"}}]}


# Terminology ---------------------------------------------------------------------------------------------------

VS = "https://terminology.ap-ips.example/ValueSet/"
MAP = "https://terminology.ap-ips.example/ConceptMap/sct-to-icd10"
COLOURS = [("373270004", "Substance with penicillin structure and antibacterial mechanism of action",
            {"ja": "ペニシリン系抗菌薬", "ko": "페니실린계 항균제", "zh": "青霉素类抗菌药"}),
           ("387458008", "Aspirin", {"ja": "アスピリン", "ko": "아스피린", "zh": "阿司匹林"}),
           ("762952008", "Peanut", {"ja": "ピーナッツ", "ko": "땅콩", "zh": "花生"}),
           ("735029006", "Shellfish", {"ja": "甲殻類", "ko": "갑각류", "zh": "贝类"}),
           ("111088007", "Latex", {"ja": "ラテックス", "ko": "라텍스", "zh": "乳胶"}),
           ("256259004", "Pollen", {"ja": "花粉", "ko": "꽃가루", "zh": "花粉"})]


def value_set(vid="ap-allergens"):
    return {"resourceType": "ValueSet", "id": vid, "url": VS + vid, "version": "2026.11", "name": "ApAllergens",
            "title": "Allergens of the AP-IPS Connectathon", "status": "active", "experimental": True,
            "date": "2026-11-01", "publisher": "AP-IPS Connectathon",
            "description": "A short list of allergens for expansion and validation tests.",
            "compose": {"include": [{"system": SCT, "concept": [{"code": c, "display": d} for c, d, _ in COLOURS]}]}}


def expansion(language=None, fault=None):
    v = value_set()
    v["expansion"] = {"identifier": "urn:uuid:" + uid("expansion", language or "en"), "timestamp": "2026-11-24T11:08:41+09:00",
                      "total": len(COLOURS), "offset": 0,
                      "parameter": [{"name": "displayLanguage", "valueCode": language or "en"}],
                      "contains": [{"system": SCT, "code": c, "display": t.get(language, d) if language else d}
                                   for c, d, t in COLOURS]}
    if fault == "timestamp":
        v["expansion"].pop("timestamp")
    elif fault == "missing":
        v["expansion"]["contains"].pop(2)
    return v


def parameters(*pairs):
    return {"resourceType": "Parameters", "parameter": [dict([("name", n), ("value" + t, v)]) for n, t, v in pairs]}


def lookup():
    p = parameters(("name", "String", "SNOMED CT"), ("version", "String", "http://snomed.info/sct/900000000000207008"),
                   ("display", "String", "Allergy to penicillin"))
    for lang, text in (("ja", "ペニシリンアレルギー"), ("ko", "페니실린 알레르기"), ("th", "แพ้เพนิซิลลิน")):
        p["parameter"].append({"name": "designation", "part": [{"name": "language", "valueCode": lang},
                                                               {"name": "value", "valueString": text}]})
    return p


def validate(good=True, http_fault=False):
    if good:
        return parameters(("result", "Boolean", True), ("display", "String", "Aspirin"))
    return parameters(("result", "Boolean", False), ("message", "String",
                      "Code 38341003 of http://snomed.info/sct is not in value set %sap-allergens" % VS))


def translate(good=True):
    if not good:
        return parameters(("result", "Boolean", False), ("message", "String", "no mapping for this code"))
    p = parameters(("result", "Boolean", True))
    p["parameter"].append({"name": "match", "part": [
        {"name": "equivalence", "valueCode": "equivalent"},
        {"name": "concept", "valueCoding": {"system": "http://hl7.org/fhir/sid/icd-10", "code": "Z88.0",
                                            "display": "Personal history of allergy to penicillin"}},
        {"name": "source", "valueUri": MAP}]})
    return p


def concept_map():
    return {"resourceType": "ConceptMap", "id": "sct-to-icd10", "url": MAP, "version": "2026.11", "name": "SctToIcd10",
            "title": "Allergies from SNOMED CT to ICD-10", "status": "active", "experimental": True, "date": "2026-11-01",
            "publisher": "AP-IPS Connectathon", "description": "A short map for translation tests.",
            "sourceUri": VS + "ap-allergies", "targetUri": VS + "ap-icd10",
            "group": [{"source": SCT, "target": "http://hl7.org/fhir/sid/icd-10", "element": [
                {"code": "91936005", "display": "Allergy to penicillin", "target": [
                    {"code": "Z88.0", "display": "Personal history of allergy to penicillin", "equivalence": "equivalent"}]}]}]}


def capability(name, version):
    return {"resourceType": "CapabilityStatement", "status": "active", "date": "2026-11-20", "kind": "instance",
            "software": {"name": name, "version": version}, "fhirVersion": "4.0.1", "format": ["json", "xml"],
            "instantiates": ["https://profiles.ihe.net/ITI/SVCM/CapabilityStatement/IHE.SVCM.Repository"],
            "rest": [{"mode": "server", "security": {"service": [{"text": "IUA"}]}, "resource": [
                {"type": t, "interaction": [{"code": "read"}, {"code": "search-type"}],
                 "operation": [{"name": o, "definition": "http://hl7.org/fhir/OperationDefinition/%s-%s" % (t, o)}
                               for o in ops]}
                for t, ops in (("ValueSet", ["expand", "validate-code"]), ("CodeSystem", ["lookup", "validate-code"]),
                               ("ConceptMap", ["translate"]))]}]}


def term_http(path, host, answer, status="200 OK"):
    return http("GET /fhir/" + path, [("Host", host), ("Accept", FHIR)], "", status, [("Content-Type", FHIR)], dump(answer))
