/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "host_slips.h"
#include "perch/base/error.h"
#include "perch/base/text.h"
#include "perch/base/typed.h"
#include "perch/salesforce/salesforce.h"

/*
 * Salesforce's hosts (help.salesforce.com: My Domain URL formats), most specific first. A suffix
 * that begins with '.' requires a name before it; any other is a whole host.
 */
enum { LAYERS = 4 };
enum action { HOST_KEEP, HOST_GENERIC, HOST_REPLACE, HOST_REFUSE };

static const struct host_rule {
    const char *suffix;
    enum action action;
    const char *text; /* HOST_REPLACE: the new suffix; HOST_REFUSE: the reason */
} rules[] = {
    {"login.salesforce.com", HOST_GENERIC, NULL},
    {"test.salesforce.com", HOST_GENERIC, NULL},
    /* pages of an org that are not its login host */
    {".lightning.force.com", HOST_REPLACE, ".my.salesforce.com"},
    {".my.salesforce-setup.com", HOST_REPLACE, ".my.salesforce.com"},
    {".lightning.crmforce.mil", HOST_REPLACE, ".my.salesforce.mil"},
    {".lightning.sfcrmapps.cn", HOST_REPLACE, ".my.sfcrmproducts.cn"},
    {".my-lightning.com", HOST_REPLACE, ".my-salesforce.com"},
    /* login hosts */
    {".my.salesforce.com", HOST_KEEP, NULL},
    {".my.salesforce.mil", HOST_KEEP, NULL},
    {".my.sfcrmproducts.cn", HOST_KEEP, NULL},
    {".my-salesforce.com", HOST_KEEP, NULL},
    /* pages that do not identify the org */
    {".vf.force.com", HOST_REFUSE,
     N_("This is the address of a Visualforce page, which does not show the org's own host. Open "
        "Setup in your org and paste that address.")},
    {".visual.force.com", HOST_REFUSE,
     N_("This is the address of a Visualforce page, which does not show the org's own host. Open "
        "Setup in your org and paste that address.")},
    {".visualforce.com", HOST_REFUSE,
     N_("This is the address of a Visualforce page, which does not show the org's own host. Open "
        "Setup in your org and paste that address.")},
    {".my.site.com", HOST_REFUSE,
     N_("This is the address of an Experience Cloud site. Open Setup in your org and paste that "
        "address, or look it up under Setup › Company Settings › My Domain.")},
    {".my.salesforce-sites.com", HOST_REFUSE,
     N_("This is the address of a Salesforce site. Open Setup in your org and paste that address, "
        "or look it up under Setup › Company Settings › My Domain.")},
    {".secure.force.com", HOST_REFUSE,
     N_("This is the address of a Salesforce site. Open Setup in your org and paste that address, "
        "or look it up under Setup › Company Settings › My Domain.")},
    {".file.force.com", HOST_REFUSE,
     N_("This is the address of a file, not of the org. Open Setup in your org and paste that "
        "address.")},
    {".content.force.com", HOST_REFUSE,
     N_("This is the address of a file, not of the org. Open Setup in your org and paste that "
        "address.")},
    {".documentforce.com", HOST_REFUSE,
     N_("This is the address of a file, not of the org. Open Setup in your org and paste that "
        "address.")},
    {".salesforce-experience.com", HOST_REFUSE,
     N_("This is the address of the site builder, not of the org. Open Setup in your org and paste "
        "that address.")},
    {".force.com", HOST_REFUSE,
     N_("This host serves pages, not logins. Open Setup in your org and paste that address.")},
    /* Salesforce's own sites */
    {"salesforce.com", HOST_REFUSE,
     N_("This is Salesforce's web site, not your org. Log in to your org and paste the address "
        "that the browser shows then.")},
    {"www.salesforce.com", HOST_REFUSE,
     N_("This is Salesforce's web site, not your org. Log in to your org and paste the address "
        "that the browser shows then.")},
    {"help.salesforce.com", HOST_REFUSE,
     N_("This is Salesforce Help, not your org. Log in to your org and paste the address that the "
        "browser shows then.")},
    {"developer.salesforce.com", HOST_REFUSE,
     N_("This is Salesforce's site for developers, not your org. Log in to your org and paste the "
        "address that the browser shows then.")},
    {"trailhead.salesforce.com", HOST_REFUSE,
     N_("This is Trailhead, not your org. Open your org or playground and paste the address that "
        "the browser shows then.")},
    {"status.salesforce.com", HOST_REFUSE,
     N_("This is Salesforce's status page, not your org. Log in to your org and paste the address "
        "that the browser shows then.")},
    {".salesforce.com", HOST_REFUSE,
     N_("Part of this address is missing: an org's host ends in .my.salesforce.com, for example "
        "acme.my.salesforce.com.")},
    {".salesforce.mil", HOST_REFUSE,
     N_("Part of this address is missing: an org's host ends in .my.salesforce.mil, for example "
        "acme.my.salesforce.mil.")},
};

