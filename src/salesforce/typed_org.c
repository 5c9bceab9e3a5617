/* SPDX-License-Identifier: MIT */
/* The org in what people type or paste as its address. */
#include <string.h>

#include "host_slips.h"
#include "hosts.h"
#include "perch/base/text.h"
#include "perch/base/typed.h"

enum { LAYERS = 4 };
#define BETWEEN " \t\r\n\"'<>()|,;" /* words */

/* Extracts the address from a Markdown link, a Slack link (<address|label>) or surrounding text. */
static char *only_address(const char *text)
{
    const char *sign = strstr(text, "://");
    if (sign == NULL || strpbrk(text, " |(") == NULL)
        return g_strdup(text);
    const char *start = sign;
    while (start > text && g_ascii_isalpha(start[-1]))
        start--;
    return g_strndup(start, strcspn(start, " |)>\"'"));
}

/* Strips blanks and punctuation of any script after the address. */
static void trim_end(char *text)
{
    gsize length = strlen(text);
    while (length > 0) {
        const char *last = g_utf8_find_prev_char(text, text + length);
        gunichar c = last == NULL ? 0 : g_utf8_get_char(last);
        if (last == NULL || c < 128 || g_unichar_isalnum(c))
            return;
        length = (gsize)(last - text);
        text[length] = '\0';
    }
}

/* Blanks, quotes and what marks a text up, of any script. */
static const char *skip_around(const char *text)
{
    while (*text != '\0') {
        const gunichar c = g_utf8_get_char(text);
        if (c < 128 ? strchr(" \"'<>()`*_|", (int)c) == NULL : g_unichar_isalnum(c))
            break;
        text = g_utf8_next_char(text);
    }
    return text;
}

/* The typed text without surrounding quotes and blanks, and without line breaks. */
static char *tidy(const char *cleaned)
{
    g_autofree char *one = only_address(cleaned);
    trim_end(g_strdelimit(one, "\\", '/'));
    g_autofree char *clean = host_mend_scheme(one);
    GString *out = g_string_new(skip_around(clean));
    while (out->len > 0 && strchr(" \"'<>()`*_|,;", out->str[out->len - 1]) != NULL)
        g_string_truncate(out, out->len - 1);
    return g_string_free(out, FALSE);
}

static bool use_generic(struct org_host *host, enum org_kind kind, GError **error)
{
    if (kind == ORG_LOCAL)
        return host_refuse(error,
                           _("Type the demo org's address, for example http://localhost:8080."));
    host->host = g_strdup(kind == ORG_SANDBOX ? "test.salesforce.com" : "login.salesforce.com");
    host->url = g_strconcat("https://", host->host, NULL);
    host->kind = kind;
    host->generic = true;
    return true;
}

/* A word that is an address of Salesforce's. Most words of a long text need no closer look. */
static bool use_word(struct org_host *host, const char *word)
{
    static const char *const inside[] = {"force", "sfcrm", "my-lightning"}; /* each of its names */
    g_autofree char *lower = g_ascii_strdown(word, -1);
    bool may_be = false;
    for (gsize i = 0; i < G_N_ELEMENTS(inside); i++)
        may_be = may_be || strstr(lower, inside[i]) != NULL;
    g_autofree char *one = may_be ? tidy(word) : g_strdup("");
    if (*one != '\0' && host_use(host, one, NULL) && host->kind != ORG_LOCAL)
        return true;
    org_host_clear(host);
    return false;
}

/* The same of a link that keeps another address in its path: Cisco's, Check Point's. */
static bool use_inside(struct org_host *host, const char *word)
{
    enum { LONGEST = 2048 };
    for (const char *part = word; part != NULL; part = strcasestr(part + 1, "http")) {
        const char *end = strstr(part, "___");
        gsize length = end == NULL ? strlen(part) : (gsize)(end - part);
        g_autofree char *one = g_strndup(part, MIN(length, LONGEST));
        if (use_word(host, one))
            return true;
    }
    return false;
}

/* An address in the text that is one of Salesforce's: each that begins with http, and in more than
 * two words each host. */
