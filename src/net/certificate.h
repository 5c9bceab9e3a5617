/* SPDX-License-Identifier: MIT */
#ifndef PERCH_NET_CERTIFICATE_H
#define PERCH_NET_CERTIFICATE_H

#include <glib.h>

/*
 * Who issued the first certificate of a TLS Certificate message (RFC 8446 4.4.2, RFC 5246 7.4.2,
 * with its four bytes of handshake header): the organization of the issuer, else its common name,
 * as clean text. NULL when the bytes are not such a message or contain no such name. Owned by the
 * caller. For display only: nothing is verified, and anybody may have sent the message.
 */
char *certificate_message_issuer(const guint8 *message, gsize length);

#endif
