# SPDX-License-Identifier: Apache-2.0
"""HL7 v2 messages, a CDA document, SOAP, logs and other texts for the sample event."""
import html
import json

MSH = "MSH|^~\\&|%s|%s|%s|%s|%s||%s|%s|%s|%s||||||%s"
MLLP = (b"\x0b", b"\x1c\r")


def segments(*lines, end="\r"):
    return (end.join(lines) + end).encode()


OIDS = {"AU": "1.2.36.1.2001.1003.0", "NZ": "2.16.840.1.113883.2.18.2"}


def oid(p):
    """Assigning authority: HL7 v2 and v3 want an OID where FHIR may have any URL."""
    return OIDS.get(p["country"], p["system"].removeprefix("urn:oid:"))


def pid(p, authority=True):
    ident = p["ident"] + ("^^^APIPS&%s&ISO^PI" % oid(p) if authority else "^^^^PI")
    given = p["given"].split(" ", 1) + [""]
    name = "%s^%s^%s^^^^L" % (p["family"], given[0], given[1])
    if p["latin"]:
        name += "^I~%s^%s^^^^^L^A" % p["latin"]
    return "PID|1||%s||%s||%s|%s|||%s^^^^^%s" % (ident, name, p["birth"].replace("-", ""),
                                               p["gender"][0].upper(), p["city"], p["country"])


def adt(p, event, control, when, sender, end="\r", authority=True, charset="UNICODE UTF-8"):
    return segments(MSH % (sender, p["country"], "XREF", "APIPS", when, "ADT^%s^ADT_A01" % event, control, "P", "2.3.1", charset),
                    "EVN|%s|%s" % (event, when), pid(p, authority), "PV1|1|O", end=end)


def ack(control, when, receiver, code="AA", text=""):
    return segments(MSH % ("XREF", "APIPS", receiver, "APIPS", when, "ACK^A04", "R" + control, "P", "2.3.1", "UNICODE UTF-8"),
                    "MSA|%s|%s%s" % (code, control, "|" + text if text else ""))


def qbp_q23(p, control, when, end="\r"):
    return segments(MSH % ("VIEWER", "APIPS", "XREF", "APIPS", when, "QBP^Q23^QBP_Q21", control, "P", "2.5", "UNICODE UTF-8"),
                    "QPD|IHE PIX Query|Q%s|%s^^^APIPS&%s&ISO^PI|^^^NHI&2.16.840.1.113883.3.9999.554&ISO"
                    % (control, p["ident"], oid(p)), "RCP|I", end=end)


def rsp_k23(p, control, when, end="\r"):
    return segments(MSH % ("XREF", "APIPS", "VIEWER", "APIPS", when, "RSP^K23^RSP_K23", "R" + control, "P", "2.5", "UNICODE UTF-8"),
                    "MSA|AA|" + control, "QAK|Q%s|OK" % control,
                    "QPD|IHE PIX Query|Q%s|%s^^^APIPS&%s&ISO^PI" % (control, p["ident"], oid(p)),
                    "PID|||ZZZ0016^^^NHI&2.16.840.1.113883.3.9999.554&ISO^PI~TW-77120^^^TWID&2.16.840.1.113883.3.9999.158&ISO^PI||~^^^^^^S",
                    end=end)


def qbp_q22(p, control, when):
    return segments(MSH % ("VIEWER", "APIPS", "PDS", "APIPS", when, "QBP^Q22^QBP_Q21", control, "P", "2.5", "UNICODE UTF-8"),
                    "QPD|IHE PDQ Query|Q%s|@PID.5.1^%s~@PID.8^%s" % (control, p["family"], p["gender"][0].upper()), "RCP|I|10^RD")


def rsp_k22(people, control, when):
    rows = [pid(q) for q in people]
    return segments(MSH % ("PDS", "APIPS", "VIEWER", "APIPS", when, "RSP^K22^RSP_K21", "R" + control, "P", "2.5", "UNICODE UTF-8"),
                    "MSA|AA|" + control, "QAK|Q%s|OK|IHE PDQ Query|%d" % (control, len(rows)),
                    "QPD|IHE PDQ Query|Q%s|@PID.5.1^%s" % (control, people[0]["family"]), *rows)