static bool use_any(struct org_host *host, const char *text)
{
    g_auto(GStrv) words = g_strsplit_set(text, BETWEEN "=&", -1);
    guint count = 0;
    for (char **word = words; *word != NULL; word++)
        count += **word != '\0';
    const bool sentence = count > 2 || strstr(text, ": ") != NULL;
    for (char **next = words; *next != NULL; next++) {
        const char *word = skip_around(*next);
        bool is_address = g_ascii_strncasecmp(word, "http", 4) == 0;
        bool is_host = sentence && strchr(word, '.') != NULL && strchr(word, '@') == NULL;
        if ((is_address || is_host) && use_inside(host, word))
            return true;
    }
    return false;
}

enum several { SEVERAL_NO, SEVERAL_SAME, SEVERAL_ORGS };

/* Whether the text has several addresses, and of one org: host. The addresses that many orgs share
 * are none of another org, and what stands inside a link is none. */
static enum several use_several(struct org_host *host, const char *typed)
{
    g_auto(GStrv) words = g_strsplit_set(typed, BETWEEN, -1);
    enum several several = SEVERAL_NO;
    for (char **word = words; *word != NULL && several != SEVERAL_ORGS; word++) {
        struct org_host found = {0};
        if (strchr(*word, '@') != NULL || !use_word(&found, *word))
            continue;
        if (host->url != NULL)
            several = host->generic == found.generic && !g_str_equal(host->url, found.url)
                          ? SEVERAL_ORGS
                          : SEVERAL_SAME;
        struct org_host *vague = found.generic && host->url != NULL ? &found : host;
        org_host_clear(vague);
        if (vague == host)
            *host = found;
    }
    if (several != SEVERAL_SAME)
        org_host_clear(host);
    return several;
}

/* The same in the text as it is, in one piece though a terminal broke it into lines, and inside
 * links of other programs. */
static bool use_hidden(struct org_host *host, const char *typed)
{
    g_autofree char *lines = text_clean_lines(typed);
    g_autoptr(GString) joined = g_string_new(NULL);
    g_auto(GStrv) parts = g_strsplit(lines, "\n", -1);
    for (char **part = parts; *part != NULL; part++)
        g_string_append(joined, g_strstrip(*part + strspn(*part, "> ")));
    char *reading = text_clean(typed);
    bool found = false;
    for (int layer = 0; reading != NULL && !found && layer < LAYERS; layer++) {
        g_autofree char *outer = reading;
        found = use_any(host, outer);
        reading = layer == 0 ? g_strdup(joined->str) : typed_unwrap(outer);
    }
    g_free(reading);
    return found;
}

char *org_address_kept(const char *typed)
{
    struct org_host host = {0};
    g_autofree char *text = g_strstrip(g_strdup(typed == NULL ? "" : typed));
    if (*text == '\0' || !org_host_parse_any(text, ORG_PRODUCTION, &host, NULL))
        return NULL;
    char *kept = g_steal_pointer(&host.url);
    org_host_clear(&host);
    return kept;
}

char *org_address_safe(const char *typed)
{
    return text_replace(typed,
                        "(?is)^\\s*force://[^@]*(?:@|$)"
                        "|[?&#](?:sid|(?:access|refresh)_token|code)=.*",
                        "");
}

/* Setup's own words for the two hosts that many orgs share. */
static bool is_kind(const char *text, enum org_kind *kind)
{
    const bool sandbox = g_ascii_strcasecmp(text, "sandbox") == 0;
    if (sandbox || g_ascii_strcasecmp(text, "production") == 0)
        *kind = sandbox ? ORG_SANDBOX : ORG_PRODUCTION;
    return *text == '\0' || sandbox || g_ascii_strcasecmp(text, "production") == 0;
}