/* Hosts run by Salesforce that serve no customers' own pages. */
static const char *const trusted_suffixes[] = {
    ".salesforce.com",         ".salesforce.mil",      ".sfcrmproducts.cn",
    ".my-salesforce.com",      ".lightning.force.com", ".lightning.crmforce.mil",
    ".lightning.sfcrmapps.cn", ".my-lightning.com",    ".my.salesforce-setup.com",
};

static bool suffix_fits(const char *host, const char *suffix)
{
    if (*suffix != '.')
        return g_str_equal(host, suffix);
    return g_str_has_suffix(host, suffix) && strlen(host) > strlen(suffix);
}

/* Labels of letters, digits and inner hyphens, separated by dots; none empty, none
 * internationalised (xn--). */
static bool is_host_name(const char *host)
{
    g_auto(GStrv) labels = g_strsplit(host, ".", -1);
    for (char **label = labels; *label != NULL; label++) {
        gsize length = strlen(*label);
        if (length == 0 || length > 63 || (*label)[0] == '-' || (*label)[length - 1] == '-' ||
            g_str_has_prefix(*label, "xn--"))
            return false;
        for (const char *p = *label; *p != '\0'; p++)
            if (!g_ascii_isalnum(*p) && *p != '-')
                return false;
    }
    return strlen(host) <= 253;
}

/* na44.salesforce.com: an instance that the org once was on. Orgs move, old names persist. */
static bool is_instance_host(const char *host)
{
    /* Hyperforce: ind171.salesforce.com, usa640s.sfdc-lywfpd.salesforce.com */
    return g_regex_match_simple("^(?:(?:na|eu|ap|cs|um|gs)[0-9]+(?:\\.lightning)?"
                                "|[a-z]{3}[0-9]{1,4}[a-z]?(?:\\.sfdc-[a-z0-9]+)?)"
                                "\\.(?:salesforce|force)\\.com$"
                                "|^(?:na|eu|ap|cs|um|gs|are|aus|bra|can|che|deu|fra|gbr|idn|ind|isr"
                                "|ita|jpn|kor|sgp|swe|usa)[0-9]+s?$",
                                host, 0, 0);
}

static enum org_kind kind_of(const char *host)
{
    if (g_str_equal(host, "test.salesforce.com") || strstr(host, ".sandbox.") != NULL ||
        strstr(host, ".scratch.") != NULL)
        return ORG_SANDBOX;
    /* acme--uat.my.salesforce.com and acme.cs42.my.salesforce.com: older sandboxes */
    return g_regex_match_simple("^[^.]*--|\\.cs[0-9]+\\.", host, 0, 0) ? ORG_SANDBOX
                                                                       : ORG_PRODUCTION;
}

static bool refuse(GError **error, const char *reason)
{
    g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_INPUT, reason);
    return false;
}

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
        return refuse(error, _("Type the demo org's address, for example http://localhost:8080."));
    host->host = g_strdup(kind == ORG_SANDBOX ? "test.salesforce.com" : "login.salesforce.com");
    host->url = g_strconcat("https://", host->host, NULL);
    host->kind = kind;
    host->generic = true;
    return true;
}

