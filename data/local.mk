# SPDX-License-Identifier: Apache-2.0
# Catalogue, schema of event packs, sample event. data/maint/ holds what wrote the sample; the build never runs it.
include $(top_srcdir)/data/sample-event/files.mk
cataloguedir = $(pkgdatadir)/catalogue
dist_catalogue_DATA = data/catalogue/ap-ips.json
packschemadir = $(pkgdatadir)
dist_packschema_DATA = data/pack.schema.json
checksdir = $(pkgdatadir)/checks
dist_checks_DATA = $(check_files) data/checks/cross.json
check_files = \
	data/checks/atna.json \
	data/checks/cda.json \
	data/checks/certificate.json \
	data/checks/dicomweb.json \
	data/checks/facts.json \
	data/checks/hl7v2.json \
	data/checks/hl7v3.json \
	data/checks/http.json \
	data/checks/identity.json \
	data/checks/imaging.json \
	data/checks/ips.json \
	data/checks/mhd.json \
	data/checks/report.json \
	data/checks/svcm.json \
	data/checks/token.json \
	data/checks/xds.json
sampledir = $(pkgdatadir)/sample-event
dist_sample_DATA = \
	data/sample-event/FAULTS.md \
	data/sample-event/catalogue.json \
	data/sample-event/event.json \
	data/sample-event/instances.ndjson \
	data/sample-event/organisations.json \
	data/sample-event/persons.json \
	data/sample-event/systems.json
sampleevidencedir = $(sampledir)/evidence
dist_sampleevidence_DATA = $(sample_evidence)
EXTRA_DIST += \
	data/maint/captures.py \
	data/maint/catalogue.py \
	data/maint/containers.py \
	data/maint/checks_doc.py \
	data/maint/dicom.py \
	data/maint/documents.py \
	data/maint/evidence.py \
	data/maint/exchanges.py \
	data/maint/extras.py \
	data/maint/instances.py \
	data/maint/ips.py \
	data/maint/make_sample.py \
	data/maint/messages.py \
	data/maint/not_checked.tsv \
	data/maint/patients.py \
	data/maint/people.py \
	data/maint/various.py
# Folders that are ours alone go when they are empty.
uninstall-hook:
	@for d in '$(sampleevidencedir)' '$(sampledir)' '$(cataloguedir)' '$(pkgdatadir)/checks' '$(pkgdatadir)' \
		'$(pkglibexecdir)'; do rmdir "$(DESTDIR)$$d" 2>/dev/null || :; done
