# SPDX-License-Identifier: Apache-2.0
"""The TIs of the sample event: day 2, 14:32 in Seoul, a busy afternoon.

A row: test, systems in the order of the test's roles, status, minutes since that status, variant of the
evidence (see evidence.py), person who holds a claim.
"""
W, C, P, R, Z, A, V, F = ("to-be-verified", "critical", "partially-verified", "running", "paused", "aborted", "verified",
                          "failed")

ROWS = [
    # critical
    ("MHD_08_Find_Retrieve_IPS", "S03 S02", C, 42, "", None),
    ("XCA_01_Cross_Border_IPS", "S01 S02 S10 S06 S06", C, 37, "", None),
    # to be verified: sharing
    ("MHD_02_Publish_IPS", "S03 S11", W, 72, "empty-section", None),
    ("MHD_02_Publish_IPS", "S01 S06", W, 66, "", None),
    ("MHD_02_Publish_IPS", "S12 S02", W, 51, "hash", "P04"),
    ("MHD_02_Publish_IPS", "S15 S10", W, 24, "two-lists", None),
    ("MHD_02_Publish_IPS", "S01 S10", W, 18, "no-ack", None),
    ("MHD_02_Publish_IPS", "S03 S06", W, 11, "", None),
    ("MHD_03_Publish_Comprehensive", "S15 S11", W, 93, "", None),
    ("MHD_05_Publish_Refused", "S12 S06", W, 35, "batch", None),
    ("MHD_08_Find_Retrieve_IPS", "S05 S06", W, 58, "", None),
    ("MHD_08_Find_Retrieve_IPS", "S16 S11", W, 27, "changed", None),
    ("MHD_08_Find_Retrieve_IPS", "S12 S06", W, 9, "", None),
    ("MHD_09_Retrieve_Errors", "S08 S10", W, 14, "", None),
    ("MHD_10_Json_Xml_Twins", "S03 S06 S05 S06", W, 61, "", "P03"),
    # to be verified: content
    ("IPSX_02_Document_Check", "S01", W, 120, "", None),
    ("IPSX_02_Document_Check", "S14", W, 47, "placeholder", None),
    ("IPSX_02_Document_Check", "S08", W, 22, "no-latin-name", None),
    ("IPSX_03_Empty_Required_Sections", "S15", W, 64, "empty-reason-in-1.1", None),
    ("IPSX_04_Known_Absence", "S14", W, 33, "retired-absence", None),
    ("IPSX_05_Import_Export", "S12 S03", W, 40, "", None),
    ("IPSX_05_Import_Export", "S03 S16", W, 19, "dangling-reference", None),
    ("IPSX_06_View_Local_Script", "S08 S05", W, 55, "", None),
    ("IPSX_06_View_Local_Script", "S14 S01", W, 6, "no-narrative", None),
    ("IPSX_10_Version_Mix", "S01 S12", W, 29, "", None),
    ("IPSX_09_Consumer_Robustness", "S16", W, 16, "log", None),
    # to be verified: terminology
    ("SVCM_05_Expand", "S04 S13", W, 58, "", None),
    ("SVCM_05_Expand", "S08 S13", W, 44, "timestamp", None),
    ("SVCM_05_Expand", "S12 S14", W, 21, "missing", None),
    ("SVCM_07_Lookup", "S04 S14", W, 38, "", "P01"),
    ("SVCM_08_Validate_In_ValueSet", "S16 S13", W, 26, "", None),
    ("SVCM_11_Translate", "S12 S13", W, 12, "coding", None),
    ("SVCM_02_Capability", "S13", W, 185, "", None),
    # to be verified: identity, security, imaging
    ("PIX_01_ADT_Feed_Query", "S01 S06 S05", W, 77, "", None),
    ("PIX_01_ADT_Feed_Query", "S15 S02 S05", W, 31, "wrong-ack", None),
    ("PDQ_01_Query", "S05 S02", W, 13, "", None),
    ("XDS_01_Publish_Query_Retrieve", "S15 S02 S02 S01 S01", W, 49, "", None),
    ("IMG_01_Study_In_Summary", "S01", W, 17, "study-uid", None),
    ("SEC_02_Audit_Trail", "S01 S02 S10", W, 8, "", None),
    ("WADO_01_Retrieve", "S09 S07", W, 4, "", None),
    ("MHD_02_Publish_IPS", "S12 S11", W, 3, "", None),
    # partially verified
    ("MHD_02_Publish_IPS", "S12 S10", P, 95, "second-composition", None),
    ("SVCM_05_Expand", "S16 S14", P, 140, "missing", None),
    ("IPSX_02_Document_Check", "S03", P, 210, "wrong-type", None),
    ("PIX_02_Merge_Notify", "S15 S06 S05", P, 1180, "authority", None),
    ("IPSX_06_View_Local_Script", "S01 S16", P, 70, "nested-section", None),
    # running and paused
    ("MHD_02_Publish_IPS", "S15 S06", R, 12, "", None),
    ("SVCM_07_Lookup", "S16 S13", R, 25, "none", None),
    ("XCPD_01_Discover", "S10 S02", R, 8, "", None),
    ("IMG_90_Summary_To_Image", "S12 S11 S09 S07", R, 31, "", None),
    ("PIXM_01_Feed_Query", "S15 S06 S08", R, 19, "", None),
    ("IPSX_90_End_To_End", "S01 S02 S10 S16 S11 S06 S13", R, 44, "", None),
    ("PLUG_01_Summary_Operation", "S16 S11", R, 15, "", None),
    ("IMR_01_Store_Report", "S09 S07", R, 52, "", None),
    ("PDQM_01_Search", "S03 S06", Z, 150, "", None),
    ("SEC_04_Access_Token", "S12 S10 S11", Z, 90, "", None),
    ("SVCM_03_Query_ValueSet", "S08 S14", Z, 1260, "", None),
    # aborted
    ("MHD_02_Publish_IPS", "S01 S11", A, 205, "none", None),
    ("SVCM_05_Expand", "S04 S14", A, 1130, "none", None),
    ("PDQM_01_Search", "S05 S11", A, 61, "none", None),
    # verified
    ("IPSX_01_Patient_Records", "S01", V, 1500, "", None),
    ("IPSX_01_Patient_Records", "S03", V, 1475, "", None),
    ("IPSX_02_Document_Check", "S12", V, 1390, "", None),
    ("SVCM_01_Load", "S13", V, 1440, "", None),
    ("SVCM_05_Expand", "S12 S13", V, 300, "", None),
    ("SVCM_07_Lookup", "S12 S14", V, 275, "", None),
    ("MHD_02_Publish_IPS", "S03 S02", V, 260, "", None),
    ("MHD_02_Publish_IPS", "S03 S10", V, 232, "", None),
    ("MHD_08_Find_Retrieve_IPS", "S03 S10", V, 180, "", None),
    ("MHD_08_Find_Retrieve_IPS", "S12 S10", V, 171, "", None),
    ("SEC_03_Clock", "S01", V, 1515, "", None),
    ("IPSX_05_Import_Export", "S01 S16", V, 133, "", None),
    ("PLUG_04_National_Profile", "S12 S03", V, 108, "", None),
    ("MCSD_01_Endpoint_Lookup", "S10 S10", V, 84, "none", None),
    # failed
    ("MHD_02_Publish_IPS", "S15 S02", F, 1345, "no-timestamp", None),
    ("SVCM_11_Translate", "S04 S13", F, 245, "unmapped", None),
    ("IPSX_04_Known_Absence", "S08", F, 165, "no-effective", None),
]
FIRST_ID = 81140