static bool use_loopback(struct org_host *host, GUri *uri, bool has_scheme, GError **error)
{
    if (strstr(g_uri_get_path(uri), "/OauthRedirect") != NULL)
        return refuse(error, _("This is the callback address, not your org. Log in to your org and "
                               "paste the address that the browser shows then."));
    host->kind = ORG_LOCAL;
    host->host = g_ascii_strdown(g_uri_get_host(uri), -1);
    host->url = g_uri_join(G_URI_FLAGS_NONE, has_scheme ? g_uri_get_scheme(uri) : "http", NULL,
                           host->host, g_uri_get_port(uri), "", NULL, NULL);
    return true;
}

static bool suggest(const char *host, GError **error)
{
    g_set_error(error, PERCH_ERROR, PERCH_ERROR_INPUT, _("Did you mean %s?"), host);
    return false;
}

static bool refuse_foreign(const char *host, GError **error)
{
    if (strchr(host, '.') == NULL && is_host_name(host) &&
        host[strspn(host, "0123456789")] != '\0') {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                    _("“%s” is only part of an address. Type it whole, for example "
                      "%s.my.salesforce.com."),
                    host, host);
        return false;
    }
    g_autofree char *near = is_host_name(host) ? host_nearest(host) : NULL;
    if (near != NULL)
        return suggest(near, error);
    /* What nobody typed as a host is not told as one: it may hold a secret. */
    if (!g_regex_match_simple("^[\\w-]+$|^[\\w. -]*\\.[\\w.-]+$", host, 0, 0))
        return refuse(error, _("This is not an address. Log in to your org and paste the address "
                               "that the browser shows then."));
    g_autofree char *clean = text_clean(host);
    g_autofree char *brief = text_abbreviate(clean, 60);
    g_set_error(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                _("%s is not a Salesforce host. Paste the org's address from Setup › Company "
                  "Settings › My Domain, even if the company uses a domain of its own."),
                brief);
    return false;
}

/* The host that the rules replace this one with, or the host itself. */
static char *login_host(const char *host)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
        gsize length = strlen(rules[i].suffix);
        if (rules[i].action == HOST_REPLACE && suffix_fits(host, rules[i].suffix))
            return g_strdup_printf("%.*s%s", (int)(strlen(host) - length), host, rules[i].text);
    }
    return g_strdup(host);
}

/* acme.my.salesforce.com.mcas.ms: the session proxy of Microsoft Defender for Cloud Apps. */
static void drop_session_proxy(char *host)
{
    g_autoptr(GRegex) proxy =
        g_regex_new("(?:\\.(?:us|eu|uk|au|in|ca)[0-9]?)?(?:\\.access(?:-control)?)?"
                    "\\.mcas(?:-gov)?\\.(?:ms|us)$",
                    0, 0, NULL);
    g_autoptr(GMatchInfo) info = NULL;
    int start = 0;
    if (g_regex_match(proxy, host, 0, &info) && g_match_info_fetch_pos(info, 0, &start, NULL))
        host[start] = '\0';
}

static bool use_salesforce(struct org_host *result, const char *host, GError **error)
{
    if (!is_host_name(host))
        return refuse_foreign(host, error);
    if (is_instance_host(host))
        return refuse(error, _("This names a server instead of your org. Paste the address shown "
                               "under Setup › Company Settings › My Domain."));
    g_autofree char *of_page = host_of_page(host);
    if (of_page != NULL)
        return suggest(of_page, error);
    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
        const struct host_rule *rule = &rules[i];
        if (!suffix_fits(host, rule->suffix))
            continue;
        if (rule->action == HOST_REFUSE)
            return refuse(error, _(rule->text));
        result->host = login_host(host);
        result->generic = rule->action == HOST_GENERIC;
        result->kind = kind_of(result->host);
        result->url = g_strconcat("https://", result->host, NULL);
        return true;
    }
    return refuse_foreign(host, error);
}

