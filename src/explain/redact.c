/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "explain_private.h"
#include "perch/base/secret.h"

/*
 * Errors contain no secrets, but what is parsed here may not be an error, and pasted text may
 * contain whole requests: nothing that looks like a token or a secret leaves this folder.
 */

/* Names whose values are secrets, as in JSON, forms, logs and XML. */
#define NAMES                                                                                 \
    "(?:access_?token|refresh_?token|id_?token|client_?secret|consumer_?secret|code_verifier" \
    "|client_assertion|assertion|security_?token|(?<!INVALID_)session_?id|sid|proxy-"         \
    "authorization|api_?key)"
/* The beginning of a name: not after a letter or digit, except in a percent code such as %3D. */
#define START "(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))"
#define PASSWORDS "(?:password|passwd|pwd|passphrase)"

/* Between name and value: = or : with quotes that may be escaped, or percent-encoded. */
#define QUOTED_SIGN "\\\\*[\"']?\\s*[:=]\\s*\\\\*[\"']"
#define BARE_SIGN "\\\\*[\"']?\\s*[:=]\\s*"
#define CODED_SIGN "(?:%(?:25)*3D|%(?:25)*22%(?:25)*3A%(?:25)*22)"

/* Up to the closing quote; a slash or a character may be escaped inside. */
#define QUOTED_VALUE "[^\"'\\\\\\r\\n]*+(?:\\\\+(?=[/u])[^\"'\\\\\\r\\n]*+)*+"

static const struct {
    const char *pattern, *with;
} rules[] = {
    /* by their format: session ids and access tokens, refresh tokens, codes, JWTs, secrets */
    {"\\b00D[A-Za-z0-9]{12,15}(?:!|%(?:25)*21|\\\\+u0021)[A-Za-z0-9._~%-]++", "…"},
    {"\\b5Aep[A-Za-z0-9._~%-]{8,}+", "…"},
    {"\\baPrx[A-Za-z0-9._~%=-]{8,}+", "…"},
    {"\\beyJ[A-Za-z0-9_-]{8,}+\\.[A-Za-z0-9._-]++", "…"},
    {"\\b[0-9A-Fa-f]{64}\\b", "…"},
    /* by name */
    {"(?i)(" START "(?:" NAMES "|" PASSWORDS ")" QUOTED_SIGN ")" QUOTED_VALUE, "\\1…"},
    {"(?i)(" START NAMES BARE_SIGN ")(?![\"'\\\\])[^\"'&\\s,;}\\\\<>]++", "\\1…"},
    {"(?i)(" START PASSWORDS BARE_SIGN ")(?![\"'\\\\])[^\"'&\\s\\\\<>]++", "\\1…"},
    {"(?i)(" START "(?:" NAMES "|" PASSWORDS ")" CODED_SIGN
     ")(?:(?!%(?:25)*2[26])[^\"'&\\s\\\\<>])++",
     "\\1…"},
    {"(?i)(" START "(?:" NAMES "|" PASSWORDS ")&(?:quot|#34);\\s*:\\s*&(?:quot|#34);)[^&]++",
     "\\1…"},
    {"(?i)(<(?:\\w+:)?" PASSWORDS ">)[^<]++", "\\1…"},
    {"(?i)(<(?:\\w+:)?" NAMES ">)(?:[^<]++(?=</)|[^<\\s]++)", "\\1…"}, /* "<sid>" may be a word */
    {"(?i)((?<![A-Za-z0-9_])(?:token|secret|signature)" BARE_SIGN
     "\\\\*[\"']?)(?=[^\\s\"'&]{0,200}[0-9])[^\"'&\\s,;}\\\\<>]{12,}+",
     "\\1…"},
    {"(?i)((?<![A-Za-z0-9_])code(?:=|%(?:25)*3D))(?=[^&\\s]{0,200}[0-9])(?=[^&\\s]{0,200}\\p{Ll})"
     "(?:(?!%(?:25)*26)[^\"'&\\s\\\\<>]){16,}+",
     "\\1…"},
    /* headers, options of curl, addresses with a password in them */
    {"(?i)(\\bauthorization" BARE_SIGN "\\\\*[\"']?(?:(?:bearer|basic|oauth|token)\\s+)?)"
     "[^\"'\\s\\\\]++",
     "\\1…"},
    {"(?i)(\\bbearer\\s+)[A-Za-z0-9._!~+/=%-]{16,}+", "\\1…"},
    {"(?i)(\\b(?:set-)?cookie2?" BARE_SIGN "\\\\*[\"']?)[^\"'\\\\\\r\\n]++", "\\1…"},
    {"((?<!\\S)-(?:u|U|-user|-proxy-user)[\\s=]+[\"']?)[^\\s\"']++", "\\1…"},
    {"(://[^/\\s:@\"']+:)[^@/\\s\"']++(?=@)", "\\1…"},
    /* a value that an email or a terminal broke into lines */
    {"…(?:=?\\r?\\n[> \\t]{0,4}(?=[\\w.~%+/=-]{0,200}[0-9])(?=[\\w.~%+/=-]{0,200}[a-z])"
     "[\\w.~%+/=-]{16,}+)++",
     "…"},
};

static char *by_rules(const char *text)
{
    char *out = g_strdup(text);
    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
        g_autoptr(WipedText) before = out;
        out = g_regex_replace(regex_of(rules[i].pattern), before, -1, 0, rules[i].with, 0, NULL);
        if (out == NULL) /* too much for the matcher: better nothing than a secret */
            return g_strdup("…");
    }
    return out;
}

char *base64_text(const char *run)
{
    g_autoptr(WipedText) padded = g_strconcat(run, "==", NULL);
    gsize length;
    g_strdelimit(g_strdelimit(padded, "-", '+'), "_", '/');
    guchar *bytes = g_base64_decode(padded, &length);
    g_autoptr(WipedText) text = g_strndup((const char *)bytes, length);
    wipe(bytes, length);
    g_free(bytes);
    bool holds_more = strpbrk(text, "{<=") != NULL && strlen(text) == length;
    return holds_more && g_utf8_validate(text, -1, NULL) ? g_steal_pointer(&text) : NULL;
}

static gboolean hide_coded(const GMatchInfo *info, GString *out, gpointer user)
{
    g_autoptr(WipedText) run = g_match_info_fetch(info, 0);
    g_autoptr(WipedText) text = base64_text(run);
    g_autofree char *safe = text == NULL ? NULL : by_rules(text);
    (void)user;
    g_string_append(out, g_strcmp0(safe, text) == 0 ? run : "…");
    return FALSE;
}

char *redact(const char *text)
{
    g_autoptr(WipedText) plain = by_rules(text);
    char *out = g_regex_replace_eval(regex_of(BASE64_RUN), plain, -1, 0, 0, hide_coded, NULL, NULL);
    return out == NULL ? g_strdup("…") : out;
}
