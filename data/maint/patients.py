# SPDX-License-Identifier: Apache-2.0
"""Invented people and their invented histories, from which the sample event's evidence is made.

Nobody here exists. Codes are real ones of SNOMED CT's free IPS set, LOINC and ATC.
"""
SCT, LOINC, ATC = "http://snomed.info/sct", "http://loinc.org", "http://www.whocc.no/atc"

# Words for section titles: problems, allergies, medications, immunizations, results, procedures, vital signs,
# social history; then the sentence for "nothing known".
WORDS = {
    "en": ["Problem list", "Allergies and intolerances", "Medication summary", "Immunizations", "Results",
           "History of procedures", "Vital signs", "Social history", "No known"],
    "ko": ["문제 목록", "알레르기 및 불내성", "투약 요약", "예방접종", "검사 결과", "수술 및 처치 이력", "활력 징후",
           "사회력", "알려진 사항 없음"],
    "ja": ["プロブレムリスト", "アレルギーと不耐症", "服薬サマリー", "予防接種", "検査結果", "処置歴", "バイタルサイン",
           "生活歴", "特記事項なし"],
    "zh": ["问题列表", "过敏与不耐受", "用药摘要", "免疫接种", "检验结果", "手术史", "生命体征", "社会史", "未发现"],
    "zh-TW": ["問題清單", "過敏與不耐症", "用藥摘要", "預防接種", "檢驗結果", "手術處置史", "生命徵象", "社會史", "無已知"],
    "th": ["รายการปัญหาสุขภาพ", "การแพ้และการไม่ทนต่อยา", "สรุปการใช้ยา", "การสร้างเสริมภูมิคุ้มกัน", "ผลตรวจทางห้องปฏิบัติการ",
           "ประวัติหัตถการ", "สัญญาณชีพ", "ประวัติทางสังคม", "ไม่พบประวัติ"],
    "es": ["Lista de problemas", "Alergias e intolerancias", "Resumen de medicación", "Inmunizaciones", "Resultados",
           "Procedimientos", "Signos vitales", "Historia social", "Sin antecedentes"],
    "vi": ["Danh sách vấn đề", "Dị ứng và không dung nạp", "Tóm tắt thuốc", "Tiêm chủng", "Kết quả xét nghiệm",
           "Tiền sử thủ thuật", "Dấu hiệu sinh tồn", "Tiền sử xã hội", "Không ghi nhận"],
}

PENICILLIN = ("91936005", "Allergy to penicillin")
ASPIRIN = ("293586001", "Allergy to aspirin")
PEANUT = ("91935009", "Allergy to peanut")
SHELLFISH = ("300913006", "Allergy to shellfish")

HYPERTENSION = ("38341003", "Hypertensive disorder")
DIABETES = ("44054006", "Diabetes mellitus type 2")
ASTHMA = ("195967001", "Asthma")
LIPIDS = ("55822004", "Hyperlipidemia")
GOUT = ("90560007", "Gout")
FIBRILLATION = ("49436004", "Atrial fibrillation")
HEPATITIS_B = ("61977001", "Chronic type B viral hepatitis")
COPD = ("13645005", "Chronic obstructive lung disease")

LOSARTAN = ("C09CA01", "losartan", "50 mg once daily")
AMLODIPINE = ("C08CA01", "amlodipine", "5 mg once daily")
METFORMIN = ("A10BA02", "metformin", "500 mg twice daily with meals")
SALBUTAMOL = ("R03AC02", "salbutamol", "2 puffs when needed")
ATORVASTATIN = ("C10AA05", "atorvastatin", "20 mg at night")
ALLOPURINOL = ("M04AA01", "allopurinol", "100 mg once daily")
APIXABAN = ("B01AF02", "apixaban", "5 mg twice daily")
ENTECAVIR = ("J05AF10", "entecavir", "0.5 mg once daily, empty stomach")

FLU = ("J07BB02", "influenza, inactivated, split virus or surface antigen", "2025-10-14")
COVID = ("J07BN01", "covid-19, RNA-based vaccine", "2024-11-02")
HEPB = ("J07BC01", "hepatitis B, purified antigen", "2019-05-20")
TETANUS = ("J07AM01", "tetanus toxoid", "2021-03-09")

HBA1C = ("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", "%")
CREATININE = ("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL")
HEMOGLOBIN = ("718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL")
LDL = ("13457-7", "Cholesterol in LDL [Mass/volume] in Serum or Plasma by calculation", "mg/dL")
URATE = ("3084-1", "Urate [Mass/volume] in Serum or Plasma", "mg/dL")

APPENDECTOMY = ("80146002", "Excision of appendix", "2003-07-18")
CATARACT = ("54885007", "Extraction of cataract", "2022-09-30")
CHOLECYSTECTOMY = ("38102005", "Cholecystectomy", "2014-02-11")


def person(key, family, given, latin, gender, birth, lang, country, city, system, ident, **lists):
    base = dict(key=key, family=family, given=given, latin=latin, gender=gender, birth=birth, lang=lang,
                country=country, city=city, system=system, ident=ident,
                allergies=[], problems=[], medications=[], vaccines=[], results=[], procedures=[], smoker=False)
    base.update(lists)
    return base


