# SPDX-License-Identifier: Apache-2.0
"""Who takes part in the sample event: organisations, systems, persons. All invented."""

ORGANISATIONS = [
    ("O01", "한빛병원", "KR", "Korea"), ("O02", "서울메디시스템", "KR", "Korea"),
    ("O03", "さくら医療情報株式会社", "JP", "Japan"), ("O04", "株式会社みどりクラウド", "JP", "Japan"),
    ("O05", "福爾摩沙醫療資訊", "TW", "Taiwan"), ("O06", "บริษัท สยามเวชสารสนเทศ จำกัด", "TH", "Thailand"),
    ("O07", "Merlion Health Pte Ltd", "SG", "Singapore"), ("O08", "Wattle Health Exchange Pty Ltd", "AU", "Australia"),
    ("O09", "Kererū Hauora Ltd", "NZ", "New Zealand"), ("O10", "华康信息技术有限公司", "CN", "China"),
    ("O11", "Clínica Peñaflor S.A.", "PE", "Peru"), ("O12", "Công ty Y tế số Sông Hồng", "VN", "Viet Nam"),
]

CREATOR = [("FIPS", "CONTENT_CREATOR")]
CONSUMER = [("FIPS", "CONTENT_CONSUMER")]
SOURCE, READER = [("MHD", "DOC_SOURCE")], [("MHD", "DOC_CONSUMER")]
SERVER = [("MHD", "DOC_RECIPIENT"), ("MHD", "DOC_RESPONDER")]
XDS_SERVER = [("XDSB", "DOC_REPOSITORY"), ("XDSB", "DOC_REGISTRY")]
XDS_CLIENT = [("XDSB", "DOC_SOURCE"), ("XDSB", "DOC_CONSUMER")]
GATEWAY = [("XCA", "INIT_GATEWAY"), ("XCA", "RESP_GATEWAY"), ("XCPD", "INIT_GATEWAY"), ("XCPD", "RESP_GATEWAY")]

# id, name, version, organisation, table, lines, supportive profiles
SYSTEMS = [
    ("S01", "한빛 EMR", "7.2", "O01", "A04", CREATOR + CONSUMER + SOURCE + READER + XDS_CLIENT
     + [("PIX", "PAT_ID_SOURCE"), ("HL7IPS", "IPS_CREATOR"), ("CT", "TIME_CLIENT"), ("ATNA", "SECURE_APP")], ["CT"]),
    ("S02", "서울메디 게이트웨이", "3.1", "O02", "A05", SERVER + XDS_SERVER + GATEWAY
     + [("PIX", "PIX_MANAGER"), ("PDQ", "PDQ_SUPPLIER"), ("ATNA", "AUDIT_REPOSITORY")], []),
    ("S03", "さくら EHR", "4.2", "O03", "A07", CREATOR + CONSUMER + SOURCE + READER
     + [("PDQM", "PDQ_CONSUMER"), ("HL7IPS", "IPS_CREATOR"), ("XUA", "X_SERVICE_USER")], []),
    ("S04", "さくら用語クライアント", "1.5", "O03", "A08", [("SVCM", "TERM_CONSUMER")], []),
    ("S05", "みどり IPS ビューア", "2.0", "O04", "A09", CONSUMER + READER
     + [("PIX", "PIX_CONSUMER"), ("PDQ", "PDQ_CONSUMER"), ("PDQM", "PDQ_CONSUMER"), ("HL7IPS", "IPS_CONSUMER")], []),
    ("S06", "福爾摩沙 HIE", "5.0", "O05", "B11", SERVER + XDS_SERVER
     + [("PIXM", "PIX_MANAGER"), ("PDQM", "PDQ_SUPPLIER"), ("PIX", "PIX_MANAGER")], []),
    ("S07", "福爾摩沙影像平台", "2.8", "O05", "B12", [("WIA", "IMG_DOC_SOURCE"), ("WIA", "IMG_DOC_RESPONDER"),
     ("XDSIB", "IMG_DOC_SOURCE"), ("IMR", "REPORT_REPOSITORY")], []),
    ("S08", "สยามเวช SmartCare", "3.4", "O06", "C02", CREATOR + CONSUMER + READER + [("SVCM", "TERM_CONSUMER"),
     ("PIXM", "PIX_CONSUMER")], ["PIXM"]),
    ("S09", "Merlion Imaging", "6.1", "O07", "A02", [("WIA", "IMG_DOC_CONSUMER"), ("IMR", "REPORT_CREATOR"),
     ("IMR", "REND_REPORT_READER"), ("XDSIB", "IMG_DOC_CONSUMER")], []),
    ("S10", "Merlion Exchange", "6.1", "O07", "A03", SERVER + GATEWAY + [("IUA", "AUTHZ_SERVER"), ("MCSD", "CS_DIRECTORY")], []),
    ("S11", "Wattle Exchange", "2.6", "O08", "A11", SERVER + [("HL7IPS", "IPS_SERVER"), ("PDQM", "PDQ_SUPPLIER")], []),
    ("S12", "Wattle Clinical", "11", "O08", "A12", CREATOR + CONSUMER + SOURCE + READER + [("SVCM", "TERM_CONSUMER")], ["SVCM"]),
    ("S13", "Kererū Terms", "1.9", "O09", "C05", [("SVCM", "TERM_REPOSITORY"), ("SVCM", "TERM_CONSUMER")], []),
    ("S14", "华康术语服务", "3.0", "O10", "B03", [("SVCM", "TERM_REPOSITORY")] + CREATOR, []),
    ("S15", "Peñaflor HCE", "9.3", "O11", "B07", CREATOR + SOURCE + [("PIX", "PAT_ID_SOURCE"), ("PIXM", "PAT_ID_SOURCE"),
     ("XDSB", "DOC_SOURCE")], []),
    ("S16", "Sông Hồng PHR", "1.2", "O12", "B08", CONSUMER + READER + [("HL7IPS", "IPS_CONSUMER"), ("VHL", "VHL_RECEIVER"),
     ("SVCM", "TERM_CONSUMER")], ["SVCM"]),
]