def a40(p, control, when):
    return segments(MSH % ("HIS", "APIPS", "XREF", "APIPS", when, "ADT^A40^ADT_A39", control, "P", "2.3.1", "UNICODE UTF-8"),
                    "EVN|A40|" + when, pid(p), "MRG|%s-OLD^^^APIPS&%s&ISO^PI" % (p["ident"], oid(p)),
                    "PV1|1|O")


def framed(message):
    return MLLP[0] + message + MLLP[1]


def cda(p, when):
    """A patient summary as CDA R2 of the international IPS template, short."""
    rows = "".join("<tr><td>%s</td><td>%s</td></tr>" % (html.escape(n), html.escape(s))
                   for (c, n), s in p["problems"]) or "<tr><td>-</td></tr>"
    latin = ("<name use=\"L\"><given>%s</given><family>%s</family></name>" % (p["latin"][1], p["latin"][0])) if p["latin"] else ""
    entries = "".join("""
        <entry typeCode="COMP">
          <act classCode="ACT" moodCode="EVN">
            <code code="CONC" codeSystem="2.16.840.1.113883.5.6"/>
            <statusCode code="active"/>
            <effectiveTime><low value="%s"/></effectiveTime>
            <entryRelationship typeCode="SUBJ">
              <observation classCode="OBS" moodCode="EVN">
                <code code="55607006" codeSystem="2.16.840.1.113883.6.96" displayName="Problem"/>
                <statusCode code="completed"/>
                <value xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CD" code="%s"
                       codeSystem="2.16.840.1.113883.6.96" displayName="%s"/>
              </observation>
            </entryRelationship>
          </act>
        </entry>""" % (s.replace("-", ""), c, html.escape(n)) for (c, n), s in p["problems"])
    return """<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="cda.xsl"?>
<ClinicalDocument xmlns="urn:hl7-org:v3">
  <realmCode code="UV"/>
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  <templateId root="2.16.840.1.113883.10.22.1.1"/>
  <id root="2.16.840.1.113883.3.9999.77" extension="IPS-%(key)s-1"/>
  <code code="60591-5" codeSystem="2.16.840.1.113883.6.1" displayName="Patient summary Document"/>
  <title>Patient Summary · %(family)s %(given)s</title>
  <effectiveTime value="%(when)s"/>
  <confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>
  <languageCode code="%(lang)s"/>
  <recordTarget>
    <patientRole>
      <id root="%(root)s" extension="%(ident)s"/>
      <addr><city>%(city)s</city><country>%(country)s</country></addr>
      <patient>
        <name><given>%(given)s</given><family>%(family)s</family></name>%(latin)s
        <administrativeGenderCode code="%(sex)s" codeSystem="2.16.840.1.113883.5.1"/>
        <birthTime value="%(birth)s"/>
      </patient>
    </patientRole>
  </recordTarget>
  <author>
    <time value="%(when)s"/>
    <assignedAuthor>
      <id root="2.16.840.1.113883.3.9999.9" extension="PR-%(country)s"/>
      <assignedPerson><name><given>Wei Ling</given><family>Tan</family></name></assignedPerson>
    </assignedAuthor>
  </author>
  <custodian>
    <assignedCustodian>
      <representedCustodianOrganization>
        <id root="2.16.840.1.113883.3.9999.10"/>
        <name>AP-IPS Community %(country)s</name>
      </representedCustodianOrganization>
    </assignedCustodian>
  </custodian>
  <component>
    <structuredBody>
      <component>
        <section>
          <templateId root="2.16.840.1.113883.10.22.3.3"/>
          <code code="11450-4" codeSystem="2.16.840.1.113883.6.1" displayName="Problem list"/>
          <title>Problems</title>
          <text><table><tbody>%(rows)s</tbody></table></text>%(entries)s
        </section>
      </component>
      <component>
        <section nullFlavor="NI">
          <templateId root="2.16.840.1.113883.10.22.3.2"/>
          <code code="48765-2" codeSystem="2.16.840.1.113883.6.1" displayName="Allergies"/>
          <title>Allergies</title>
          <text>No information.</text>
        </section>
      </component>
    </structuredBody>
  </component>
</ClinicalDocument>
""" % dict(p, when=when, root=oid(p), sex=p["gender"][0].upper(),
           birth=p["birth"].replace("-", ""), rows=rows, entries=entries, latin=latin)