PATIENTS = {p["key"]: p for p in [
    person("han", "한", "지우", ("Han", "Jiwoo"), "female", "1974-09-05", "ko", "KR", "서울특별시 종로구",
           "urn:oid:2.16.840.1.113883.3.9999.410.1", "HB-0074-2210",
           allergies=[(PENICILLIN, "high", "Anaphylaxis in 1998"), (SHELLFISH, "low", "Urticaria")],
           problems=[(HYPERTENSION, "2012-04"), (DIABETES, "2016-11"), (LIPIDS, "2018-02")],
           medications=[(LOSARTAN, "2012-05-01"), (METFORMIN, "2016-11-20"), (ATORVASTATIN, "2018-03-01")],
           vaccines=[FLU, COVID, TETANUS],
           results=[(HBA1C, 6.9, "2026-10-02"), (CREATININE, 0.82, "2026-10-02"), (LDL, 88, "2026-10-02")],
           procedures=[CHOLECYSTECTOMY]),
    person("sato", "佐藤", "花子", ("Sato", "Hanako"), "female", "1981-03-02", "ja", "JP", "東京都文京区",
           "urn:oid:2.16.840.1.113883.3.9999.392.1", "0392-118-43",
           allergies=[(ASPIRIN, "high", "Bronchospasm")],
           problems=[(ASTHMA, "1993"), (GOUT, "2021-06")],
           medications=[(SALBUTAMOL, "2009-01-15"), (ALLOPURINOL, "2021-07-01")],
           vaccines=[FLU, COVID, HEPB],
           results=[(URATE, 5.8, "2026-09-17"), (HEMOGLOBIN, 13.1, "2026-09-17")],
           procedures=[APPENDECTOMY]),
    person("chen", "陳", "怡安", ("Chen", "Yi-An"), "female", "1968-12-24", "zh-TW", "TW", "臺北市大安區",
           "urn:oid:2.16.840.1.113883.3.9999.158.1", "A2-680-5517",
           problems=[(HEPATITIS_B, "1999"), (HYPERTENSION, "2015-08")],
           medications=[(ENTECAVIR, "2010-02-01"), (AMLODIPINE, "2015-08-15")],
           vaccines=[FLU, COVID], results=[(CREATININE, 0.71, "2026-08-30"), (HEMOGLOBIN, 12.4, "2026-08-30")],
           procedures=[CATARACT]),
    person("jaidee", "ใจดี", "สมหญิง", ("Jaidee", "Somying"), "female", "1990-06-11", "th", "TH", "กรุงเทพมหานคร",
           "urn:oid:2.16.840.1.113883.3.9999.764.1", "TH-3-1009-0042",
           allergies=[(PEANUT, "high", "Angioedema")],
           problems=[(ASTHMA, "2001")], medications=[(SALBUTAMOL, "2018-06-06")],
           vaccines=[COVID, HEPB, TETANUS], results=[(HEMOGLOBIN, 11.9, "2026-07-21")]),
    person("thompson", "Thompson", "Evie", None, "female", "1955-01-30", "en", "AU", "Ballarat VIC",
           "http://ns.electronichealth.net.au/id/hi/ihi/1.0", "8003608166690503",
           allergies=[(PENICILLIN, "low", "Rash"), (ASPIRIN, "low", "Dyspepsia")],
           problems=[(FIBRILLATION, "2020-05"), (COPD, "2017"), (HYPERTENSION, "2005"), (LIPIDS, "2009")],
           medications=[(APIXABAN, "2020-05-21"), (AMLODIPINE, "2011-03-01"), (ATORVASTATIN, "2009-10-01"),
                        (SALBUTAMOL, "2017-02-02")],
           vaccines=[FLU, COVID, TETANUS],
           results=[(CREATININE, 1.04, "2026-10-28"), (LDL, 71, "2026-10-28"), (HEMOGLOBIN, 12.9, "2026-10-28")],
           procedures=[CATARACT, CHOLECYSTECTOMY], smoker=True),
    person("paraone", "Paraone", "Hēmi", None, "male", "1979-02-06", "en", "NZ", "Whangārei",
           "https://standards.digital.health.nz/ns/nhi-id", "ZZZ0024",
           problems=[(DIABETES, "2019-10"), (GOUT, "2014")],
           medications=[(METFORMIN, "2019-10-10"), (ALLOPURINOL, "2014-06-01")],
           vaccines=[FLU, TETANUS], results=[(HBA1C, 7.4, "2026-11-02"), (URATE, 6.4, "2026-11-02")]),
    person("nahui", "Ñahui Peña", "María José", None, "female", "1986-08-15", "es", "PE", "Arequipa",
           "urn:oid:2.16.840.1.113883.3.9999.604.1", "PE-40771239",
           allergies=[(SHELLFISH, "high", "Edema de glotis")],
           problems=[(ASTHMA, "1996")], medications=[(SALBUTAMOL, "2011-04-04")],
           vaccines=[COVID, HEPB, TETANUS], results=[(HEMOGLOBIN, 14.6, "2026-06-12")],
           procedures=[APPENDECTOMY]),
    person("li", "李", "晓明", ("Li", "Xiaoming"), "male", "1962-05-19", "zh", "CN", "上海市浦东新区",
           "urn:oid:2.16.840.1.113883.3.9999.156.1", "SH-620519-07",
           problems=[(HYPERTENSION, "2008"), (LIPIDS, "2013-04")],
           medications=[(AMLODIPINE, "2008-09-01"), (ATORVASTATIN, "2013-05-01")],
           vaccines=[FLU], results=[(LDL, 102, "2026-09-03"), (CREATININE, 0.98, "2026-09-03")], smoker=True),
    person("nguyen", "Nguyễn", "Văn Đức", ("Nguyen", "Van Duc"), "male", "1997-11-27", "vi", "VN", "Hà Nội",
           "urn:oid:2.16.840.1.113883.3.9999.704.1", "VN-001097-6633",
           vaccines=[COVID, HEPB], results=[(HEMOGLOBIN, 15.2, "2026-05-05")]),
]}