/* The text is an address, has one in it, or is one when slips of the keyboard are undone. */
static bool use_text(struct org_host *host, const char *text, const char *typed, GError **error)
{
    g_autoptr(GError) problem = NULL;
    const enum several several = use_several(host, typed);
    if (several == SEVERAL_ORGS)
        return host_refuse(error, _("These are addresses of several orgs. Paste the one that you "
                                    "mean alone."));
    if (several == SEVERAL_SAME || host_use(host, text, &problem) || use_hidden(host, typed))
        return true;
    g_autofree char *mended = host_mend_signs(text);
    if (!g_str_equal(mended, text) && host_use(host, mended, NULL))
        return true;
    const char *stray = host_stray(text);
    if (stray != NULL)
        return host_refuse(error, stray);
    if (typed_is_secret(typed)) /* else a part of it would be told */
        return host_refuse(error,
                           _("This is a secret or a token: keep it secret. Paste the address of "
                             "a page of your org."));
    g_propagate_error(error, g_steal_pointer(&problem));
    return false;
}

/* typed without what terminals, letters and East Asian keyboards make of it, and without secrets.
 */
static char *plain_text(const char *typed)
{
    g_autofree char *unmarked = typed_unmarked(typed);
    g_autofree char *joined = text_replace(unmarked, "=\\r?\n(?!https?:)", ""); /* a soft break */
    g_autofree char *valid = g_utf8_make_valid(joined, -1);
    g_autofree char *narrow = g_utf8_normalize(valid, -1, G_NORMALIZE_ALL_COMPOSE);
    return org_address_safe(narrow);
}

bool org_host_parse(struct org_host *ret_host, const char *typed, enum org_kind kind,
                    GError **error)
{
    struct org_host host = {0};
    g_autofree char *safe = plain_text(typed);
    g_autofree char *cleaned = text_clean(safe);
    g_autofree char *text = tidy(cleaned);
    if (is_kind(text, &kind)) {
        if (!use_generic(&host, kind, error))
            return false;
    } else {
        if (!use_text(&host, text, safe, error))
            return false;
        if (!g_str_equal(text, host.url) && !g_str_equal(text, host.host) && !host.generic)
            host.note = host.kind == ORG_LOCAL
                            ? g_strdup_printf(_("The org's address is %s."), host.url)
                            : g_strdup_printf(_("The My Domain host is %s."), host.host);
    }
    *ret_host = host;
    return true;
}

/* Whether the address, mistyped or forged, comes close to Salesforce's own names. */
static bool resembles_salesforce(const char *text, const char *host)
{
    return host_is_near(host) || host_stray(text) != NULL ||
           g_regex_match_simple("force\\.(?:com|mil)|-salesforce\\.", text, G_REGEX_CASELESS, 0);
}

char *org_host_unknown(const char *typed)
{
    struct org_host known = {0};
    g_autofree char *plain = plain_text(typed);
    g_autofree char *cleaned = text_clean(plain);
    g_autofree char *text = tidy(cleaned);
    const bool is_known =
        org_host_parse(&known, typed, ORG_PRODUCTION, NULL) || typed_is_secret(typed);
    org_host_clear(&known);
    g_autofree char *whole =
        strstr(text, "://") != NULL ? g_strdup(text) : g_strconcat("https://", text, NULL);
    g_autoptr(GUri) uri = is_known ? NULL : g_uri_parse(whole, G_URI_FLAGS_PARSE_RELAXED, NULL);
    if (uri == NULL || g_uri_get_host(uri) == NULL || g_uri_get_port(uri) != -1 ||
        !g_str_has_prefix(g_uri_get_scheme(uri), "http") || strchr(whole, '@') != NULL)
        return NULL;
    g_autofree char *host = g_ascii_strdown(g_uri_get_host(uri), -1);
    host_drop_session_proxy(host);
    if (!host_is_name(host) || strchr(host, '.') == NULL || g_hostname_is_ip_address(host) ||
        host_is_loopback(host) || resembles_salesforce(whole, host))
        return NULL;
    return g_strconcat("https://", host, NULL);
}

bool org_host_parse_any(const char *typed, enum org_kind kind, struct org_host *ret_host,
                        GError **error)
{
    *ret_host = (struct org_host){0};
    g_autofree char *unknown = typed == NULL ? NULL : org_host_unknown(typed);
    if (unknown == NULL)
        return org_host_parse(ret_host, typed == NULL ? "" : typed, kind, error);
    ret_host->host = g_strdup(unknown + strlen("https://"));
    ret_host->url = g_steal_pointer(&unknown);
    return true;
}
