/* SPDX-License-Identifier: MIT */
#include "certificate.h"

#include <stdbool.h>
#include <string.h>

#include "perch/base/text.h"

/*
 * libcurl reports the issuer only of accepted certificates. It matters most for a rejected one: the
 * issuer is usually the company's proxy, which explains everything. So this parses X.509 (RFC 5280
 * 4.1) up to the issuer.
 */
enum {
    HANDSHAKE_CERTIFICATE = 11,
    DER_OID = 0x06,
    DER_UTF8_STRING = 0x0c,
    DER_PRINTABLE_STRING = 0x13,
    DER_T61_STRING = 0x14,
    DER_IA5_STRING = 0x16,
    DER_BMP_STRING = 0x1e,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31,
    DER_VERSION = 0xa0,
};

struct bytes {
    const guint8 *at;
    gsize length;
};

static bool take(struct bytes *from, gsize count, struct bytes *ret_taken)
{
    if (count > from->length)
        return false;
    *ret_taken = (struct bytes){from->at, count};
    from->at += count;
    from->length -= count;
    return true;
}

/* A big-endian number of up to four bytes. */
static bool take_number(struct bytes *from, gsize count, gsize *ret_number)
{
    struct bytes digits;
    if (count > 4 || !take(from, count, &digits))
        return false;
    *ret_number = 0;
    for (gsize i = 0; i < count; i++)
        *ret_number = *ret_number << 8 | digits.at[i];
    return true;
}

/* Takes the contents of the next element, which must have this tag. */
static bool take_element(struct bytes *from, guint8 tag, struct bytes *ret_contents)
{
    gsize length;
    if (from->length < 2 || from->at[0] != tag || !take_number(from, 1, &length) ||
        !take_number(from, 1, &length))
        return false;
    if (length >= 0x80 && !take_number(from, length & 0x7f, &length))
        return false;
    return take(from, length, ret_contents);
}

/* The name "issuer" inside a certificate. */
static bool find_issuer(struct bytes certificate, struct bytes *ret_issuer)
{
    enum { DER_INTEGER = 0x02 };
    struct bytes outer, inner, skipped;
    if (!take_element(&certificate, DER_SEQUENCE, &outer) ||
        !take_element(&outer, DER_SEQUENCE, &inner))
        return false;
    take_element(&inner, DER_VERSION, &skipped);           /* is optional */
    return take_element(&inner, DER_INTEGER, &skipped) &&  /* serial number */
           take_element(&inner, DER_SEQUENCE, &skipped) && /* signature algorithm */
           take_element(&inner, DER_SEQUENCE, ret_issuer);
}

static char *string_of(struct bytes element)
{
    static const struct {
        guint8 tag;
        const char *encoding;
    } kinds[] = {
        {DER_UTF8_STRING, "UTF-8"},    {DER_PRINTABLE_STRING, "UTF-8"}, {DER_IA5_STRING, "UTF-8"},
        {DER_T61_STRING, "ISO8859-1"}, {DER_BMP_STRING, "UTF-16BE"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        struct bytes from = element, text;
        if (!take_element(&from, kinds[i].tag, &text))
            continue;
        g_autofree char *utf8 = g_convert((const char *)text.at, (gssize)text.length, "UTF-8",
                                          kinds[i].encoding, NULL, NULL, NULL);
        char *clean = text_clean(utf8);
        if (*g_strstrip(clean) != '\0')
            return clean;
        g_free(clean);
    }
    return NULL;
}

/* One part of a name by its OID (contents, three bytes), or NULL. */
static char *name_part(struct bytes name, const guint8 oid[3])
{
    struct bytes set, pair, type;
    while (take_element(&name, DER_SET, &set))
        while (take_element(&set, DER_SEQUENCE, &pair))
            if (take_element(&pair, DER_OID, &type) && type.length == 3 &&
                memcmp(type.at, oid, 3) == 0)
                return string_of(pair);
    return NULL;
}

/* The body is a list of certificates, each with a three-byte length; TLS 1.3 precedes it with a
 * context with a one-byte length, which is empty in a server's message. */
static bool first_certificate(struct bytes body, struct bytes *ret_certificate)
{
    for (gsize context = 0; context <= 1; context++) {
        struct bytes rest = body, skipped;
        gsize total, length;
        if (take(&rest, context, &skipped) && take_number(&rest, 3, &total) &&
            total == rest.length && take_number(&rest, 3, &length))
            return take(&rest, length, ret_certificate);
    }
    return false;
}

char *certificate_message_issuer(const guint8 *message, gsize length)
{
    static const guint8 organization[] = {0x55, 0x04, 0x0a}, common_name[] = {0x55, 0x04, 0x03};
    struct bytes rest = {message, length}, certificate, issuer;
    gsize type, body_length;
    if (!take_number(&rest, 1, &type) || type != HANDSHAKE_CERTIFICATE ||
        !take_number(&rest, 3, &body_length) || body_length != rest.length ||
        !first_certificate(rest, &certificate) || !find_issuer(certificate, &issuer))
        return NULL;
    char *name = name_part(issuer, organization);
    return name != NULL ? name : name_part(issuer, common_name);
}
