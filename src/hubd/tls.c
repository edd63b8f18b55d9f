/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hub's TLS certificate: read, or made on the first start. The key goes into no message and no
 * log. Layer: hubd. Main thread, before serving and on reload.
 */
#include "verdict/hubd/tls.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/proto/crypto.h"

#define PEM_MAX (256u << 10)
#define DAY_S 86400
#define VALID_DAYS 3650

static enum status fault(const char *what, int rc)
{
	return status_set(STATUS_ERROR, "TLS: %s: %s", what, gnutls_strerror(rc));
}

static enum status read_pem(char **out, const char *path)
{
	struct buf b;
	enum status st;

	buf_init(&b, PEM_MAX);
	st = io_read_file(&b, path, PEM_MAX);
	if (!st && b.len == 0)
		st = status_set(STATUS_INVALID, "%s: is empty", path);
	if (!st)
		*out = buf_take(&b);
	buf_done(&b);
	return st;
}

static gnutls_datum_t datum(const char *text)
{
	gnutls_datum_t d = { (unsigned char *)(uintptr_t)text, (unsigned int)strlen(text) };

	return d;
}

/* Pin, subject and times of the first certificate in the PEM. */
static enum status look(struct tls_identity *t, gnutls_x509_crt_t crt)
{
	gnutls_datum_t spki = { NULL, 0 };
	gnutls_pubkey_t key = NULL;
	size_t size = sizeof(t->subject);
	struct digest pin;
	int rc = gnutls_pubkey_init(&key);

	if (rc == 0)
		rc = gnutls_pubkey_import_x509(key, crt, 0);
	if (rc == 0)
		rc = gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &spki);
	if (rc == 0) {
		pin = sha256(spki.data, spki.size);
		memcpy(t->pin, pin.b, sizeof(t->pin));
	}
	gnutls_free(spki.data);
	gnutls_pubkey_deinit(key);
	if (gnutls_x509_crt_get_dn_by_oid(
		    crt, GNUTLS_OID_X520_COMMON_NAME, 0, 0, t->subject, &size) < 0)
		t->subject[0] = '\0';
	t->from = (int64_t)gnutls_x509_crt_get_activation_time(crt) * 1000;
	t->to = (int64_t)gnutls_x509_crt_get_expiration_time(crt) * 1000;
	return rc ? fault("public key of the certificate", rc) : STATUS_OK;
}

/* Is the secret key the certificate's? */
static enum status belongs(gnutls_x509_crt_t crt, const char *pem)
{
	gnutls_datum_t text = datum(pem);
	gnutls_x509_privkey_t key = NULL;
	unsigned char of_key[64], of_crt[64];
	size_t n = sizeof(of_key), m = sizeof(of_crt);
	int rc = gnutls_x509_privkey_init(&key);

	if (rc == 0)
		rc = gnutls_x509_privkey_import2(key, &text, GNUTLS_X509_FMT_PEM, NULL, 0);
	if (rc == 0)
		rc = gnutls_x509_privkey_get_key_id(key, 0, of_key, &n);
	if (rc == 0)
		rc = gnutls_x509_crt_get_key_id(crt, 0, of_crt, &m);
	gnutls_x509_privkey_deinit(key);
	if (rc)
		return status_set(STATUS_INVALID,
			"TLS: the key file holds no secret key in PEM: %s", gnutls_strerror(rc));
	if (n != m || memcmp(of_key, of_crt, n) != 0)
		return status_set(STATUS_INVALID, "TLS: the key is not the one of the certificate");
	return STATUS_OK;
}

static enum status check(struct tls_identity *t)
{
	gnutls_datum_t text = datum(t->certificate);
	gnutls_x509_crt_t crt = NULL;
	enum status st = STATUS_OK;
	int rc = gnutls_x509_crt_init(&crt);

	if (rc == 0)
		rc = gnutls_x509_crt_import(crt, &text, GNUTLS_X509_FMT_PEM);
	if (rc)
		st = status_set(STATUS_INVALID,
			"TLS: the certificate file holds no certificate in PEM: %s",
			gnutls_strerror(rc));
	if (!st)
		st = look(t, crt);
	if (!st && t->key)
		st = belongs(crt, t->key);
	gnutls_x509_crt_deinit(crt);
	return st;
}

enum status tls_identity_read(
	struct tls_identity *out, const char *certificate_path, const char *key_path)
{
	struct tls_identity t = { 0 };
	enum status st = read_pem(&t.certificate, certificate_path);

	if (!st)
		st = read_pem(&t.key, key_path);
	if (!st)
		st = check(&t);
	if (st)
		tls_identity_done(&t);
	else
		*out = t;
	return st;
}