static bool use_address(struct org_host *result, const char *text, GError **error)
{
    bool has_scheme = strstr(text, "://") != NULL && strstr(text, "://") < strpbrk(text, "/?#");
    g_autofree char *whole = has_scheme ? g_strdup(text) : g_strconcat("https://", text, NULL);
    g_autoptr(GUri) uri =
        g_uri_parse(whole, G_URI_FLAGS_PARSE_RELAXED | G_URI_FLAGS_HAS_PASSWORD, NULL);
    const char *host_part = uri == NULL ? NULL : g_uri_get_host(uri);
    if (host_part == NULL || *host_part == '\0')
        return refuse(error, _("This is not an address. Log in to your org and paste the address "
                               "that the browser shows then."));
    if (!has_scheme && g_uri_get_userinfo(uri) != NULL)
        return refuse(error, _("This looks like a username. Paste the address of a page of your "
                               "org instead."));
    const char *scheme = g_uri_get_scheme(uri);
    if (!g_str_equal(scheme, "https") && !g_str_equal(scheme, "http"))
        return refuse(error, _("The address must begin with https://."));
    if (host_is_loopback(host_part))
        return use_loopback(result, uri, has_scheme, error);
    g_autofree char *host = g_ascii_strdown(host_part, -1);
    if (g_str_has_suffix(host, "."))
        host[strlen(host) - 1] = '\0';
    drop_session_proxy(host);
    const char *org = host;
    while (g_str_has_prefix(org, "www.") && suffix_fits(org + 4, ".my.salesforce.com"))
        org += 4;
    return use_salesforce(result, org, error);
}

/* An address in the text that is one of Salesforce's: each that begins with http, and in more than
 * two words each host. */
static bool use_any(struct org_host *host, const char *text)
{
    g_auto(GStrv) words =
        g_regex_split_simple("[\\s\"'<>()|=,;&\\x{AB}\\x{BB}\\x{2018}-\\x{201F}]+", text, 0, 0);
    bool sentence = g_strv_length(words) > 2 || strstr(text, ": ") != NULL;
    for (char **word = words; *word != NULL; word++) {
        bool is_address = g_regex_match_simple("^https?://", *word, G_REGEX_CASELESS, 0);
        g_autofree char *one =
            is_address || (sentence && strchr(*word, '.') != NULL && strchr(*word, '@') == NULL)
                ? tidy(*word)
                : g_strdup("");
        struct org_host found = {0};
        if (*one != '\0' && use_address(&found, one, NULL) && found.kind != ORG_LOCAL) {
            *host = found;
            return true;
        }
        org_host_clear(&found);
    }
    return false;
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
    if (use_address(host, text, &problem) || use_hidden(host, typed))
        return true;
    g_autofree char *mended = host_mend_signs(text);
    if (!g_str_equal(mended, text) && use_address(host, mended, NULL))
        return true;
    const char *stray = host_stray(text);
    if (stray != NULL)
        return refuse(error, stray);
    if (typed_is_secret(typed)) /* else a part of it would be told */
        return refuse(error, _("This is a secret or a token: keep it secret. Paste the address of "
                               "a page of your org."));
    g_propagate_error(error, g_steal_pointer(&problem));
    return false;
}

bool org_host_parse(struct org_host *ret_host, const char *typed, enum org_kind kind,
                    GError **error)
{
    struct org_host host = {0};
    g_autofree char *unmarked = typed_unmarked(typed);
    g_autofree char *plain = text_replace(unmarked, "=\\r?\n(?!https?:)", ""); /* a soft break */
    g_autofree char *safe = org_address_safe(plain);
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
    g_autofree char *near = host_nearest(host);
    if (near != NULL || host_stray(text) != NULL)
        return true;
    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++)
        if (suffix_fits(host, rules[i].suffix))
            return true;
    return g_regex_match_simple("force\\.(?:com|mil)|-salesforce\\.", text, G_REGEX_CASELESS, 0);
}

char *org_host_unknown(const char *typed)
{
    struct org_host known = {0};
    g_autofree char *cleaned = text_clean(typed);
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
    drop_session_proxy(host);
    if (!is_host_name(host) || strchr(host, '.') == NULL || g_hostname_is_ip_address(host) ||
        host_is_loopback(host) || resembles_salesforce(whole, host))
        return NULL;
    return g_strconcat("https://", host, NULL);
}

void org_host_clear(struct org_host *host)
{
    g_free(host->url);
    g_free(host->host);
    g_free(host->note);
    *host = (struct org_host){0};
}