def envelope(action, body, to):
    return """<?xml version="1.0" encoding="UTF-8"?>
<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://www.w3.org/2005/08/addressing">
  <soap:Header>
    <wsa:Action soap:mustUnderstand="true">%s</wsa:Action>
    <wsa:MessageID>urn:uuid:3f6d1a52-8f4f-4be6-9f3a-0c6e8b7d1a24</wsa:MessageID>
    <wsa:To soap:mustUnderstand="true">%s</wsa:To>
  </soap:Header>
  <soap:Body>
%s
  </soap:Body>
</soap:Envelope>
""" % (action, html.escape(to), body)


def find_documents(p, to):
    """ITI-18 FindDocuments as a registry stored query."""
    return envelope("urn:ihe:iti:2007:RegistryStoredQuery", """    <query:AdhocQueryRequest xmlns:query="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"
        xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0">
      <query:ResponseOption returnComposedObjects="true" returnType="LeafClass"/>
      <rim:AdhocQuery id="urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d">
        <rim:Slot name="$XDSDocumentEntryPatientId">
          <rim:ValueList><rim:Value>'%s^^^&amp;%s&amp;ISO'</rim:Value></rim:ValueList>
        </rim:Slot>
        <rim:Slot name="$XDSDocumentEntryStatus">
          <rim:ValueList><rim:Value>('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')</rim:Value></rim:ValueList>
        </rim:Slot>
        <rim:Slot name="$XDSDocumentEntryTypeCode">
          <rim:ValueList><rim:Value>('60591-5^^2.16.840.1.113883.6.1')</rim:Value></rim:ValueList>
        </rim:Slot>
      </rim:AdhocQuery>
    </query:AdhocQueryRequest>""" % (p["ident"], oid(p)), to)


def found_documents(p, to, home):
    return envelope("urn:ihe:iti:2007:RegistryStoredQueryResponse", """    <query:AdhocQueryResponse xmlns:query="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"
        xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
        status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success">
      <rim:RegistryObjectList>
        <rim:ExtrinsicObject id="urn:uuid:7c0a6d3e-1f15-4a43-9b4f-91a1f7a6c0d2" mimeType="application/fhir+json"%s
            objectType="urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
            status="urn:oasis:names:tc:ebxml-regrep:StatusType:Approved">
          <rim:Slot name="repositoryUniqueId">
            <rim:ValueList><rim:Value>2.16.840.1.113883.3.9999.158.42</rim:Value></rim:ValueList>
          </rim:Slot>
          <rim:Name><rim:LocalizedString xml:lang="%s" value="Patient summary %s %s"/></rim:Name>
        </rim:ExtrinsicObject>
      </rim:RegistryObjectList>
    </query:AdhocQueryResponse>""" % (' home="urn:oid:%s"' % home if home else "", p["lang"], html.escape(p["family"]),
                                      html.escape(p["given"])), to)


def gateway_log(host, lines):
    """The same in the zone of its server, which is not the event's, and with something wrong in it."""
    out = []
    for i, line in enumerate(app_log(host, lines, 0).decode().splitlines()):
        line = line[:10] + "T" + line[11:19] + "." + line[20:23] + "Z" + line[23:]
        if i in (23, 47):
            line = line[:24] + " ERROR [http-%d] %s ITI-43 retrieve failed: connection refused by the repository" % (i % 6, host)
        out.append(line)
    return ("\n".join(out) + "\n").encode()


