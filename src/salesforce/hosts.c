/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "host_slips.h"
#include "hosts.h"
#include "perch/base/error.h"
#include "perch/base/text.h"
#include "perch/base/typed.h"

/*
 * Salesforce's hosts (help.salesforce.com: My Domain URL formats), most specific first. A suffix
 * that begins with '.' requires a name before it; any other is a whole host.
 */
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

bool host_is_name(const char *host)
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
    /* Hyperforce: ind171.salesforce.com, usa640s.sfdc-lywfpd.my.salesforce.com; a My Domain may be
     * called like that, too, but not often after a country */
    return g_regex_match_simple("^(?:na|eu|ap|cs|um|gs|are|aus|bra|can|che|deu|fra|gbr|idn|ind|isr"
                                "|ita|jpn|kor|sgp|swe|usa)[0-9]+s?"
                                "(?:(?:\\.lightning)?\\.(?:salesforce|force)\\.com)?$"
                                "|^[a-z]{3}[0-9]{1,4}[a-z]?(?:\\.sfdc-[a-z0-9]+"
                                "(?:\\.my|\\.lightning)?)?\\.(?:salesforce|force)\\.com$",
                                host, 0, 0);
}

/* Whether it ends in one of Salesforce's names. */
static bool is_known(const char *host)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++)
        if (suffix_fits(host, rules[i].suffix))
            return true;
    return false;
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

bool host_refuse(GError **error, const char *reason)
{
    g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_INPUT, reason);
    return false;
}

static bool use_loopback(struct org_host *host, GUri *uri, bool has_scheme, GError **error)
{
    if (strstr(g_uri_get_path(uri), "/OauthRedirect") != NULL)
        return host_refuse(error,
                           _("This is the callback address, not your org. Log in to your org and "
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

static char *without_dots(const char *host)
{
    gsize length = strlen(host);
    while (length > 0 && host[length - 1] == '.')
        length--;
    return g_strndup(host, length);
}

/* The login host of an address that ends within one of Salesforce's names: acme.my.sales. A shorter
 * beginning is a domain of its own: acme.my. NULL = it does not. */
static char *whole_host(const char *typed)
{
    enum { SHORTEST = 4 };
    g_autofree char *host = without_dots(typed);
    for (gsize i = 0; host_is_name(host) && i < G_N_ELEMENTS(rules); i++) {
        const struct host_rule *rule = &rules[i];
        const char *end = rule->action == HOST_KEEP || rule->action == HOST_REPLACE ? host : "";
        while ((end = strchr(end, '.')) != NULL && !g_str_has_prefix(rule->suffix, end))
            end++;
        if (end == NULL || strlen(end) < SHORTEST)
            continue;
        g_autofree char *whole = g_strdup_printf("%.*s%s", (int)(end - host), host, rule->suffix);
        return login_host(whole);
    }
    return NULL;
}

bool host_is_near(const char *host)
{
    g_autofree char *near = host_nearest(host), *whole = whole_host(host);
    return near != NULL || whole != NULL || is_known(host);
}

static bool refuse_foreign(const char *host, GError **error)
{
    g_autofree char *whole = whole_host(host);
    if (whole != NULL) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                    _("This address is cut off. Did you mean %s?"), whole);
        return false;
    }
    if (strchr(host, '.') == NULL && host_is_name(host) &&
        host[strspn(host, "0123456789")] != '\0') {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                    _("“%s” is only part of an address. Type it whole, for example "
                      "%s.my.salesforce.com."),
                    host, host);
        return false;
    }
    if (typed_is_stump(host))
        return host_refuse(error, _("This address is cut off. Copy it again whole from the "
                                    "browser."));
    g_autofree char *near = host_is_name(host) ? host_nearest(host) : NULL;
    if (near != NULL)
        return suggest(near, error);
    /* What nobody typed as a host is not told as one: it may hold a secret. */
    if (!g_regex_match_simple("^[\\w-]+$|^[\\w. -]*\\.[\\w.-]+$", host, 0, 0))
        return host_refuse(error,
                           _("This is not an address. Log in to your org and paste the address "
                             "that the browser shows then."));
    g_autofree char *clean = text_clean(host);
    g_autofree char *brief = text_abbreviate(clean, 60);
    g_set_error(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                _("%s is not a Salesforce host. Paste the org's address from Setup › Company "
                  "Settings › My Domain, even if the company uses a domain of its own."),
                brief);
    return false;
}

void host_drop_session_proxy(char *host)
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
    if (host_is_placeholder(host) && is_known(host))
        return host_refuse(error, _("Salesforce's documentation writes this name for that of any "
                                    "org. Paste the address shown under Setup › Company Settings "
                                    "› My Domain."));
    if (!host_is_name(host))
        return refuse_foreign(host, error);
    if (is_instance_host(host))
        return host_refuse(error,
                           _("This names a server instead of your org. Paste the address shown "
                             "under Setup › Company Settings › My Domain."));
    const char *my = strstr(host, ".my.");
    if (my != NULL && strstr(my + 1, ".my.") != NULL)
        return host_refuse(error,
                           _("These are addresses of several orgs. Paste the one that you mean "
                             "alone."));
    g_autofree char *of_page = host_of_page(host);
    if (of_page != NULL)
        return suggest(of_page, error);
    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
        const struct host_rule *rule = &rules[i];
        if (!suffix_fits(host, rule->suffix))
            continue;
        if (rule->action == HOST_REFUSE)
            return host_refuse(error, _(rule->text));
        result->host = login_host(host);
        result->generic = rule->action == HOST_GENERIC;
        result->kind = kind_of(result->host);
        result->url = g_strconcat("https://", result->host, NULL);
        return true;
    }
    return refuse_foreign(host, error);
}

bool host_use(struct org_host *result, const char *text, GError **error)
{
    bool has_scheme = strstr(text, "://") != NULL && strstr(text, "://") < strpbrk(text, "/?#");
    g_autofree char *whole = has_scheme ? g_strdup(text) : g_strconcat("https://", text, NULL);
    g_autoptr(GUri) uri =
        g_uri_parse(whole, G_URI_FLAGS_PARSE_RELAXED | G_URI_FLAGS_HAS_PASSWORD, NULL);
    const char *host_part = uri == NULL ? NULL : g_uri_get_host(uri);
    if (host_part == NULL || *host_part == '\0')
        return host_refuse(error,
                           _("This is not an address. Log in to your org and paste the address "
                             "that the browser shows then."));
    if (!has_scheme && g_uri_get_userinfo(uri) != NULL)
        return host_refuse(error,
                           _("This looks like a username. Paste the address of a page of your "
                             "org instead."));
    const char *scheme = g_uri_get_scheme(uri);
    if (!g_str_equal(scheme, "https") && !g_str_equal(scheme, "http"))
        return host_refuse(error, _("The address must begin with https://."));
    if (host_is_loopback(host_part))
        return use_loopback(result, uri, has_scheme, error);
    g_autofree char *typed_host = g_ascii_strdown(host_part, -1);
    g_autofree char *host = without_dots(typed_host);
    host_drop_session_proxy(host);
    if (typed_is_stump(typed_host) && !is_known(host))
        return refuse_foreign(typed_host, error);
    const char *org = host;
    while (g_str_has_prefix(org, "www.") && suffix_fits(org + 4, ".my.salesforce.com"))
        org += 4;
    return use_salesforce(result, org, error);
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
    if (!is_https || !host_is_name(host) || (port != -1 && port != 443))
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