char *org_host_told(const char *url)
{
    struct org_host host = {0};
    const bool sandbox =
        org_host_parse(&host, url, ORG_PRODUCTION, NULL) && host.kind == ORG_SANDBOX;
    org_host_clear(&host);
    return sandbox ? g_strdup_printf(_("%s (sandbox)"), url) : g_strdup(url);
}

bool org_host_covers(const char *login_url, const char *org_url)
{
    struct org_host all = {0}, one = {0};
    const bool covers = login_url != NULL && org_url != NULL &&
                        org_host_parse(&all, login_url, ORG_PRODUCTION, NULL) && all.generic &&
                        org_host_parse(&one, org_url, ORG_PRODUCTION, NULL) && all.kind == one.kind;
    org_host_clear(&all);
    org_host_clear(&one);
    return covers;
}

bool salesforce_url_is_local(const char *url)
{
    struct org_host host = {0};
    bool is_local = org_host_parse(&host, url, ORG_PRODUCTION, NULL) && host.kind == ORG_LOCAL;
    org_host_clear(&host);
    return is_local;
}

bool salesforce_url_is_trusted(const char *url)
{
    g_autoptr(GUri) uri = url == NULL ? NULL : g_uri_parse(url, G_URI_FLAGS_HAS_PASSWORD, NULL);
    const char *host_part = uri == NULL ? NULL : g_uri_get_host(uri);
    if (host_part == NULL || g_uri_get_userinfo(uri) != NULL)
        return false;
    const char *scheme = g_uri_get_scheme(uri);
    bool is_https = g_str_equal(scheme, "https");
    if (host_is_loopback(host_part))
        return is_https || g_str_equal(scheme, "http");
    g_autofree char *host = g_ascii_strdown(host_part, -1);
    int port = g_uri_get_port(uri);
    if (!is_https || !is_host_name(host) || (port != -1 && port != 443))
        return false;
    for (gsize i = 0; i < G_N_ELEMENTS(trusted_suffixes); i++)
        if (suffix_fits(host, trusted_suffixes[i]))
            return true;
    return false;
}

/* acme.my.salesforce.com → acme.lightning.force.com; an old instance name in it is dropped. */
static char *lightning_host(const char *host)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
        const struct host_rule *rule = &rules[i];
        if (rule->action != HOST_REPLACE || !suffix_fits(host, rule->text))
            continue;
        g_autofree char *name = g_strndup(host, strlen(host) - strlen(rule->text));
        g_autofree char *plain = text_replace(name, "\\.(na|eu|ap|cs|um|gs)[0-9]+$", "");
        return g_strconcat(plain, rule->suffix, NULL);
    }
    return NULL;
}

char *lightning_url(const char *org_url)
{
    g_autoptr(GUri) uri = org_url == NULL ? NULL : g_uri_parse(org_url, G_URI_FLAGS_NONE, NULL);
    const char *host_part = uri == NULL ? NULL : g_uri_get_host(uri);
    if (host_is_loopback(host_part))
        return g_uri_join(G_URI_FLAGS_NONE, g_uri_get_scheme(uri), NULL, host_part,
                          g_uri_get_port(uri), "", NULL, NULL);
    if (host_part == NULL)
        return NULL;
    g_autofree char *lower = g_ascii_strdown(host_part, -1);
    g_autofree char *login = login_host(lower);
    g_autofree char *lightning = lightning_host(login);
    return lightning == NULL ? NULL : g_strconcat("https://", lightning, NULL);
}

char *record_url(const char *instance_url, const char *object, const char *id)
{
    g_autofree char *lightning = lightning_url(instance_url);
    if (lightning == NULL)
        return g_strdup_printf("%s/%s", instance_url, id);
    return g_strdup_printf("%s/lightning/r/%s/%s/view", lightning, object, id);
}

char *login_audience(const char *login_url, bool connected_app)
{
    struct org_host host = {0};
    const char *audience = login_url;
    if (connected_app && org_host_parse(&host, login_url, ORG_PRODUCTION, NULL) &&
        host.kind != ORG_LOCAL)
        audience = host.kind == ORG_SANDBOX ? "https://test.salesforce.com"
                                            : "https://login.salesforce.com";
    org_host_clear(&host);
    return g_strdup(audience);
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
