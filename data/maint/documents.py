# SPDX-License-Identifier: Apache-2.0
"""Sharing of documents in ebXML (XDS.b, XDM) and finding of patients in HL7 v3 (XCPD), as SOAP and as files."""
import hashlib
import html

import messages as ms

RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
LCM = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
SOURCE_ID = "2.16.840.1.113883.3.9999.65.15"
# classificationScheme, code, coding scheme, words
CODES = [("41a5887f-8865-4c09-adf7-e362475b143a", "60591-5", "2.16.840.1.113883.6.1", "Patient summary"),
         ("f4f85eac-e6cb-4883-b524-f2705394840f", "N", "2.16.840.1.113883.5.25", "normal"),
         ("a09d5840-386c-46f2-b5ad-9c3699a4309d", "urn:hl7-org:ips:2020", "1.3.6.1.4.1.19376.1.2.3", "IPS as CDA"),
         ("f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1", "HOSP", "2.16.840.1.113883.5.111", "Hospital"),
         ("cccf5598-8b07-4b77-a05e-ae952c785ead", "394802001", "2.16.840.1.113883.6.96", "General medicine"),
         ("f0306f51-975f-434e-a61c-c59651d33983", "60591-5", "2.16.840.1.113883.6.1", "Patient summary")]


def slot(name, *values):
    return '<rim:Slot name="%s"><rim:ValueList>%s</rim:ValueList></rim:Slot>\n' % (
        name, "".join("<rim:Value>%s</rim:Value>" % html.escape(v) for v in values))


def named(words, lang="en"):
    return '<rim:Name><rim:LocalizedString xml:lang="%s" value="%s"/></rim:Name>\n' % (lang, html.escape(words))


def identifier(number, about, scheme, value, words):
    return ('<rim:ExternalIdentifier id="i%d" registryObject="%s" identificationScheme="urn:uuid:%s" value="%s">%s'
            '</rim:ExternalIdentifier>\n' % (number, about, scheme, html.escape(value), named(words)))


def classified(number, about, scheme, code, system, words):
    return ('<rim:Classification id="c%d" classifiedObject="%s" classificationScheme="urn:uuid:%s" nodeRepresentation="%s">%s%s'
            '</rim:Classification>\n' % (number, about, scheme, code, slot("codingScheme", system), named(words)))


def submission(p, doc, when, uri=None):
    """SubmitObjectsRequest for one document; `uri` is its file in an XDM package."""
    patient = "%s^^^&%s&ISO" % (p["ident"], ms.oid(p))
    entry = "".join([
        slot("URI", uri) if uri else "", slot("creationTime", when[:14]), slot("hash", hashlib.sha1(doc).hexdigest()),
        slot("languageCode", p["lang"]), slot("size", str(len(doc))), slot("sourcePatientId", patient),
        slot("sourcePatientInfo", "PID-5|%s^%s" % (p["family"], p["given"]), "PID-7|" + p["birth"].replace("-", "")),
        named("Patient summary %s %s" % (p["family"], p["given"]), p["lang"])] +
        [classified(i, "doc1", *c) for i, c in enumerate(CODES, 1)] + [
        identifier(1, "doc1", "58a6f841-87b3-4a3e-92fd-a8ffeff98427", patient, "XDSDocumentEntry.patientId"),
        identifier(2, "doc1", "2e82c1f6-a085-4c72-9da3-8640a32e42ab", SOURCE_ID + ".1.1", "XDSDocumentEntry.uniqueId")])
    package = "".join([
        slot("submissionTime", when[:14]), named("AP-IPS submission"),
        classified(11, "set1", "aa543740-bdda-424e-8c96-df4873be8500", "60591-5", "2.16.840.1.113883.6.1", "Patient summary"),
        identifier(3, "set1", "96fdda7c-d067-4183-912e-bf5ee74998a8", SOURCE_ID + ".1.2", "XDSSubmissionSet.uniqueId"),
        identifier(4, "set1", "554ac39e-e3fe-47fe-b233-965d2a147832", SOURCE_ID, "XDSSubmissionSet.sourceId"),
        identifier(5, "set1", "6b5aea1a-874d-4603-a4bc-96a0a7b38446", patient, "XDSSubmissionSet.patientId")])
    return ('<lcm:SubmitObjectsRequest xmlns:lcm="%s" xmlns:rim="%s">\n<rim:RegistryObjectList>\n'
            '<rim:ExtrinsicObject id="doc1" mimeType="text/xml" objectType="urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1" '
            'status="urn:oasis:names:tc:ebxml-regrep:StatusType:Approved">\n%s</rim:ExtrinsicObject>\n'
            '<rim:RegistryPackage id="set1">\n%s</rim:RegistryPackage>\n'
            '<rim:Classification id="c12" classifiedObject="set1" '
            'classificationNode="urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"/>\n'
            '<rim:Association id="a1" associationType="urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember" '
            'sourceObject="set1" targetObject="doc1">%s</rim:Association>\n</rim:RegistryObjectList>\n'
            '</lcm:SubmitObjectsRequest>' % (LCM, RIM, entry, package, slot("SubmissionSetStatus", "Original").strip()))


