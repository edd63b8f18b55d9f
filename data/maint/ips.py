# SPDX-License-Identifier: Apache-2.0
"""International Patient Summary documents, FHIR R4, lines 1.1 and 2.0, from patients.py; and their faulty kin."""
import copy
import html
import uuid

from patients import ATC, LOINC, SCT, WORDS

NS = uuid.UUID("5e1f0f5c-6f0a-5d1e-9a41-2f1d1b7c9a10")
IPS = "http://hl7.org/fhir/uv/ips/StructureDefinition/"
HL7 = "http://terminology.hl7.org/CodeSystem/"
ABSENT = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
SECTIONS = ["11450-4", "48765-2", "10160-0", "11369-6", "30954-2", "47519-4", "8716-3", "29762-2"]
SECTION_NAMES = ["Problem list - Reported", "Allergies and adverse reactions Document",
                 "History of Medication use Narrative", "History of Immunization note",
                 "Relevant diagnostic tests/laboratory data note", "History of Procedures Document",
                 "Vital signs note", "Social history note"]
# What "none known" is called: 1.1 by the guide's own codes, 2.0 by SNOMED CT situations.
NONE_1 = {"problems": ("no-known-problems", "No known problems"), "allergies": ("no-known-allergies", "No known allergies"),
          "medications": ("no-known-medications", "No known medications")}
NONE_2 = {"problems": ("160245001", "No current problems or disability"), "allergies": ("716186003", "No known allergy"),
          "medications": ("787481004", "No known medications")}


def coding(system, code, display):
    return {"coding": [{"system": system, "code": code, "display": display}]}


def narrative(lang, title, rows):
    cells = "".join("<tr>%s</tr>" % "".join("<td>%s</td>" % html.escape(c) for c in r) for r in rows)
    return {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml" lang="%s" xml:lang="%s">'
            "<h5>%s</h5><table><tbody>%s</tbody></table></div>" % (lang, lang, html.escape(title), cells)}


