/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a request came to nothing, in words that tell a monitor what to look at. Layer net, in verdict-net.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "carrier.h"

/* X509_V_ERR_… of the TLS library, by RFC 5280's checks; CURLINFO_SSL_VERIFYRESULT gives them. */
enum { VERIFY_NOT_YET = 9, VERIFY_EXPIRED = 10, VERIFY_SELF_SIGNED = 18, VERIFY_SELF_IN_CHAIN = 19,
	VERIFY_NO_ISSUER = 20, VERIFY_OTHER_NAME = 62, VERIFY_OTHER_ADDRESS = 64 };

static const char *certificate_why(const struct transfer *t)
{
	long result = 0;

	curl_easy_getinfo(t->easy, CURLINFO_SSL_VERIFYRESULT, &result);
	switch (result) {
	case VERIFY_NOT_YET:
		return "the hub's certificate is not valid yet; look at the clock of this computer";
	case VERIFY_EXPIRED:
		return "the hub's certificate has expired; tell the hub's keeper, or look at the clock here";
	case VERIFY_SELF_SIGNED:
	case VERIFY_SELF_IN_CHAIN:
	case VERIFY_NO_ISSUER:
		return "the certificate shown is not the hub's; somebody may be listening in between";
	default:
		break;
	}
	if (result == VERIFY_OTHER_NAME || result == VERIFY_OTHER_ADDRESS || strstr(t->error, "does not match") ||
		strstr(t->error, "no alternative certificate subject name"))
		return "the hub's certificate is for another name or address than this one";
	return "the certificate shown cannot be trusted";
}

static enum net_failure connect_failure(const struct transfer *t, const char **why)
{
	long os = 0;

	curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &os);
	if (os == ECONNREFUSED) {
		*why = "the host answers, but no hub serves at that port";
		return NET_PORT;
	}
	*why = "no way to that host; is this computer on the network?";
	return NET_ROUTE;
}

static enum net_failure timeout_failure(const struct transfer *t, const char **why)
{
	double connected = 0;

	curl_easy_getinfo(t->easy, CURLINFO_CONNECT_TIME, &connected);
	*why = connected > 0 ? "the hub was reached, but nothing came for 15 seconds"
		: "the host did not answer within 5 seconds";
	return NET_SILENT;
}

static enum net_failure kind_of(CURLcode code, const struct transfer *t, const char **why)
{
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		*why = "the name of the hub is not known on this network";
		return NET_NAME;
	case CURLE_COULDNT_CONNECT:
		return connect_failure(t, why);
	case CURLE_OPERATION_TIMEDOUT:
		return timeout_failure(t, why);
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
		*why = "the hub shows another key than it had when this console was enrolled";
		return NET_OTHER_PIN;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ISSUER_ERROR:
		*why = certificate_why(t);
		return NET_CERTIFICATE;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CIPHER:
	case CURLE_USE_SSL_FAILED:
		*why = "no secure connection: what answers there does not speak TLS as a hub does";
		return NET_TLS;
	case CURLE_FILESIZE_EXCEEDED:
		*why = "the answer is larger than it may be";
		return NET_TOO_LARGE;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_HTTP2:
		*why = "what answers there is no hub";
		return NET_GARBLED;
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_PARTIAL_FILE:
	case CURLE_GOT_NOTHING:
		*why = "the connection was cut";
		return NET_CUT;
	default:
		*why = t->error[0] ? t->error : curl_easy_strerror(code);
		return NET_GARBLED;
	}
}

enum net_failure failure_of(CURLcode code, const struct transfer *t, char message[NET_MESSAGE])
{
	const char *why;
	enum net_failure f;

	if (t->too_large) {
		why = "the answer is larger than it may be";
		f = NET_TOO_LARGE;
	} else {
		f = kind_of(code, t, &why);
	}
	snprintf(message, NET_MESSAGE, "%.*s", NET_MESSAGE - 1, why);
	return f;
}