def provide_mtom(p, doc, when, to):
    """ITI-41 as it crosses the wire: the document is a part of its own (MTOM/XOP)."""
    envelope = ms.envelope("urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b",
                           '<xdsb:ProvideAndRegisterDocumentSetRequest xmlns:xdsb="urn:ihe:iti:xds-b:2007">\n%s\n'
                           '<xdsb:Document id="doc1"><xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" '
                           'href="cid:doc1@s15.ap-ips.example"/></xdsb:Document>\n'
                           '</xdsb:ProvideAndRegisterDocumentSetRequest>' % submission(p, doc, when), to).encode()
    edge = "MIMEBoundary_4c0e7a"
    head = ('MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="%s"; type="application/xop+xml"; '
            'start="<root@s15.ap-ips.example>"; start-info="application/soap+xml"\r\n\r\n' % edge)

    def part(kind, name, body):
        return ("--%s\r\nContent-Type: %s\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <%s@s15.ap-ips.example>\r\n\r\n"
                % (edge, kind, name)).encode() + body + b"\r\n"
    return head.encode() + part('application/xop+xml; charset=UTF-8; type="application/soap+xml"', "root", envelope) + \
        part("text/xml", "doc1", doc) + ("--%s--\r\n" % edge).encode()


def package(p, doc, when):
    """Members of an XDM package (IHE ITI TF-2, 3.32.4)."""
    meta = '<?xml version="1.0" encoding="UTF-8"?>\n' + submission(p, doc, when, "DOC0001.XML") + "\n"
    index = ('<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML Basic 1.1//EN" "http://www.w3.org/TR/xhtml-basic/xhtml-basic11.dtd">\n'
             '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Patient summary</title></head><body>\n'
             '<p>From Clínica Peñaflor. <a href="README.TXT">About</a></p>\n'
             '<p><a href="IHE_XDM/SUBSET01/DOC0001.XML">Patient summary of %s %s</a></p></body></html>\n'
             % (html.escape(p["family"]), html.escape(p["given"])))
    return [("INDEX.HTM", index), ("README.TXT", "Peñaflor HCE 9.3, Clínica Peñaflor S.A., Lima\r\nOne patient summary as CDA.\r\n"),
            ("IHE_XDM/SUBSET01/METADATA.XML", meta), ("IHE_XDM/SUBSET01/DOC0001.XML", doc)]


def v3_head(kind, number, when, sender, receiver):
    def device(role, oid):
        return ('  <%s typeCode="%s"><device classCode="DEV" determinerCode="INSTANCE"><id root="%s"/></device></%s>\n'
                % (role, "RCV" if role == "receiver" else "SND", oid, role))
    return ('<%s xmlns="urn:hl7-org:v3" ITSVersion="XML_1.0">\n  <id root="2.16.840.1.113883.3.9999.10" extension="%s"/>\n'
            '  <creationTime value="%s"/>\n  <interactionId root="2.16.840.1.113883.1.6" extension="%s"/>\n'
            '  <processingCode code="T"/>\n  <processingModeCode code="T"/>\n  <acceptAckCode code="%s"/>\n%s%s'
            % (kind, number, when[:14], kind, "AL" if kind.startswith("PRPA_IN201305") else "NE",
               device("receiver", receiver), device("sender", sender)))