# What managers said of lines before the pack was written.
GRADES = {
    "S01/CT/TIME_CLIENT": "passed", "S02/MHD/DOC_RECIPIENT": "passed", "S03/MHD/DOC_SOURCE": "passed",
    "S05/MHD/DOC_CONSUMER": "passed", "S06/PDQM/PDQ_SUPPLIER": "passed", "S10/MHD/DOC_RESPONDER": "passed",
    "S11/MHD/DOC_RECIPIENT": "passed", "S12/FIPS/CONTENT_CREATOR": "passed", "S12/SVCM/TERM_CONSUMER": "passed",
    "S13/SVCM/TERM_REPOSITORY": "passed", "S16/FIPS/CONTENT_CONSUMER": "passed",
    "S08/FIPS/CONTENT_CREATOR": "at-risk", "S09/WIA/IMG_DOC_CONSUMER": "at-risk",
    "S01/ATNA/SECURE_APP": "no-peer", "S01/XDSB/DOC_SOURCE": "no-peer", "S03/XUA/X_SERVICE_USER": "no-peer",
    "S15/PIX/PAT_ID_SOURCE": "did-not-complete", "S04/SVCM/TERM_CONSUMER": "withdrawn",
}

# id, name, roles, ties
PERSONS = [
    ("P01", "Kim Minji", ["monitor"], []),
    ("P02", "佐藤 健", ["monitor"], ["O03"]),
    ("P03", "林怡君", ["monitor"], ["O05"]),
    ("P04", "Aroha Ngata", ["monitor"], []),
    ("P05", "สมชาย วงศ์สุวรรณ", ["monitor"], ["O06"]),
    ("P06", "Nguyễn Thị Hòa", ["monitor"], []),
    ("P07", "Priya Raman", ["monitor"], ["O07"]),
    ("P08", "张伟", ["monitor"], ["O10"]),
    ("P09", "이서연", ["monitor", "lead"], []),
    ("P10", "Margaret O’Brien", ["manager"], []),
    ("P11", "José Quiñones", ["observer"], ["O11"]),
    ("P12", "高橋 美咲", ["monitor", "lead"], ["O04"]),
]

# Who speaks for an organisation, and what they say when a test is ready.
VENDORS = {
    "O01": ("이준호", "증거 파일을 모두 올렸습니다. 확인 부탁드립니다."),
    "O02": ("박소영", "게이트웨이 로그도 첨부했습니다."),
    "O03": ("佐藤 健太", "エビデンスをアップロードしました。ご確認ください。"),
    "O04": ("伊藤 美優", "画面の表示は机 A09 でお見せできます。"),
    "O05": ("王大明", "已上傳請求與回應，請協助確認。"),
    "O06": ("ธนพล ศรีสุข", "แนบไฟล์เรียบร้อยแล้ว รบกวนตรวจสอบด้วยครับ"),
    "O07": ("Rajesh Kumar", "Capture from our proxy attached, both directions."),
    "O08": ("Jack Morrison", "Ready. We are at the table all afternoon."),
    "O09": ("Wiremu Pōtatau", "Kua reri. All three calls are in one file."),
    "O10": ("刘洋", "请求和响应均已上传，请查看。"),
    "O11": ("Lucía Peñaflor", "Adjuntamos la captura completa; el segundo intento es el válido."),
    "O12": ("Phạm Minh Tuấn", "Đã đính kèm đầy đủ, nhờ giám sát viên kiểm tra giúp."),
}

# Which invented patient a system shows.
PATIENT_OF = {"S01": "han", "S02": "han", "S03": "sato", "S04": "sato", "S05": "sato", "S06": "chen", "S07": "chen",
              "S08": "jaidee", "S09": "thompson", "S10": "jaidee", "S11": "thompson", "S12": "thompson", "S13": "paraone",
              "S14": "li", "S15": "nahui", "S16": "nguyen"}
