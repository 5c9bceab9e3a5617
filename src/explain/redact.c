/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "explain_private.h"
#include "perch/base/secret.h"
#include "perch/base/typed.h"
#include "redact_private.h"

/*
 * Errors contain no secrets, but what is parsed here may not be an error, and pasted text may
 * contain whole requests: nothing that looks like a token or a secret leaves this folder.
 */

/* What has a secret's own form, or stands in a place that only secrets have; those that have a name
 * beside them are redact_pairs.c's. */
static const struct {
    const char *pattern, *with;
} rules[] = {
    /* by their format: session ids and access tokens, refresh tokens, codes, JWTs, secrets */
    {"\\b00D[A-Za-z0-9]{12,15}(?:!|%(?:25)*21|\\\\+(?:u00|x)21|=21"
     "|&(?:amp;)*(?:#0*33|#[xX]0*21|excl);)[A-Za-z0-9._~%-]++",
     "…"},
    {"\\b5Aep[A-Za-z0-9._~%-]{8,}+", "…"},
    {"\\baPrx[A-Za-z0-9._~%=-]{8,}+", "…"},
    {"\\baWek[A-Za-z0-9._~%=-]{40,}+", "…"},
    {"\\beyJ[A-Za-z0-9_-]{8,}+\\.[A-Za-z0-9._-]++", "…"},
    {"\\b[0-9A-Fa-f]{64}\\b", "…"},
    {"\\b[0-9A-Fa-f]{32}\\s{1,3}[0-9A-Fa-f]{32}\\b", "…"},
    {"(hooks\\.slack\\.com/services/)[\\w/]++", "\\1…"},
    {"\\b(?:hv[sbr]\\.|gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|sk-)[A-Za-z0-9_.-]{16,}+", "…"},
    {"(?<![\\w.])s\\.[A-Za-z0-9]{24}\\b", "…"},
    /* the secret parts of a JSON Web Key */
    {"(\"(?:d|p|q|dp|dq|qi|k)\"\\s*:\\s*\")[A-Za-z0-9_-]{32,}+", "\\1…"},
    /* a code in an address: an error's has no digits or no small letters */
    {"(?i)((?<![A-Za-z0-9_])code(?:=|%(?:25)*3D))(?=[^&\\s]{0,200}[0-9])(?=[^&\\s]{0,200}\\p{Ll})"
     "(?:(?!%(?:25)*26)[^\"'&\\s\\\\<>]){16,}+",
     "\\1…"},
    /* a value before its name */
    {"(?i)(\"(?:parameter)?value\"\\s*:\\s*\")[^\"\\n]{1,400}(?=\"\\s*,\\s*\"(?:parameter)?(?:name|"
     "key)\"\\s*:\\s*\"[\\w.-]"
     "{0,40}(?:password|passwd|passphrase|secret|token|api_?key|session_?id)\")",
     "\\1…"},
    {"(?i)(<input\\s[^<>]{0,200}?\\bvalue\\s?=\\s?[\"'])[^\"'<>\\n]{1,400}(?=[\"']\\s[^<>]{0,200}?"
     "\\b(?:name|id)\\s?=\\s?[\"'][\\w.:-]{0,40}(?:password|passwd|passphrase|secret|token|api_?key"
     "|session_?id)[\"'])",
     "\\1…"},
    /* headers, options of curl and HTTPie, addresses with a password in them */
    {"(?i)(\\baccesskey\\s+)(?=[A-Za-z0-9]{0,99}\\d)[A-Za-z0-9_-]{16,}+", "\\1…"},
    {"(?i)(/forgotpassword\\.jsp\\?[^\\s\"']{0,200}\\bc=)[^&\\s\"']++", "\\1…"},
    {"(?i)(\\bbearer\\s+)[A-Za-z0-9._!~+/=%-]{16,}+", "\\1…"},
    {"(?i)([\\[\"'`]bearer\\s+)(?=[^\\]\"'`\\s]{0,60}\\d)[^\\]\"'`\\s]{4,}+(?=[\\]\"'`])", "\\1…"},
    {"((?<!\\S)-(?:u|U|-user|-proxy-user|-pass|-oauth2-bearer)[\\s=]+)"
     "(?:\"[^\"\\n]+\"|'[^'\\n]+'|[\"']?[^\\s\"']++)",
     "\\1…"},
    {"((?<!\\S)-(?:[ua]|a\\s+)[\"']?[^\\s\"':/=]{1,80}:)[^\\s\"']++", "\\1…"},
    {"((?<!\\S)(?:-b|--cookie)[\\s=]+[\"']?[\\w.-]{1,60}=)[^\"'\\n]++", "\\1…"},
    {"(://[^/\\s:@\"']+:)[^/\\s\"']{1,200}(?=@)", "\\1…"},
    {"(?i)(\\b(?:jdbc:[\\w:]{1,40}:|sqlplus\\s+)[\\w.$#-]{1,60}/)[^\\s@/\"']++(?=@)", "\\1…"},
    {"(?i)(\\bresponse\\s?=\\s?\\\\*+[\"']?)[0-9a-f]{32,}+", "\\1…"},
    /* what a program hands to a shell, and to what runs a build */
    {"(?i)(\\bConvertTo-SecureString\\s+(?:-(?:String|AsPlainText|Force)\\s+){0,3})"
     "(?:\"[^\"\\n]+\"|'[^'\\n]+'|(?![-$(\"'…])\\S++)",
     "\\1…"},
    {"([\"'])[^\"'\\n]{1,200}(?=[\"']\\s*\\|\\s*ConvertTo-SecureString)", "\\1…"},
    {"(\\bP?SETEX\\s+\\S{1,100}\\s+\\d{1,9}\\s+)\\S++", "\\1…"},
    {"(##vso\\[task\\.set(?:secret\\b|variable\\b[^\\]\\n]{0,200}\\bissecret=true)[^\\]\\n]{0,200}"
     "\\]"
     "|::add-mask::)[^\\n]++",
     "\\1…"},
    /* a line of a cookie jar, as curl and wget keep it */
    {"(^(?:#HttpOnly_)?[\\w.-]++[ \\t]++(?:TRUE|FALSE)[ \\t]++/\\S*+[ \\t]++(?:TRUE|FALSE)[ "
     "\\t]++\\d++"
     "[ \\t]++[^\\s]++[ \\t]++)[^\\s]++",
     "\\1…"},
    /* what a call is given by position: a user, a password, a token */
    {"(?i)((?:\\bauth\\s?=\\s?|\\blogin(?:Async)?|Credentials?|Basic_?Auth(?:entication)?"
     "|UsernamePassword(?:Async)?|PasswordAuthentication|\\bSalesforce)\\(\\s*+@?(\\\\*+[\"'])"
     "[^\"'\\n]{1,100}?\\2\\s*+,\\s*+@?\\2)(?:(?!\\2)[^\"'\\n])++(?:\\2\\s*+,\\s*+\\2[^\"'\\n]++){"
     "0,3}+",
     "\\1…"},
    /* another value behind one, with some words between them */
    {"(…[\"'`]{0,3}[ \\t(,;/|]{1,3}(?:\\p{L}{1,12}:?[ "
     "\\t]){0,3}[\"'`(]{0,3})(?=\\w*\\d)(?=\\w*\\p{Ll})"
     "(?=\\w*\\p{Lu})(?!(?:\\p{Lu}{0,3}+\\p{Ll}{2,}+\\d{0,2}+)++\\b)\\w{20,}+(?![.:/(])",
     "\\1…"},
    {"(…[\"'`]{0,3}[ \\t(,;]{1,3}(?:(?:old|new|now|before|previously|formerly|was|is|or|not)[ "
     ":]{1,2}){1,3}"
     "[\"'`])[^\"'`…\\n]{1,200}(?=[\"'`])",
     "\\1…"},
    /* the rest of a value that an email or a terminal broke into lines: long, hexadecimal, or all
     * of its line */
    {"…(?:=?\\r?\\n[> \\t]{0,4}(?:"
     "(?:(?=[\\w.~%+/=-]{0,200}[0-9])|(?=[\\w.~%+/=-]{0,200}[a-z][A-Z]{2}))"
     "(?=[\\w.~%+/=-]{0,200}[a-z])[\\w.~%+/=-]{16,}+"
     "|(?=[A-F]*\\d)(?=\\d*[A-F])[0-9A-F]{10,}+(?![\\w.-])"
     "|(?=[A-Za-z+/]*\\d)(?=\\d*[A-Za-z])[A-Za-z0-9+/]{6,}+=*+(?=[ \\t\\r]*+(?:\\n|\\z))))++",
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

char *cut_secrets(const char *text)
{
    g_autoptr(WipedText) unpaired = redact_pairs(text);
    return by_rules(unpaired);
}

static char *cut_blocks(const char *text)
{
    return redact_manifests(redact_dumps(text));
}

char *base64_text(const char *run)
{
    g_autoptr(WipedText) text = typed_base64(run);
    return text != NULL && strpbrk(text, "{<=") != NULL ? g_steal_pointer(&text) : NULL;
}

static gboolean hide_coded(const GMatchInfo *info, GString *out, gpointer user)
{
    g_autoptr(WipedText) run = g_match_info_fetch(info, 0);
    g_autoptr(WipedText) text = base64_text(run);
    g_autofree char *safe = text == NULL ? NULL : cut_secrets(text);
    (void)user;
    g_string_append(out, g_strcmp0(safe, text) == 0 ? run : "…");
    return FALSE;
}

char *redact(const char *text)
{
    g_autoptr(WipedText) whole = cut_blocks(text);
    g_autoptr(WipedText) plain = cut_secrets(whole);
    char *out = g_regex_replace_eval(regex_of(BASE64_RUN), plain, -1, 0, 0, hide_coded, NULL, NULL);
    return out == NULL ? g_strdup("…") : out;
}