REASONS = {
    P: ["Allergies and medications right; the results section repeats a code. Vendor will resend.",
        "One of six codes is absent from the expansion. 수정 후 다시 확인합니다.",
        "文書タイプのコードが 60591-5 ではありません。修正後に再確認します。",
        "Merge accepted, but PID-3.4 names no assigning authority. Se espera una nueva captura.",
        "Sections are nested; the text reads well. Resend after the fix."],
    F: ["Bundle has neither identifier nor timestamp, and the vendor has no fix this week.",
        "The repository answers false for every code of the map.",
        "ยาไม่มีวันที่ใช้ และไม่มีเหตุผลที่ไม่มีข้อมูล (no effective time and no reason for its absence)."],
}

# Variants that are faults: what is wrong, and which checks should say so.
FAULTS = {
    "empty-section": ("allergies section has neither entries nor a reason for absence", "IPS-C11"),
    "retired-absence": ("a 2.0 document says \"no known allergies\" with the code system of 1.1", "IPS-A04"),
    "empty-reason-in-1.1": ("medication section of a 1.1 document has an emptyReason and no entry", "IPS-C12"),
    "dangling-reference": ("medication section points at an entry that is not in the Bundle; the entry meant is an orphan",
                           "IPS-B09, IPS-B10"),
    "second-composition": ("the second entry is another Composition", "IPS-B05"),
    "no-timestamp": ("Bundle without timestamp and identifier", "IPS-B02, IPS-B03"),
    "no-narrative": ("problem list has no narrative", "IPS-C06"),
    "placeholder": ("birth date 1900-01-01, problem coded N/A", "IPS-A06"),
    "log": ("two entries share a fullUrl, one has a request part; one file is cut short; one is Latin-1",
            "IPS-B07, IPS-B08, IPS-B11"),
    "no-latin-name": ("patient's name in local script only", "IPS-R14"),
    "wrong-type": ("Composition.type is 34133-9", "IPS-C01"),
    "nested-section": ("a section within the results section, with the same code", "IPS-C05, IPS-C14"),
    "no-effective": ("medication statement without effective time or reason", "IPS-R05"),
    "study-uid": ("ImagingStudy.identifier without urn:oid:", "I-02"),
    "hash": ("size and hash of the attachment do not fit the Binary", "M65-06"),
    "two-lists": ("two SubmissionSet Lists", "M65-03"),
    "batch": ("Bundle.type is batch; the recipient refuses it, as it should", "M65-01"),
    "no-ack": ("no response was attached", "M65-09"),
    "changed": ("retrieved bytes differ from size and hash in the DocumentReference", "M68-02"),
    "timestamp": ("expansion without timestamp", "T97-02"),
    "missing": ("one of six codes is absent from the expansion", "T97-02"),
    "coding": ("$translate is called with coding beside code", "T101-01"),
    "unmapped": ("$translate answers false for a code that the concept map maps", "T101-02"),
    "wrong-ack": ("MSA-2 does not echo MSH-10", "V8-03"),
    "authority": ("PID-3.4 names no assigning authority", "V8-02"),
}