def parameters(p):
    name = "<given>%s</given><family>%s</family>" % (html.escape(p["given"]), html.escape(p["family"]))
    sex = {"f": "F", "m": "M"}.get(p["gender"][0], "UN")
    birth = p["birth"].replace("-", "")
    return ('    <queryByParameter>\n      <queryId root="2.16.840.1.113883.3.9999.10" extension="Q55-1"/>\n'
            '      <statusCode code="new"/>\n      <responseModalityCode code="R"/>\n      <responsePriorityCode code="I"/>\n'
            '      <parameterList>\n'
            '        <livingSubjectAdministrativeGender><value code="%s"/><semanticsText>LivingSubject.administrativeGender'
            '</semanticsText></livingSubjectAdministrativeGender>\n'
            '        <livingSubjectBirthTime><value value="%s"/><semanticsText>LivingSubject.birthTime</semanticsText>'
            '</livingSubjectBirthTime>\n'
            '        <livingSubjectName><value>%s</value><semanticsText>LivingSubject.name</semanticsText></livingSubjectName>\n'
            '      </parameterList>\n    </queryByParameter>\n' % (sex, birth, name))


def discover(p, when, to):
    """ITI-55, the question."""
    body = v3_head("PRPA_IN201305UV02", "M55-1", when, "2.16.840.1.113883.3.9999.10", "2.16.840.1.113883.3.9999.2")
    return ms.envelope("urn:hl7-org:v3:PRPA_IN201305UV02:CrossGatewayPatientDiscovery", body +
                       '  <controlActProcess classCode="CACT" moodCode="EVN">\n'
                       '    <code code="PRPA_TE201305UV02" codeSystem="2.16.840.1.113883.1.18"/>\n' + parameters(p) +
                       '  </controlActProcess>\n</PRPA_IN201305UV02>', to).encode()


def discovered(p, when, to):
    """ITI-55, the answer: one match."""
    name = "<given>%s</given><family>%s</family>" % (html.escape(p["given"]), html.escape(p["family"]))
    sex = {"f": "F", "m": "M"}.get(p["gender"][0], "UN")
    body = v3_head("PRPA_IN201306UV02", "M55-2", when, "2.16.840.1.113883.3.9999.2", "2.16.840.1.113883.3.9999.10")
    return ms.envelope("urn:hl7-org:v3:PRPA_IN201306UV02:CrossGatewayPatientDiscovery", body +
                       '  <acknowledgement><typeCode code="AA"/><targetMessage><id root="2.16.840.1.113883.3.9999.10" '
                       'extension="M55-1"/></targetMessage></acknowledgement>\n'
                       '  <controlActProcess classCode="CACT" moodCode="EVN">\n'
                       '    <code code="PRPA_TE201306UV02" codeSystem="2.16.840.1.113883.1.18"/>\n'
                       '    <subject typeCode="SUBJ"><registrationEvent classCode="REG" moodCode="EVN">'
                       '<statusCode code="active"/>\n      <subject1 typeCode="SBJ"><patient classCode="PAT">'
                       '<id root="%s" extension="%s"/><statusCode code="active"/>\n        <patientPerson><name>%s</name>'
                       '<administrativeGenderCode code="%s"/><birthTime value="%s"/></patientPerson>\n'
                       '        <subjectOf1><queryMatchObservation classCode="OBS" moodCode="EVN">'
                       '<code code="IHE_PDQ"/><value xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="INT" '
                       'value="98"/></queryMatchObservation></subjectOf1>\n'
                       '      </patient></subject1>\n      <custodian typeCode="CST"><assignedEntity classCode="ASSIGNED">'
                       '<id root="2.16.840.1.113883.3.9999.158"/><code code="NotHealthDataLocator" '
                       'codeSystem="1.3.6.1.4.1.19376.1.2.27.2"/></assignedEntity></custodian>\n'
                       '    </registrationEvent></subject>\n    <queryAck><queryId root="2.16.840.1.113883.3.9999.10" '
                       'extension="Q55-1"/><statusCode code="deliveredResponse"/><queryResponseCode code="OK"/></queryAck>\n'
                       % (ms.oid(p), html.escape(p["ident"]), name, sex, p["birth"].replace("-", "")) + parameters(p) +
                       '  </controlActProcess>\n</PRPA_IN201306UV02>', to).encode()
