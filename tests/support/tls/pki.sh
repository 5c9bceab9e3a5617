#!/bin/sh
# SPDX-License-Identifier: MIT
#
# pki.sh FOLDER NAME...: a certificate authority of this run and a certificate of it for NAMEs (the
# first is its subject), valid for two days. Leaves ca.pem, cert.pem, key.pem, expired.pem (the same
# names and key, valid until yesterday) and spki.txt (SHA-256 of the public key, base64: Chromium's
# form) in FOLDER. AUTHORITY is the subject of the authority. Nothing of it is ever trusted outside of the tests.
set -eu

cd "$1"
shift
names=
for name in "$@"; do
    case $name in
    *[0-9].[0-9]* | *:*) names="$names,IP:$name" ;;
    *) names="$names,DNS:$name" ;;
    esac
done

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 2 \
    -keyout ca.key -out ca.pem -subj "${AUTHORITY:-/CN=perch test authority}" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign 2>/dev/null
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc \
    -keyout key.pem -out cert.csr -subj "/CN=$1" 2>/dev/null
cat >leaf.cnf <<CONFIG
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth
subjectAltName=${names#,}
CONFIG
openssl x509 -req -in cert.csr -CA ca.pem -CAkey ca.key -days 2 -extfile leaf.cnf \
    -out cert.pem 2>/dev/null

# "x509 -req" cannot date a certificate back; "ca" can.
: >index.txt
cat >ca.cnf <<CONFIG
[ca]
default_ca = this
[this]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = supplied
CONFIG
yesterday=$(date -u -d '1 day ago' +%y%m%d%H%M%SZ)
before=$(date -u -d '9 days ago' +%y%m%d%H%M%SZ)
openssl ca -batch -notext -config ca.cnf -cert ca.pem -keyfile ca.key -in cert.csr \
    -extfile leaf.cnf -startdate "$before" -enddate "$yesterday" -out expired.pem 2>/dev/null

openssl x509 -in cert.pem -noout -pubkey | openssl pkey -pubin -outform DER |
    openssl dgst -sha256 -binary | openssl base64 >spki.txt
rm -f ca.key cert.csr leaf.cnf ca.cnf index.txt* ./[0-9A-F]*.pem
chmod 600 ./*.pem
