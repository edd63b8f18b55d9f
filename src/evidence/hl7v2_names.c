/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HL7 v2 segments, fields and components by name, in plain words after chapters 2A to 13 of version 2.5.1 (the
 * names hardly differ in others). Layer evidence; constant data. A field is "TYPE Name", numbers count from 1;
 * the type * is given by another field.
 */
#include "evidence_priv.h"
#include <string.h>

struct names {
	const char *id, *name, *parts;	/* parts are separated by | */
};

static const struct names segments[] = {
	{ "ACC", "Accident",
		"TS Accident date and time|CE Accident code|ST Accident location|CE Auto accident state|"
		"ID Accident job related indicator|ID Accident death indicator" },
	{ "AL1", "Patient allergy",
		"SI Set ID|CE Allergen type code|CE Allergen code|CE Allergy severity code|"
		"ST Allergy reaction code|DT Identification date" },
	{ "BHS", "Batch header",
		"ST Batch field separator|ST Batch encoding characters|HD Batch sending application|"
		"HD Batch sending facility|HD Batch receiving application|HD Batch receiving facility|"
		"TS Batch creation date and time|ST Batch security|ST Batch name, ID or type|"
		"ST Batch comment|ST Batch control ID|ST Reference batch control ID" },
	{ "BTS", "Batch trailer",
		"ST Batch message count|ST Batch comment|NM Batch totals" },
	{ "CTI", "Clinical trial identification",
		"EI Sponsor study ID|CE Study phase identifier|CE Study scheduled time point" },
	{ "DG1", "Diagnosis",
		"SI Set ID|ID Diagnosis coding method|CE Diagnosis code|ST Diagnosis description|"
		"TS Diagnosis date and time|IS Diagnosis type|CE Major diagnostic category|"
		"CE Diagnostic related group|ID DRG approval indicator|IS DRG grouper review code|"
		"CE Outlier type|NM Outlier days|CP Outlier cost|ST Grouper version and type|"
		"ID Diagnosis priority|XCN Diagnosing clinician|IS Diagnosis classification|"
		"ID Confidential indicator|TS Attestation date and time|EI Diagnosis identifier|"
		"ID Diagnosis action code" },
	{ "DSC", "Continuation pointer",
		"ST Continuation pointer|ID Continuation style" },
	{ "ERR", "Error",
		"ELD Error code and location|ERL Error location|CWE HL7 error code|ID Severity|"
		"CWE Application error code|ST Application error parameter|TX Diagnostic information|"
		"TX User message|IS Inform person indicator|CWE Override type|CWE Override reason code|"
		"XTN Help desk contact point" },
	{ "EVN", "Event type",
		"ID Event type code|TS Recorded date and time|TS Planned date and time|"
		"IS Event reason code|XCN Operator ID|TS Event occurred|HD Event facility" },
	{ "FHS", "File header",
		"ST File field separator|ST File encoding characters|HD File sending application|"
		"HD File sending facility|HD File receiving application|HD File receiving facility|"
		"TS File creation date and time|ST File security|ST File name or ID|"
		"ST File header comment|ST File control ID|ST Reference file control ID" },
	{ "FT1", "Financial transaction",
		"SI Set ID|ST Transaction ID|ST Transaction batch ID|DR Transaction date|"
		"TS Transaction posting date|IS Transaction type|CE Transaction code|"
		"ST Transaction description|ST Transaction description, alternate|"
		"NM Transaction quantity|CP Transaction amount, extended|CP Transaction amount, unit|"
		"CE Department code" },
	{ "FTS", "File trailer",
		"NM File batch count|ST File trailer comment" },
	{ "GT1", "Guarantor",
		"SI Set ID|CX Guarantor number|XPN Guarantor name|XPN Guarantor spouse name|"
		"XAD Guarantor address|XTN Guarantor phone number, home|"
		"XTN Guarantor phone number, business|TS Guarantor date and time of birth|"
		"IS Guarantor administrative sex|IS Guarantor type|CE Guarantor relationship|"
		"ST Guarantor SSN|DT Guarantor date, begin|DT Guarantor date, end|NM Guarantor priority|"
		"XPN Guarantor employer name|XAD Guarantor employer address|"
		"XTN Guarantor employer phone number" },
	{ "IAM", "Patient adverse reaction",
		"SI Set ID|CE Allergen type code|CE Allergen code|CE Allergy severity code|"
		"ST Allergy reaction code|CNE Allergy action code|EI Allergy unique identifier|"
		"ST Action reason|CE Sensitivity to causative agent code|CE Allergen group code|"
		"DT Onset date|ST Onset date text|TS Reported date and time|XPN Reported by|"
		"CE Relationship to patient code|CE Alert device code|CE Allergy clinical status code|"
		"XCN Statused by person|XON Statused by organization|TS Statused at date and time" },
	{ "IN1", "Insurance",
		"SI Set ID|CE Insurance plan ID|CX Insurance company ID|XON Insurance company name|"
		"XAD Insurance company address|XPN Insurance company contact person|"
		"XTN Insurance company phone number|ST Group number|XON Group name|"
		"CX Insured's group employer ID|XON Insured's group employer name|DT Plan effective date|"
		"DT Plan expiration date|AUI Authorization information|IS Plan type|XPN Name of insured|"
		"CE Insured's relationship to patient|TS Insured's date of birth|XAD Insured's address|"
		"IS Assignment of benefits|IS Coordination of benefits|"
		"ST Coordination of benefits priority|ID Notice of admission flag|"
		"DT Notice of admission date|ID Report of eligibility flag|DT Report of eligibility date|"
		"IS Release information code|ST Pre-admit certification|TS Verification date and time|"
		"XCN Verification by|IS Type of agreement code|IS Billing status|"
		"NM Lifetime reserve days|NM Delay before lifetime reserve day|IS Company plan code|"
		"ST Policy number|CP Policy deductible|CP Policy limit, amount|NM Policy limit, days|"
		"CP Room rate, semi-private|CP Room rate, private|CE Insured's employment status|"
		"IS Insured's administrative sex|XAD Insured's employer's address|ST Verification status|"
		"IS Prior insurance plan ID|IS Coverage type|IS Handicap|CX Insured's ID number" },
	{ "IN2", "Insurance, additional",
		"CX Insured's employee ID|ST Insured's social security number|"
		"XCN Insured's employer's name and ID|IS Employer information data|IS Mail claim party|"
		"ST Medicare health insurance card number|XPN Medicaid case name|ST Medicaid case number|"
		"XPN Military sponsor name|ST Military ID number" },
	{ "IPC", "Imaging procedure control",
		"EI Accession identifier|EI Requested procedure ID|EI Study instance UID|"
		"EI Scheduled procedure step ID|CE Modality|CE Protocol code|EI Scheduled station name|"
		"CE Scheduled procedure step location|ST Scheduled station AE title" },
	{ "MFE", "Master file entry",
		"ID Record-level event code|ST Master file control ID|TS Effective date and time|"
		"* Primary key value|ID Primary key value type" },
	{ "MFI", "Master file identification",
		"CE Master file identifier|HD Master file application identifier|"
		"ID File-level event code|TS Entered date and time|TS Effective date and time|"
		"ID Response level code" },
	{ "MRG", "Merge patient information",
		"CX Prior patient identifier list|CX Prior alternate patient ID|"
		"CX Prior patient account number|CX Prior patient ID|CX Prior visit number|"
		"CX Prior alternate visit ID|XPN Prior patient name" },
	{ "MSA", "Message acknowledgment",
		"ID Acknowledgment code|ST Message control ID|ST Text message|"
		"NM Expected sequence number|ID Delayed acknowledgment type|CE Error condition" },
	{ "MSH", "Message header",
		"ST Field separator|ST Encoding characters|HD Sending application|HD Sending facility|"
		"HD Receiving application|HD Receiving facility|TS Date and time of message|ST Security|"
		"MSG Message type|ST Message control ID|PT Processing ID|VID Version ID|"
		"NM Sequence number|ST Continuation pointer|ID Accept acknowledgment type|"
		"ID Application acknowledgment type|ID Country code|ID Character set|"
		"CE Principal language|ID Alternate character set handling|EI Message profile identifier|"
		"XON Sending organization|XON Receiving organization|HD Sending network address|"
		"HD Receiving network address" },
	{ "NK1", "Next of kin",
		"SI Set ID|XPN Name|CE Relationship|XAD Address|XTN Phone number|"
		"XTN Business phone number|CE Contact role|DT Start date|DT End date|ST Job title|"
		"JCC Job code|CX Employee number|XON Organization name|CE Marital status|"
		"IS Administrative sex|TS Date and time of birth|IS Living dependency|"
		"IS Ambulatory status|CE Citizenship|CE Primary language|IS Living arrangement|"
		"CE Publicity code|ID Protection indicator|IS Student indicator|CE Religion|"
		"XPN Mother's maiden name|CE Nationality|CE Ethnic group|CE Contact reason|"
		"XPN Contact person's name|XTN Contact person's telephone number|"
		"XAD Contact person's address|CX Identifiers|IS Job status|CE Race|IS Handicap|"
		"ST Contact person's social security number|ST Birth place|IS VIP indicator" },
	{ "NTE", "Notes and comments",
		"SI Set ID|ID Source of comment|FT Comment|CE Comment type|XCN Entered by|"
		"TS Entered date and time" },
	{ "OBR", "Observation request",
		"SI Set ID|EI Placer order number|EI Filler order number|CE Universal service identifier|"
		"ID Priority|TS Requested date and time|TS Observation date and time|"
		"TS Observation end date and time|CQ Collection volume|XCN Collector identifier|"
		"ID Specimen action code|CE Danger code|ST Relevant clinical information|"
		"TS Specimen received date and time|SPS Specimen source|XCN Ordering provider|"
		"XTN Order callback phone number|ST Placer field 1|ST Placer field 2|ST Filler field 1|"
		"ST Filler field 2|TS Results report or status change|MOC Charge to practice|"
		"ID Diagnostic service section|ID Result status|PRL Parent result|TQ Quantity and timing|"
		"XCN Result copies to|EIP Parent|ID Transportation mode|CE Reason for study|"
		"NDL Principal result interpreter|NDL Assistant result interpreter|NDL Technician|"
		"NDL Transcriptionist|TS Scheduled date and time|NM Number of sample containers|"
		"CE Transport logistics of collected sample|CE Collector's comment|"
		"CE Transport arrangement responsibility|ID Transport arranged|ID Escort required|"
		"CE Planned patient transport comment|CE Procedure code|CE Procedure code modifier|"
		"CE Placer supplemental service information|CE Filler supplemental service information|"
		"CWE Medically necessary duplicate procedure reason|IS Result handling|"
		"CWE Parent universal service identifier" },
	{ "OBX", "Observation result",
		"SI Set ID|ID Value type|CE Observation identifier|ST Observation sub-ID|"
		"* Observation value|CE Units|ST Reference range|IS Abnormal flags|NM Probability|"
		"ID Nature of abnormal test|ID Observation result status|"
		"TS Effective date of reference range|ST User-defined access checks|"
		"TS Date and time of observation|CE Producer's ID|XCN Responsible observer|"
		"CE Observation method|EI Equipment instance identifier|TS Date and time of analysis|"
		"CWE Observation site|EI Observation instance identifier|CNE Mood code|"
		"XON Performing organization name|XAD Performing organization address|"
		"XCN Performing organization medical director" },
	{ "ORC", "Common order",
		"ID Order control|EI Placer order number|EI Filler order number|EI Placer group number|"
		"ID Order status|ID Response flag|TQ Quantity and timing|EIP Parent order|"
		"TS Date and time of transaction|XCN Entered by|XCN Verified by|XCN Ordering provider|"
		"PL Enterer's location|XTN Call back phone number|TS Order effective date and time|"
		"CE Order control code reason|CE Entering organization|CE Entering device|XCN Action by|"
		"CE Advanced beneficiary notice code|XON Ordering facility name|"
		"XAD Ordering facility address|XTN Ordering facility phone number|"
		"XAD Ordering provider address|CWE Order status modifier|"
		"CWE Advanced beneficiary notice override reason|TS Filler's expected availability|"
		"CWE Confidentiality code|CWE Order type|CNE Enterer authorization mode|"
		"CWE Parent universal service identifier" },
	{ "PD1", "Patient additional demographics",
		"IS Living dependency|IS Living arrangement|XON Patient primary facility|"
		"XCN Patient primary care provider|IS Student indicator|IS Handicap|IS Living will code|"
		"IS Organ donor code|ID Separate bill|CX Duplicate patient|CE Publicity code|"
		"ID Protection indicator|DT Protection indicator effective date|XON Place of worship|"
		"CE Advance directive code|IS Immunization registry status|"
		"DT Immunization registry status effective date|DT Publicity code effective date|"
		"IS Military branch|IS Military rank|IS Military status" },
	{ "PID", "Patient identification",
		"SI Set ID|CX Patient ID|CX Patient identifier list|CX Alternate patient ID|"
		"XPN Patient name|XPN Mother's maiden name|TS Date and time of birth|"
		"IS Administrative sex|XPN Patient alias|CE Race|XAD Patient address|IS County code|"
		"XTN Phone number, home|XTN Phone number, business|CE Primary language|CE Marital status|"
		"CE Religion|CX Patient account number|ST SSN number|DLN Driver's license number|"
		"CX Mother's identifier|CE Ethnic group|ST Birth place|ID Multiple birth indicator|"
		"NM Birth order|CE Citizenship|CE Veterans military status|CE Nationality|"
		"TS Patient death date and time|ID Patient death indicator|ID Identity unknown indicator|"
		"IS Identity reliability code|TS Last update|HD Last update facility|CE Species code|"
		"CE Breed code|ST Strain|CE Production class code|CWE Tribal citizenship" },
	{ "PR1", "Procedures",
		"SI Set ID|IS Procedure coding method|CE Procedure code|ST Procedure description|"
		"TS Procedure date and time|IS Procedure functional type|NM Procedure minutes|"
		"XCN Anesthesiologist|IS Anesthesia code|NM Anesthesia minutes|XCN Surgeon|"
		"XCN Procedure practitioner|CE Consent code|ID Procedure priority|"
		"CE Associated diagnosis code|CE Procedure code modifier|IS Procedure DRG type|"
		"CE Tissue type code|EI Procedure identifier|ID Procedure action code" },
	{ "PV1", "Patient visit",
		"SI Set ID|IS Patient class|PL Assigned patient location|IS Admission type|"
		"CX Preadmit number|PL Prior patient location|XCN Attending doctor|XCN Referring doctor|"
		"XCN Consulting doctor|IS Hospital service|PL Temporary location|"
		"IS Preadmit test indicator|IS Re-admission indicator|IS Admit source|"
		"IS Ambulatory status|IS VIP indicator|XCN Admitting doctor|IS Patient type|"
		"CX Visit number|FC Financial class|IS Charge price indicator|IS Courtesy code|"
		"IS Credit rating|IS Contract code|DT Contract effective date|NM Contract amount|"
		"NM Contract period|IS Interest code|IS Transfer to bad debt code|"
		"DT Transfer to bad debt date|IS Bad debt agency code|NM Bad debt transfer amount|"
		"NM Bad debt recovery amount|IS Delete account indicator|DT Delete account date|"
		"IS Discharge disposition|DLD Discharged to location|CE Diet type|IS Servicing facility|"
		"IS Bed status|IS Account status|PL Pending location|PL Prior temporary location|"
		"TS Admit date and time|TS Discharge date and time|NM Current patient balance|"
		"NM Total charges|NM Total adjustments|NM Total payments|CX Alternate visit ID|"
		"IS Visit indicator|XCN Other healthcare provider" },
	{ "PV2", "Patient visit, additional",
		"PL Prior pending location|CE Accommodation code|CE Admit reason|CE Transfer reason|"
		"ST Patient valuables|ST Patient valuables location|IS Visit user code|"
		"TS Expected admit date and time|TS Expected discharge date and time|"
		"NM Estimated length of stay|NM Actual length of stay|ST Visit description|"
		"XCN Referral source|DT Previous service date|ID Employment illness related|"
		"IS Purge status code|DT Purge status date|IS Special program code|"
		"ID Retention indicator|NM Expected number of insurance plans|IS Visit publicity code|"
		"ID Visit protection indicator|XON Clinic organization name|IS Patient status code|"
		"IS Visit priority code|DT Previous treatment date|IS Expected discharge disposition|"
		"DT Signature on file date|DT First similar illness date|"
		"CE Patient charge adjustment code|IS Recurring service code|ID Billing media code|"
		"TS Expected surgery date and time|ID Military partnership code|"
		"ID Military non-availability code|ID Newborn baby indicator|ID Baby detained indicator|"
		"CE Mode of arrival code|CE Recreational drug use code|CE Admission level of care code|"
		"CE Precaution code|CE Patient condition code|IS Living will code|IS Organ donor code|"
		"CE Advance directive code|DT Patient status effective date|"
		"TS Expected leave of absence return" },
	{ "QAK", "Query acknowledgment",
		"ST Query tag|ID Query response status|CE Message query name|NM Hit count total|"
		"NM This payload|NM Hits remaining" },
	{ "QPD", "Query parameter definition",
		"CE Message query name|ST Query tag|* Query parameters|* Query parameter|"
		"* Query parameter|* Query parameter|* Query parameter|* What domains returned" },
	{ "QRD", "Original style query definition",
		"TS Query date and time|ID Query format code|ID Query priority|ST Query ID|"
		"ID Deferred response type|TS Deferred response date and time|"
		"CQ Quantity limited request|XCN Who subject filter|CE What subject filter|"
		"CE What department data code|VR What data code value qualifier|ID Query results level" },
	{ "QRF", "Original style query filter",
		"ST Where subject filter|TS When data start|TS When data end|ST What user qualifier|"
		"ST Other query subject filter|ID Which date qualifier|ID Which date status qualifier|"
		"ID Date selection qualifier|TQ When quantity and timing qualifier|"
		"NM Search confidence threshold" },
	{ "RCP", "Response control parameter",
		"ID Query priority|CQ Quantity limited request|CE Response modality|"
		"TS Execution and delivery time|ID Modify indicator|SRT Sort-by field|"
		"ID Segment group inclusion" },
	{ "ROL", "Role",
		"EI Role instance ID|ID Action code|CE Role|XCN Role person|TS Role begin date and time|"
		"TS Role end date and time|CE Role duration|CE Role action reason|CE Provider type|"
		"CE Organization unit type|XAD Office or home address|XTN Phone" },
	{ "RXA", "Pharmacy administration",
		"NM Give sub-ID counter|NM Administration sub-ID counter|TS Start of administration|"
		"TS End of administration|CE Administered code|NM Administered amount|"
		"CE Administered units|CE Administered dosage form|CE Administration notes|"
		"XCN Administering provider|LA2 Administered-at location|ST Administered per time unit|"
		"NM Administered strength|CE Administered strength units|ST Substance lot number|"
		"TS Substance expiration date|CE Substance manufacturer name|CE Substance refusal reason|"
		"CE Indication|ID Completion status|ID Action code|TS System entry date and time" },
	{ "RXE", "Pharmacy encoded order",
		"TQ Quantity and timing|CE Give code|NM Give amount, minimum|NM Give amount, maximum|"
		"CE Give units|CE Give dosage form|CE Provider's administration instructions|"
		"LA1 Deliver-to location|ID Substitution status|NM Dispense amount|CE Dispense units|"
		"NM Number of refills|XCN Ordering provider's DEA number|XCN Pharmacist verifier's ID|"
		"ST Prescription number" },
	{ "RXO", "Pharmacy order",
		"CE Requested give code|NM Requested give amount, minimum|"
		"NM Requested give amount, maximum|CE Requested give units|CE Requested dosage form|"
		"CE Provider's pharmacy instructions|CE Provider's administration instructions|"
		"LA1 Deliver-to location|ID Allow substitutions|CE Requested dispense code|"
		"NM Requested dispense amount|CE Requested dispense units|NM Number of refills" },
	{ "RXR", "Pharmacy route",
		"CE Route|CWE Administration site|CE Administration device|CWE Administration method|"
		"CE Routing instruction|CWE Administration site modifier" },
	{ "SAC", "Specimen container",
		"EI External accession identifier|EI Accession identifier|EI Container identifier|"
		"EI Primary container identifier|EI Equipment container identifier|SPS Specimen source|"
		"TS Registration date and time|CE Container status|CE Carrier type|EI Carrier identifier" },
	{ "SCH", "Scheduling activity",
		"EI Placer appointment ID|EI Filler appointment ID|NM Occurrence number|"
		"EI Placer group number|CE Schedule ID|CE Event reason|CE Appointment reason|"
		"CE Appointment type|NM Appointment duration|CE Appointment duration units|"
		"TQ Appointment timing quantity|XCN Placer contact person|"
		"XTN Placer contact phone number|XAD Placer contact address|PL Placer contact location|"
		"XCN Filler contact person|XTN Filler contact phone number|XAD Filler contact address|"
		"PL Filler contact location|XCN Entered by person|XTN Entered by phone number|"
		"PL Entered by location|EI Parent placer appointment ID|EI Parent filler appointment ID|"
		"CE Filler status code" },
	{ "SFT", "Software",
		"XON Software vendor organization|ST Software certified version or release number|"
		"ST Software product name|ST Software binary ID|TX Software product information|"
		"TS Software install date" },
	{ "SPM", "Specimen",
		"SI Set ID|EIP Specimen ID|EIP Specimen parent IDs|CWE Specimen type|"
		"CWE Specimen type modifier|CWE Specimen additives|CWE Specimen collection method|"
		"CWE Specimen source site|CWE Specimen source site modifier|CWE Specimen collection site|"
		"CWE Specimen role|CQ Specimen collection amount|NM Grouped specimen count|"
		"ST Specimen description|CWE Specimen handling code|CWE Specimen risk code|"
		"DR Specimen collection date and time|TS Specimen received date and time|"
		"TS Specimen expiration date and time|ID Specimen availability|"
		"CWE Specimen reject reason|CWE Specimen quality|CWE Specimen appropriateness|"
		"CWE Specimen condition|CQ Specimen current quantity|NM Number of specimen containers|"
		"CWE Container type|CWE Container condition|CWE Specimen child role" },
	{ "TQ1", "Timing and quantity",
		"SI Set ID|CQ Quantity|RPT Repeat pattern|TM Explicit time|CQ Relative time and units|"
		"CQ Service duration|TS Start date and time|TS End date and time|CWE Priority|"
		"TX Condition text|TX Text instruction|ID Conjunction|CQ Occurrence duration|"
		"NM Total occurrences" },
	{ "TXA", "Transcription document header",
		"SI Set ID|IS Document type|ID Document content presentation|TS Activity date and time|"
		"XCN Primary activity provider|TS Origination date and time|"
		"TS Transcription date and time|TS Edit date and time|XCN Originator|"
		"XCN Assigned document authenticator|XCN Transcriptionist|EI Unique document number|"
		"EI Parent document number|EI Placer order number|EI Filler order number|"
		"ST Unique document file name|ID Document completion status|"
		"ID Document confidentiality status|ID Document availability status|"
		"ID Document storage status|ST Document change reason|"
		"PPN Authentication person, time stamp|XCN Distributed copies" },
};

