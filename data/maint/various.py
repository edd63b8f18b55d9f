# SPDX-License-Identifier: Apache-2.0
"""Evidence of other kinds: reports of validators, an audit event, tokens, old encodings, escapes, bytes of no known form."""
import base64
import hashlib
import json
import zlib

import messages as ms


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def noise(words, n):
    out = b""
    while len(out) < n:
        out += hashlib.sha256(words.encode() + len(out).to_bytes(4, "big")).digest()
    return out[:n]


def gitb(when):
    """Report of a test step of the GITB test bed (TAR)."""
    items = [("error", "The document has no custodian organization telecom.", "//custodian/telecom", "CDA-W-04"),
             ("warning", "Section 48765-2 has nullFlavor NI: ask for the reason.", "//section[2]", "IPS-C-11")]
    reports = "".join('    <gitb:%s xsi:type="gitb:BAR"><gitb:assertionID>%s</gitb:assertionID><gitb:description>%s'
                      '</gitb:description><gitb:location>%s</gitb:location></gitb:%s>\n' % (k, a, d, w, k) for k, d, w, a in items)
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<gitb:TestStepReport xmlns:gitb="http://www.gitb.com/tr/v1/" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="gitb:TAR" id="validate-summary" name="CDA validation">\n'
            '  <gitb:date>%s</gitb:date>\n  <gitb:result>FAILURE</gitb:result>\n'
            '  <gitb:overview><gitb:profileID>IPS (CDA)</gitb:profileID><gitb:validationServiceName>AP-IPS event validator'
            '</gitb:validationServiceName><gitb:validationServiceVersion>6.5.18</gitb:validationServiceVersion></gitb:overview>\n'
            '  <gitb:counters><gitb:nrOfAssertions>212</gitb:nrOfAssertions><gitb:nrOfErrors>1</gitb:nrOfErrors>'
            '<gitb:nrOfWarnings>1</gitb:nrOfWarnings></gitb:counters>\n  <gitb:reports>\n%s  </gitb:reports>\n'
            '</gitb:TestStepReport>\n' % (when, reports)).encode()


def svrl():
    """Result of a Schematron run."""
    def failed(test, role, where, text):
        return ('  <svrl:failed-assert test="%s" role="%s" location="%s">\n    <svrl:text>%s</svrl:text>\n'
                '  </svrl:failed-assert>\n' % (test, role, where, text))
    root = "/*[local-name()='ClinicalDocument'][1]"
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<svrl:schematron-output xmlns:svrl="http://purl.oclc.org/dsdl/svrl" '
            'title="CDA header of the patient summary" schemaVersion="2026-11">\n'
            '  <svrl:ns-prefix-in-attribute-values uri="urn:hl7-org:v3" prefix="cda"/>\n'
            '  <svrl:active-pattern id="header" name="Header"/>\n  <svrl:fired-rule context="cda:ClinicalDocument"/>\n' +
            failed("cda:versionNumber", "warning", root, "versionNumber should be given.") +
            '  <svrl:fired-rule context="cda:custodian"/>\n' +
            failed("cda:assignedCustodian/cda:representedCustodianOrganization/cda:telecom", "error",
                   root + "/*[local-name()='custodian'][1]", "The custodian organization has a telecom.") +
            '  <svrl:successful-report test="cda:languageCode" role="information" location="%s">\n'
            '    <svrl:text>Language of the document is stated.</svrl:text>\n  </svrl:successful-report>\n'
            '</svrl:schematron-output>\n' % root).encode()