def app_log(host, lines, start=9):
    out = []
    for i in range(lines):
        level = ("INFO", "INFO", "DEBUG", "INFO", "WARN")[i % 5]
        text = ("ITI-65 request received, 3 entries", "transaction committed in %d ms" % (12 + i * 7 % 90),
                "pool size 8, idle %d" % (i % 8), "audit record sent to arr.ap-ips.example:6514",
                "slow response from terminology server: %d ms" % (400 + i * 13 % 700))[i % 5]
        out.append("2026-11-24 %02d:%02d:%02d,%03d %-5s [http-%d] %s %s" % (
            start + i // 240, i // 4 % 60, i * 15 % 60, i * 37 % 1000, level, i % 6, host, text))
    return ("\n".join(out) + "\n").encode()


def syslog_audit(n):
    out = []
    for i in range(n):
        out.append("<85>1 2026-11-24T0%d:%02d:%02d.%03d+09:00 node%d.ap-ips.example atna %d IHE+RFC-3881 - "
                   "<AuditMessage><EventIdentification EventActionCode=\"%s\" EventDateTime=\"2026-11-24T0%d:%02d:00+09:00\" "
                   "EventOutcomeIndicator=\"0\"><EventID csd-code=\"110107\" codeSystemName=\"DCM\"/></EventIdentification>"
                   "<ActiveParticipant UserID=\"ap-ips-%02d\" UserIsRequestor=\"true\"/></AuditMessage>"
                   % (1 + i // 60, i % 60, i * 7 % 60, i * 91 % 1000, 1 + i % 4, 900 + i, "CR"[i % 2], 1 + i // 60, i % 60, i % 16))
    return ("\n".join(out) + "\n").encode()


def hostile_log():
    """What a careless product writes: colours, a title change, a bell, a broken byte, an override, CR tricks."""
    return (b"2026-11-24 10:02:11 INFO  start of capture\r\n"
            b"\x1b[32mOK\x1b[0m  \x1b[1mITI-67\x1b[22m search returned 1 match\n"
            b"\x1b]0;all tests verified\x07title set by a log line\n"
            b"FAILED: hash differs\rverified: hash is right\n"
            b"name in Latin-1: Pe\xf1aflor, in UTF-8: Pe\xc3\xb1aflor, cut short: \xe6\x9d\n"
            b"\x1b[2J\x1b[Hcleared the screen\x00 after a NUL\n"
            b"report_\xe2\x80\xaefdp.exe is named with an override\n"
            b"\x9b31mC1 control\x9b0m, backspaces \x08\x08\x08, DEL \x7f, vertical tab \x0b end\n"
            b"2026-11-24 10:02:19 INFO  end of capture\n")


def ndjson(people):
    return ("\n".join(json.dumps({"resourceType": "Patient", "id": p["key"], "name": [{"text": p["family"] + " " + p["given"]}],
                                  "birthDate": p["birth"]}, ensure_ascii=False) for p in people) + "\n").encode()


def dicom_dump(uid, p):
    return ("""# Dicom-File-Format
# Used TransferSyntax: Little Endian Explicit
(0008,0016) UI =DigitalXRayImageStorageForPresentation  #  28, 1 SOPClassUID
(0008,0018) UI [%s.1.1]  #  32, 1 SOPInstanceUID
(0008,0060) CS [DX]                                     #   2, 1 Modality
(0010,0010) PN [%s]                                     #  16, 1 PatientName
(0010,0020) LO [%s]                                     #  12, 1 PatientID
(0010,0030) DA [%s]                                     #   8, 1 PatientBirthDate
(0020,000d) UI [%s]  #  28, 1 StudyInstanceUID
(0020,000e) UI [%s.1]  #  30, 1 SeriesInstanceUID
""" % (uid, "%s^%s" % (p["latin"] or (p["family"], p["given"])), p["ident"], p["birth"].replace("-", ""), uid, uid)).encode()