static const struct names types[] = {
	{ "AUI", "",
		"Authorization number|Date|Source" },
	{ "CE", "",
		"Identifier|Text|Name of coding system|Alternate identifier|Alternate text|"
		"Name of alternate coding system" },
	{ "CNE", "",
		"Identifier|Text|Name of coding system|Alternate identifier|Alternate text|"
		"Name of alternate coding system|Coding system version|Alternate coding system version|"
		"Original text" },
	{ "CP", "",
		"Price|Price type|From value|To value|Range units|Range type" },
	{ "CQ", "",
		"Quantity|Units" },
	{ "CWE", "",
		"Identifier|Text|Name of coding system|Alternate identifier|Alternate text|"
		"Name of alternate coding system|Coding system version|Alternate coding system version|"
		"Original text" },
	{ "CX", "",
		"ID number|Check digit|Check digit scheme|Assigning authority|Identifier type code|"
		"Assigning facility|Effective date|Expiration date|Assigning jurisdiction|"
		"Assigning agency" },
	{ "DLD", "",
		"Discharge location|Effective date" },
	{ "DLN", "",
		"License number|Issuing state, province or country|Expiration date" },
	{ "DR", "",
		"Range start|Range end" },
	{ "ED", "",
		"Source application|Type of data|Data subtype|Encoding|Data" },
	{ "EI", "",
		"Entity identifier|Namespace ID|Universal ID|Universal ID type" },
	{ "EIP", "",
		"Placer assigned identifier|Filler assigned identifier" },
	{ "ELD", "",
		"Segment ID|Segment sequence|Field position|Code identifying error" },
	{ "ERL", "",
		"Segment ID|Segment sequence|Field position|Field repetition|Component number|"
		"Subcomponent number" },
	{ "FC", "",
		"Financial class code|Effective date" },
	{ "HD", "",
		"Namespace ID|Universal ID|Universal ID type" },
	{ "JCC", "",
		"Job code|Job class|Job description" },
	{ "MOC", "",
		"Monetary amount|Charge code" },
	{ "MSG", "",
		"Message code|Trigger event|Message structure" },
	{ "NDL", "",
		"Name|Start date and time|End date and time|Point of care|Room|Bed|Facility|"
		"Location status|Patient location type|Building|Floor" },
	{ "NM", "",
		"Number" },
	{ "PL", "",
		"Point of care|Room|Bed|Facility|Location status|Person location type|Building|Floor|"
		"Location description|Comprehensive location identifier|Assigning authority for location" },
	{ "PPN", "",
		"ID number|Family name|Given name|Second and further given names|Suffix|Prefix|Degree|"
		"Source table|Assigning authority|Name type code|Check digit|Check digit scheme|"
		"Identifier type code|Assigning facility|Date and time action performed" },
	{ "PRL", "",
		"Parent observation identifier|Parent observation sub-identifier|"
		"Parent observation value descriptor" },
	{ "PT", "",
		"Processing ID|Processing mode" },
	{ "QIP", "",
		"Segment field name|Values" },
	{ "RP", "",
		"Pointer|Application ID|Type of data|Subtype" },
	{ "SN", "",
		"Comparator|First number|Separator or suffix|Second number" },
	{ "SPS", "",
		"Specimen source name or code|Additives|Collection method|Body site|Site modifier|"
		"Collection method modifier|Specimen role" },
	{ "SRT", "",
		"Sort-by field|Sequencing" },
	{ "TQ", "",
		"Quantity|Interval|Duration|Start date and time|End date and time|Priority|Condition|"
		"Text|Conjunction|Order sequencing|Occurrence duration|Total occurrences" },
	{ "TS", "",
		"Time|Degree of precision" },
	{ "VID", "",
		"Version ID|Internationalization code|International version ID" },
	{ "XAD", "",
		"Street address|Other designation|City|State or province|Postal code|Country|"
		"Address type|Other geographic designation|County code|Census tract|"
		"Address representation code|Address validity range|Effective date|Expiration date" },
	{ "XCN", "",
		"ID number|Family name|Given name|Second and further given names|Suffix|Prefix|Degree|"
		"Source table|Assigning authority|Name type code|Check digit|Check digit scheme|"
		"Identifier type code|Assigning facility|Name representation code|Name context|"
		"Name validity range|Name assembly order|Effective date|Expiration date|"
		"Professional suffix|Assigning jurisdiction|Assigning agency" },
	{ "XON", "",
		"Organization name|Name type code|ID number|Check digit|Check digit scheme|"
		"Assigning authority|Identifier type code|Assigning facility|Name representation code|"
		"Organization identifier" },
	{ "XPN", "",
		"Family name|Given name|Second and further given names|Suffix|Prefix|Degree|"
		"Name type code|Name representation code|Name context|Name validity range|"
		"Name assembly order|Effective date|Expiration date|Professional suffix" },
	{ "XTN", "",
		"Telephone number|Use code|Equipment type|Email address|Country code|Area code|"
		"Local number|Extension|Any text|Extension prefix|Speed dial code|"
		"Unformatted telephone number" },
};

