#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# verdict-net over TLS: certificate, name, dates and pin are each held against what the console knows.
. "${srcdir:-.}/tests/tap.sh"
ask=${builddir:-.}/tests/unit/net_ask
if ! command -v openssl >/dev/null; then
	skip 'TLS' 'openssl is not installed'
	done_testing
fi
dir=$(mktemp -d) || exit 99
pid=
trap 'test -z "$pid" || kill $pid; rm -rf "$dir"' EXIT
cd "$dir" || exit 99

# make NAME SUBJECT-ALT-NAME DAYS
make_cert() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.pem" \
		-subj '/CN=verdictd' -addext "subjectAltName=$2" -days "$3" 2>/dev/null
}
pin_of() {
	openssl x509 -in "$1.pem" -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -r | cut -c1-64
}
# serve NAME [OPTION…]: sets port
serve() {
	cert=$1
	shift
	test -z "$pid" || { kill "$pid"; wait "$pid" 2>/dev/null; }
	for try in 1 2 3 4 5 6 7 8; do
		rm -f log
		port=$((20000 + ($$ * 13 + try * 1009) % 12000))
		openssl s_server -accept "127.0.0.1:$port" -cert "$cert.pem" -key "$cert.key" -www "$@" >log 2>&1 &
		pid=$!
		for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
			grep -qs ACCEPT log && return
			kill -0 "$pid" 2>/dev/null || break
			sleep 0.1
		done
		kill "$pid" 2>/dev/null
	done
	echo 'Bail out! no port is free'
	exit 99
}
word() { "$ask" "$@" | sed 's/:.*//'; }

make_cert good 'IP:127.0.0.1,DNS:localhost' 30
make_cert other 'IP:127.0.0.1' 30
make_cert name 'DNS:hub.example' 30
good=$(pin_of good)

serve good
is 'the hub that we know' "$("$ask" "https://127.0.0.1:$port" / "$good" good.pem)" 200
is 'its name counts, not its address alone' "$("$ask" "https://localhost:$port" / "$good" good.pem)" 200
is 'the pin alone is enough to ask for the certificate' "$("$ask" "https://127.0.0.1:$port" / "$good")" 200
is 'another pin, by the pin alone' "$(word "https://127.0.0.1:$port" / "$(pin_of other)")" pin
is 'another pin, though the certificate is right' "$(word "https://127.0.0.1:$port" / "$(pin_of other)" good.pem)" pin
is 'another signer, though the pin is right' "$(word "https://127.0.0.1:$port" / "$good" other.pem)" certificate
got=$(word "http://127.0.0.1:$port" / "$good" good.pem)
case $got in
cut | garbled) ok 'plain HTTP to a TLS port is no hub' ;;
*) not_ok 'plain HTTP to a TLS port is no hub' "$got" ;;
esac

serve name
got=$("$ask" "https://127.0.0.1:$port" / "$(pin_of name)" name.pem)
case $got in
certificate:*name*) ok 'a certificate for another name' ;;
*) not_ok 'a certificate for another name' "$got" ;;
esac

make_cert old 'IP:127.0.0.1' 1
if command -v faketime >/dev/null; then
	faketime '2020-01-01' openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout old.key \
		-out old.pem -subj '/CN=verdictd' -addext 'subjectAltName=IP:127.0.0.1' -days 1 2>/dev/null
	serve old
	got=$("$ask" "https://127.0.0.1:$port" / "$(pin_of old)" old.pem)
	case $got in
	certificate:*expired*) ok 'an expired certificate' ;;
	*) not_ok 'an expired certificate' "$got" ;;
	esac
else
	skip 'an expired certificate' 'faketime is not installed'
fi

serve good -tls1_1 -cipher 'ALL:@SECLEVEL=0'
is 'an old TLS is refused' "$(word "https://127.0.0.1:$port" / "$good" good.pem)" tls
done_testing