def audit_event(p, when, query):
    """BALP: a patient query, seen from the server."""
    dcm, balp = "http://dicom.nema.org/resources/ontology/DCM", "https://profiles.ihe.net/ITI/BALP/StructureDefinition/"

    def agent(code, words, who, requestor):
        return {"type": {"coding": [{"system": dcm, "code": code, "display": words}]}, "who": {"display": who},
                "requestor": requestor, "network": {"address": who, "type": "1"}}
    role = "http://terminology.hl7.org/CodeSystem/object-role"
    kind = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
    return (json.dumps({
        "resourceType": "AuditEvent", "meta": {"profile": [balp + "IHE.BasicAudit.PatientQuery"]},
        "type": {"system": "http://terminology.hl7.org/CodeSystem/audit-event-type", "code": "rest",
                 "display": "Restful Operation"},
        "subtype": [{"system": "http://hl7.org/fhir/restful-interaction", "code": "search", "display": "search"}],
        "action": "E", "recorded": when, "outcome": "0",
        "agent": [agent("110153", "Source Role ID", "s05.ap-ips.example", True),
                  agent("110152", "Destination Role ID", "s02.ap-ips.example", False)],
        "source": {"observer": {"display": "s02.ap-ips.example"},
                   "type": [{"system": "http://terminology.hl7.org/CodeSystem/security-source-type", "code": "4",
                             "display": "Application Server"}]},
        "entity": [{"type": {"system": kind, "code": "1", "display": "Person"},
                    "role": {"system": role, "code": "1", "display": "Patient"},
                    "what": {"identifier": {"system": p["system"], "value": p["ident"]}}},
                   {"type": {"system": kind, "code": "2", "display": "System Object"},
                    "role": {"system": role, "code": "24", "display": "Query"},
                    "query": base64.b64encode(query.encode()).decode()}]}, ensure_ascii=False, indent=1) + "\n").encode()


def token(issued):
    """An access token (IUA); its signature is made of nothing, and nobody here says otherwise."""
    head = {"alg": "ES256", "typ": "at+jwt", "kid": "ap-ips-2026-1"}
    claims = {"iss": "https://s10.ap-ips.example/auth", "sub": "dr.tan", "aud": "https://s11.ap-ips.example/fhir",
              "client_id": "s12-clinical", "jti": "c6d0a1e2-0f7b-4f6e-9f6b-0d1f2c7a9b11", "scope": "patient/*.rs",
              "iat": issued, "exp": issued + 300, "extensions": {"ihe_iua": {
                  "subject_name": "Tan Wei Ling", "subject_organization": "Wattle Health Exchange Pty Ltd",
                  "purpose_of_use": [{"system": "urn:oid:1.0.14265.1", "code": "1", "display": "Clinical Care"}]}}}
    return ".".join([b64(json.dumps(head).encode()), b64(json.dumps(claims, ensure_ascii=False).encode()),
                     b64(noise("token", 64))]).encode() + b"\n"


def health_card(p, issued):
    """A SMART Health Card as the digits of its QR code; signed with noise."""
    latin = p["latin"] or (p["family"], p["given"])
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [
        {"fullUrl": "resource:0", "resource": {"resourceType": "Patient", "name": [{"family": latin[0], "given": [latin[1]]}],
                                              "birthDate": p["birth"]}},
        {"fullUrl": "resource:1", "resource": {
            "resourceType": "Immunization", "status": "completed", "patient": {"reference": "resource:0"},
            "vaccineCode": {"coding": [{"system": "http://www.whocc.no/atc", "code": "J07BN01"}]},
            "occurrenceDateTime": "2024-11-02"}}]}
    card = {"iss": "https://s11.ap-ips.example/shc", "nbf": issued, "vc": {
        "type": ["https://smarthealth.cards#health-card", "https://smarthealth.cards#immunization"],
        "credentialSubject": {"fhirVersion": "4.0.1", "fhirBundle": bundle}}}
    z = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = z.compress(json.dumps(card, separators=(",", ":"), ensure_ascii=False).encode()) + z.flush()
    jws = ".".join([b64(b'{"zip":"DEF","alg":"ES256","kid":"3Kfdg-XwP-7gXyywtUfUADwBumDOPKMQx-iELL11W9s"}'), b64(packed),
                    b64(noise("card", 64))])
    return ("shc:/" + "".join("%02d" % (ord(c) - 45) for c in jws) + "\n").encode()


def escaped(p, control, when):
    """HL7 v2 in Latin-1 with every escape a free text meets, framed for MLLP; and an answer behind it."""
    text = ms.adt(p, "A31", control, when, "HCE", charset="8859/1").decode()
    text += ("NTE|1||Diet: fish \\T\\ rice, 2\\S\\3 cups; path C:\\E\\tmp; see \\F\\notes\\R\\\\.br\\second line \\X41 42\\\r"
             "OBX|1|FT|34109-9^Note^LN||Mañana 08:00: control de presión\\.br\\Sin cambios\\.br\\Dosis 5\\S\\mg||||||F\r")
    return ms.framed(text.encode("latin-1")) + ms.framed(ms.ack(control, when, "HCE"))


def note(lines, encoding):
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    return (mark + "\r\n".join(lines) + "\r\n").encode(encoding)