/* The tables are sorted by id. */
static const struct names *find(const struct names *table, size_t n, const char *id)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = strcmp(table[mid].id, id);

		if (!c)
			return &table[mid];
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

#define FIND(table, id) find(table, sizeof(table) / sizeof((table)[0]), id)

/* The k-th of parts, from 1: its length. */
static size_t part(const char **out, const char *parts, unsigned int k)
{
	const char *end;

	for (; k > 1; k--) {
		parts = strchr(parts, '|');
		if (!parts)
			return 0;
		parts++;
	}
	end = strchr(parts, '|');
	*out = parts;
	return end ? (size_t)(end - parts) : strlen(parts);
}

const char *hl7_segment_name(const char *id)
{
	const struct names *s = FIND(segments, id);

	return s ? s->name : id[0] == 'Z' ? "Site-defined segment" : "";
}

size_t hl7_field_name(const char **name_out, char type_out[8], const char *id, unsigned int field)
{
	const struct names *s = FIND(segments, id);
	const char *p = NULL, *space;
	size_t n = s && field ? part(&p, s->parts, field) : 0, k;

	*name_out = "";
	type_out[0] = '\0';
	space = n ? memchr(p, ' ', n) : NULL;
	if (!space)
		return 0;
	k = (size_t)(space - p);
	if (k < 8) {
		memcpy(type_out, p, k);
		type_out[k] = '\0';
	}
	*name_out = space + 1;
	return n - k - 1;
}

size_t hl7_component_name(const char **name_out, const char *type, unsigned int component)
{
	const struct names *t = FIND(types, type);
	size_t n = t && component ? part(name_out, t->parts, component) : 0;

	if (!n)
		*name_out = "";
	return n;
}