enum status tls_identity_public(struct tls_identity *out, const char *certificate_path)
{
	struct tls_identity t = { 0 };
	enum status st = read_pem(&t.certificate, certificate_path);

	if (!st)
		st = check(&t);
	if (st)
		tls_identity_done(&t);
	else
		*out = t;
	return st;
}

static int add_name(gnutls_x509_crt_t crt, const char *name)
{
	unsigned char address[16];

	if (inet_pton(AF_INET, name, address) == 1)
		return gnutls_x509_crt_set_subject_alt_name(
			crt, GNUTLS_SAN_IPADDRESS, address, 4, GNUTLS_FSAN_APPEND);
	if (inet_pton(AF_INET6, name, address) == 1)
		return gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, address, 16,
			GNUTLS_FSAN_APPEND);
	return gnutls_x509_crt_set_subject_alt_name(
		crt, GNUTLS_SAN_DNSNAME, name, (unsigned int)strlen(name), GNUTLS_FSAN_APPEND);
}

static int fill(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key, const char *const *names,
	size_t n_names, int64_t now)
{
	unsigned char serial[16];
	int rc = gnutls_x509_crt_set_version(crt, 3);

	random_bytes(serial, sizeof(serial));
	serial[0] = (serial[0] & 0x7f) | 0x40;		/* positive, and of full length */
	if (rc == 0)
		rc = gnutls_x509_crt_set_serial(crt, serial, sizeof(serial));
	if (rc == 0)
		rc = gnutls_x509_crt_set_key(crt, key);
	if (rc == 0)
		rc = gnutls_x509_crt_set_activation_time(crt, (time_t)(now / 1000 - DAY_S));
	if (rc == 0)
		rc = gnutls_x509_crt_set_expiration_time(
			crt, (time_t)(now / 1000 + (int64_t)VALID_DAYS * DAY_S));
	if (rc == 0)
		rc = gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, names[0],
			(unsigned int)strnlen(names[0], 64));
	if (rc == 0)
		rc = gnutls_x509_crt_set_basic_constraints(crt, 0, -1);
	if (rc == 0)
		rc = gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_DIGITAL_SIGNATURE);
	if (rc == 0)
		rc = gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_SERVER, 0);
	for (size_t i = 0; rc == 0 && i < n_names; i++)
		rc = add_name(crt, names[i]);
	return rc ? rc : gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0);
}

/* The secret key first: a certificate without its key would be noticed, a key alone is made anew.
 */
static enum status keep(const char *dir, gnutls_x509_crt_t crt, gnutls_x509_privkey_t key)
{
	gnutls_datum_t pem = { NULL, 0 };
	char *path = mem_printf("%s/hub.key", dir);
	enum status st = io_mkdirs(dir, 0700);
	int rc;

	if (st)
		goto out;
	rc = gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &pem);
	st = rc ? fault("secret key", rc) : io_replace_file(path, pem.data, pem.size, 0600);
	if (pem.data)
		gnutls_memset(pem.data, 0, pem.size);
	gnutls_free(pem.data);
	pem.data = NULL;
	if (st)
		goto out;
	mem_free(path);
	path = mem_printf("%s/hub.pem", dir);
	rc = gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem);
	st = rc ? fault("certificate", rc) : io_replace_file(path, pem.data, pem.size, 0644);
	gnutls_free(pem.data);
out:
	mem_free(path);
	return st;
}

static enum status make(const char *dir, const char *const *names, size_t n_names, int64_t now)
{
	gnutls_x509_privkey_t key = NULL;
	gnutls_x509_crt_t crt = NULL;
	enum status st;
	int rc = gnutls_x509_privkey_init(&key);

	if (rc == 0)
		rc = gnutls_x509_crt_init(&crt);
	if (rc == 0)
		rc = gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
			GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
	if (rc == 0)
		rc = fill(crt, key, names, n_names, now);
	st = rc ? fault("making a certificate", rc) : keep(dir, crt, key);
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_privkey_deinit(key);
	return st;
}

enum status tls_identity_own(struct tls_identity *out, const char *dir, const char *const *names,
	size_t n_names, int64_t now)
{
	char *certificate = mem_printf("%s/hub.pem", dir), *key = mem_printf("%s/hub.key", dir);
	enum status st = tls_identity_read(out, certificate, key);

	if (st == STATUS_NOT_FOUND && access(certificate, F_OK) != 0) {
		st = make(dir, names, n_names, now);
		if (!st)
			st = tls_identity_read(out, certificate, key);
	}
	mem_free(certificate);
	mem_free(key);
	return st;
}

void tls_identity_done(struct tls_identity *t)
{
	if (t->key)
		gnutls_memset(t->key, 0, strlen(t->key));
	mem_free(t->key);
	mem_free(t->certificate);
	memset(t, 0, sizeof(*t));
}