class Document:
    """One summary; entries are collected while sections are written."""

    def __init__(self, p, version, author, date, title=None):
        self.p, self.v2, self.date, self.author = p, version == "2.0", date, author
        self.seed = "%s/%s/%s" % (p["key"], version, author[0])
        self.entries, self.sections = [], []
        self.patient = self.add(self.make_patient(), "patient")
        self.writer = self.add({"resourceType": "Device", "deviceName": [{"name": author[0], "type": "user-friendly-name"}],
                                "version": [{"value": author[1]}]}, "device")
        self.org = self.add({"resourceType": "Organization", "name": author[2],
                             "address": [{"country": author[3]}]}, "organization")
        self.practitioner = self.add(self.make_practitioner(), "practitioner")
        self.title = title or "International Patient Summary · " + p["family"] + " " + p["given"]
        self.write_sections()

    def url(self, key):
        return "urn:uuid:%s" % uuid.uuid5(NS, self.seed + "/" + key)

    def add(self, resource, key):
        full = self.url(key)
        body = {"resourceType": resource["resourceType"], "id": full[9:]}
        profile = {"Patient": "Patient-uv-ips", "AllergyIntolerance": "AllergyIntolerance-uv-ips",
                   "Condition": "Condition-uv-ips", "MedicationStatement": "MedicationStatement-uv-ips",
                   "Immunization": "Immunization-uv-ips", "Procedure": "Procedure-uv-ips",
                   "Organization": "Organization-uv-ips", "Practitioner": "Practitioner-uv-ips"}.get(resource["resourceType"])
        if profile:
            body["meta"] = {"profile": [IPS + profile]}
        body.update({k: v for k, v in resource.items() if k != "resourceType"})
        self.entries.append({"fullUrl": full, "resource": body})
        return full

    def ref(self, full, display=None):
        return {"reference": full, "display": display} if display else {"reference": full}

    def make_patient(self):
        p = self.p
        name = [{"use": "official", "text": ("%s %s" % (p["given"], p["family"])) if p["latin"] is None
                 else p["family"] + p["given"], "family": p["family"], "given": p["given"].split(" ")}]
        if p["latin"]:
            name.append({"use": "usual", "text": "%s %s" % (p["latin"][1], p["latin"][0]), "family": p["latin"][0],
                         "given": [p["latin"][1]], "extension": [{
                             "url": "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation",
                             "valueCode": "ABC"}]})
        return {"resourceType": "Patient", "identifier": [{"system": p["system"], "value": p["ident"]}],
                "active": True, "name": name, "gender": p["gender"], "birthDate": p["birth"],
                "address": [{"city": p["city"], "country": p["country"]}],
                "communication": [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": p["lang"]}]},
                                   "preferred": True}]}

    def make_practitioner(self):
        names = {"KR": ("윤", "서준"), "JP": ("田中", "一郎"), "TW": ("黃", "志明"), "TH": ("พานิช", "อนันต์"),
                 "AU": ("O'Connor", "Liam"), "NZ": ("Tāwhiri", "Mere"), "PE": ("Quispe", "Héctor"),
                 "CN": ("王", "芳"), "VN": ("Trần", "Thị Hạnh")}
        family, given = names.get(self.p["country"], ("Tan", "Wei Ling"))
        return {"resourceType": "Practitioner", "identifier": [{"system": "urn:oid:2.16.840.1.113883.3.9999.9",
                                                                "value": "PR-" + self.p["country"]}],
                "name": [{"family": family, "given": [given]}]}

    def section(self, index, entries, rows, empty=None):
        title = WORDS[self.p["lang"]][index]
        s = {"title": title, "code": coding(LOINC, SECTIONS[index], SECTION_NAMES[index]),
             "text": narrative(self.p["lang"], title, rows)}
        if entries:
            s["entry"] = [self.ref(e) for e in entries]
        if empty:
            s["emptyReason"] = coding(HL7 + "list-empty-reason", empty, empty.capitalize())
        self.sections.append(s)

    def none(self, what):
        code = NONE_2[what] if self.v2 else NONE_1[what]
        return coding(SCT if self.v2 else ABSENT, *code)

    def write_sections(self):
        self.problems()
        self.allergies()
        self.medications()
        self.vaccines()
        self.results()
        self.procedures()
        self.vitals()
        self.social()

    def problems(self):
        subject, found, rows = self.ref(self.patient), [], []
        for (code, name), onset in self.p["problems"] or [((None, None), None)]:
            r = {"resourceType": "Condition", "clinicalStatus": coding(HL7 + "condition-clinical", "active", "Active"),
                 "verificationStatus": coding(HL7 + "condition-ver-status", "confirmed", "Confirmed"),
                 "category": [coding(LOINC, "75326-9", "Problem")],
                 "code": coding(SCT, code, name) if code else self.none("problems"), "subject": subject}
            if code:
                r.update({"onsetDateTime": onset, "recordedDate": "2026-10-30", "asserter": self.ref(self.practitioner)})
            rows.append([name or WORDS[self.p["lang"]][8], onset or ""])
            found.append(self.add(r, "problem-%s" % code))
        self.section(0, found, rows)

    def allergies(self):
        found, rows = [], []
        for (code, name), grade, what in self.p["allergies"] or [((None, None), None, None)]:
            r = {"resourceType": "AllergyIntolerance",
                 "clinicalStatus": coding(HL7 + "allergyintolerance-clinical", "active", "Active"),
                 "code": coding(SCT, code, name) if code else self.none("allergies"), "patient": self.ref(self.patient)}
            if code:
                r.update({"verificationStatus": coding(HL7 + "allergyintolerance-verification", "confirmed", "Confirmed"),
                          "type": "allergy", "criticality": grade,
                          "reaction": [{"manifestation": [{"text": what}], "description": what}]})
            rows.append([name or WORDS[self.p["lang"]][8], what or ""])
            found.append(self.add(r, "allergy-%s" % code))
        self.section(1, found, rows)

    def medications(self):
        found, rows = [], []
        for med, start in self.p["medications"] or [(None, None)]:
            r = {"resourceType": "MedicationStatement", "status": "active",
                 "medicationCodeableConcept": coding(ATC, med[0], med[1]) if med else self.none("medications"),
                 "subject": self.ref(self.patient)}
            if med:
                r.update({"effectivePeriod": {"start": start}, "dosage": [{"text": med[2], "timing": {"code": {"text": med[2]}},
                          "route": coding(SCT, "26643006", "Oral route")}]})
            else:
                r["_effectiveDateTime"] = {"extension": [{
                    "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "not-applicable"}]}
            rows.append([med[1] if med else WORDS[self.p["lang"]][8], med[2] if med else ""])
            found.append(self.add(r, "medication-%s" % (med[0] if med else None)))
        self.section(2, found, rows)

    def vaccines(self):
        found, rows = [], []
        for code, name, date in self.p["vaccines"]:
            found.append(self.add({"resourceType": "Immunization", "status": "completed",
                                   "vaccineCode": coding(ATC, code, name), "patient": self.ref(self.patient),
                                   "occurrenceDateTime": date, "lotNumber": "LOT-%s-%s" % (code, self.p["country"]),
                                   "performer": [{"actor": self.ref(self.org)}]}, "vaccine-" + code))
            rows.append([name, date])
        if found:
            self.section(3, found, rows)

    def observation(self, key, category, code, name, unit, value, date, profile):
        return self.add({"resourceType": "Observation", "status": "final",
                         "category": [coding(HL7 + "observation-category", category, category.replace("-", " ").title())],
                         "code": coding(LOINC, code, name), "subject": self.ref(self.patient), "effectiveDateTime": date,
                         "performer": [self.ref(self.org)],
                         "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org",
                                           "code": unit}}, key)

    def results(self):
        found, rows = [], []
        for (code, name, unit), value, date in self.p["results"]:
            found.append(self.observation("result-" + code, "laboratory", code, name, unit, value, date, None))
            rows.append([name, "%s %s" % (value, unit), date])
        if self.p.get("study"):
            found.append(self.imaging(self.p["study"]))
            rows.append([self.p["study"]["name"], self.p["study"]["date"]])
        if found:
            self.section(4, found, rows)

    def imaging(self, st):
        study = self.add({"resourceType": "ImagingStudy", "identifier": [
            {"system": "urn:dicom:uid", "value": "urn:oid:" + st["uid"]}], "status": "available",
            "subject": self.ref(self.patient), "started": st["date"], "numberOfSeries": 1, "numberOfInstances": 2,
            "procedureCode": [coding(LOINC, "36643-5", "XR Chest 2 Views")],
            "series": [{"uid": st["uid"] + ".1", "modality": {
                "system": "http://dicom.nema.org/resources/ontology/DCM", "code": "DX", "display": "Digital Radiography"},
                "instance": [{"uid": "%s.1.%d" % (st["uid"], i), "sopClass": {
                    "system": "urn:ietf:rfc:3986", "code": "urn:oid:1.2.840.10008.5.1.4.1.1.1.1"}} for i in (1, 2)]}],
            "endpoint": [self.ref(self.url("endpoint"))]}, "study")
        self.add({"resourceType": "Endpoint", "status": "active", "connectionType": {
            "system": HL7 + "endpoint-connection-type", "code": "dicom-wado-rs"},
            "payloadType": [{"text": "DICOM WADO-RS"}], "address": st["wado"]}, "endpoint")
        return self.add({"resourceType": "Observation", "status": "final", "partOf": [self.ref(study)],
                         "category": [coding(HL7 + "observation-category", "imaging", "Imaging")],
                         "code": coding(LOINC, "36643-5", "XR Chest 2 Views"), "subject": self.ref(self.patient),
                         "effectiveDateTime": st["date"], "performer": [self.ref(self.practitioner)],
                         "valueString": st["name"]}, "radiology")

    def procedures(self):
        found, rows = [], []
        for code, name, date in self.p["procedures"]:
            found.append(self.add({"resourceType": "Procedure", "status": "completed", "code": coding(SCT, code, name),
                                   "subject": self.ref(self.patient), "performedDateTime": date}, "procedure-" + code))
            rows.append([name, date])
        if found:
            self.section(5, found, rows)

    def vitals(self):
        year = int(self.p["birth"][:4])
        pairs = [("8480-6", "Systolic blood pressure", "mm[Hg]", 110 + year % 37), ("8462-4", "Diastolic blood pressure",
                 "mm[Hg]", 66 + year % 19), ("29463-7", "Body weight", "kg", 48 + year % 31)]
        found = [self.observation("vital-" + c, "vital-signs", c, n, u, v, "2026-10-30", None) for c, n, u, v in pairs]
        self.section(6, found, [[n, "%s %s" % (v, u)] for c, n, u, v in pairs])

    def social(self):
        code = ("8392000", "Non-smoker") if not self.p["smoker"] else ("77176002", "Smoker")
        o = self.add({"resourceType": "Observation", "meta": {"profile": [IPS + "Observation-tobaccouse-uv-ips"]},
                      "status": "final", "category": [coding(HL7 + "observation-category", "social-history", "Social History")],
                      "code": coding(LOINC, "72166-2", "Tobacco smoking status"), "subject": self.ref(self.patient),
                      "effectiveDateTime": "2026-10-30", "performer": [self.ref(self.practitioner)],
                      "valueCodeableConcept": coding(SCT, *code)}, "tobacco")
        self.section(7, [o], [["Tobacco smoking status", code[1]]])

    def bundle(self):
        profile = IPS + "Composition-uv-ips"
        comp = {"resourceType": "Composition", "id": self.url("composition")[9:], "meta": {"profile": [profile]},
                "language": self.p["lang"], "text": narrative(self.p["lang"], self.title, [[self.author[2]], [self.date]]),
                "status": "final", "type": coding(LOINC, "60591-5", "Patient summary Document"),
                "subject": self.ref(self.patient, self.p["family"] + " " + self.p["given"]), "date": self.date,
                "author": [self.ref(self.writer), self.ref(self.practitioner)], "title": self.title,
                "confidentiality": "N", "attester": [{"mode": "professional", "time": self.date,
                                                      "party": self.ref(self.practitioner)}],
                "custodian": self.ref(self.org), "event": [{"code": [coding(HL7 + "v3-ActClass", "PCPR", "care provision")],
                                                            "period": {"end": self.date}}],
                "section": self.sections}
        if self.v2:
            comp["meta"]["profile"] = [profile + "|2.0.0"]
        return {"resourceType": "Bundle", "id": self.url("bundle")[9:], "meta": {"profile": [IPS + "Bundle-uv-ips"]},
                "language": self.p["lang"], "identifier": {"system": "urn:ietf:rfc:3986", "value": self.url("bundle")},
                "type": "document", "timestamp": self.date,
                "entry": [{"fullUrl": self.url("composition"), "resource": comp}] + self.entries}


def make(p, version, author, date):
    return Document(p, version, author, date).bundle()


def section_of(bundle, code):
    return next(s for s in bundle["entry"][0]["resource"]["section"] if s["code"]["coding"][0]["code"] == code)


def first(bundle, kind):
    return next(e for e in bundle["entry"] if e["resource"]["resourceType"] == kind)


def spoil(bundle, fault):
    """A copy with one planted fault; the names are those of FAULTS.md."""
    b = copy.deepcopy(bundle)
    comp = b["entry"][0]["resource"]
    if fault == "empty-section":
        s = section_of(b, "48765-2")
        s.pop("entry")
        s["text"] = narrative(comp["language"], s["title"], [["-"]])
    elif fault == "retired-absence":
        first(b, "AllergyIntolerance")["resource"]["code"] = coding(ABSENT, "no-known-allergies", "No known allergies")
    elif fault == "empty-reason-in-1.1":
        s = section_of(b, "10160-0")
        s.pop("entry")
        s["emptyReason"] = coding(HL7 + "list-empty-reason", "nilknown", "Nil Known")
        b["entry"][0]["resource"]["meta"]["profile"][0] += "|1.1.0"
    elif fault == "dangling-reference":
        section_of(b, "10160-0")["entry"][0]["reference"] = "urn:uuid:00000000-dead-4bad-8bad-000000000404"
    elif fault == "second-composition":
        extra = copy.deepcopy(b["entry"][0])
        extra["fullUrl"] = "urn:uuid:11111111-2222-4333-8444-555555555555"
        extra["resource"]["title"] += " (2)"
        b["entry"].insert(1, extra)
    elif fault == "no-timestamp":
        b.pop("timestamp")
        b.pop("identifier")
    elif fault == "no-narrative":
        section_of(b, "11450-4").pop("text")
    elif fault == "placeholder":
        first(b, "Patient")["resource"]["birthDate"] = "1900-01-01"
        first(b, "Condition")["resource"]["code"] = {"coding": [{"system": SCT, "code": "N/A", "display": "N/A"}]}
    elif fault == "same-full-url":
        b["entry"][-1]["fullUrl"] = b["entry"][-2]["fullUrl"]
        b["entry"][2]["request"] = {"method": "POST", "url": b["entry"][2]["resource"]["resourceType"]}
    elif fault == "no-latin-name":
        names = first(b, "Patient")["resource"]["name"]
        del names[1:]
    elif fault == "wrong-type":
        comp["type"] = coding(LOINC, "34133-9", "Summarization of Episode Note")
    elif fault == "nested-section":
        s = section_of(b, "30954-2")
        s["section"] = [{"title": s["title"], "code": s["code"], "text": s["text"], "entry": s.pop("entry")}]
    elif fault == "no-effective":
        first(b, "MedicationStatement")["resource"].pop("effectivePeriod")
    elif fault == "study-uid":
        first(b, "ImagingStudy")["resource"]["identifier"][0]["value"] = \
            first(b, "ImagingStudy")["resource"]["identifier"][0]["value"].replace("urn:oid:", "")
    else:
        raise KeyError(fault)
    return b


def to_xml(resource):
    """FHIR XML of a resource made above: the JSON model's order is near enough to the schema's for our use."""
    out = []

    def esc(v):
        return html.escape(v, quote=True)

    def put(name, value, pad):
        if isinstance(value, dict):
            if "resourceType" in value:
                out.append("%s<%s>" % (pad, name))
                put_resource(value, pad + "  ")
                out.append("%s</%s>" % (pad, name))
                return
            attrs = ' url="%s"' % esc(value["url"]) if name in ("extension",) else ""
            out.append("%s<%s%s>" % (pad, name, attrs))
            for k, v in value.items():
                if not (name == "extension" and k == "url"):
                    each(k, v, pad + "  ")
            out.append("%s</%s>" % (pad, name))
        else:
            text = {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else value
            out.append('%s<%s value="%s"/>' % (pad, name, esc(str(text))))

    def each(key, value, pad):
        if key == "div":
            out.append(pad + value)
        elif key.startswith("_"):
            put(key[1:], value, pad)
        elif isinstance(value, list):
            for v in value:
                put(key, v, pad)
        else:
            put(key, value, pad)

    def put_resource(r, pad, root=False):
        kind = r["resourceType"]
        out.append("%s<%s%s>" % (pad, kind, ' xmlns="http://hl7.org/fhir"' if root else ""))
        for k, v in r.items():
            if k != "resourceType":
                each(k, v, pad + "  ")
        out.append("%s</%s>" % (pad, kind))

    put_resource(resource, "", True)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + "\n".join(out) + "\n"
