/* SPDX-License-Identifier: MIT */
/* The org in what people type or paste as its address. */
#include "support/test.h"

#include <string.h>

#include "perch/base/error.h"
#include "perch/salesforce/salesforce.h"

static const struct {
    const char *typed;
    const char *url; /* NULL = refused */
    enum org_kind kind;
    const char *says; /* part of the note, or of the reason; NULL = no note */
} hosts[] = {
    /* login hosts as they are */
    {"acme.my.salesforce.com", "https://acme.my.salesforce.com", ORG_PRODUCTION, NULL},
    {"https://acme.my.salesforce.com", "https://acme.my.salesforce.com", ORG_PRODUCTION, NULL},
    {"https//acme.my.salesforce.com", "https://acme.my.salesforce.com", ORG_PRODUCTION, NULL},
    {"https:/acme.my.salesforce.com/x", "https://acme.my.salesforce.com", ORG_PRODUCTION,
     "acme.my.salesforce.com"},
    {"https://https://acme.my.salesforce.com", "https://acme.my.salesforce.com", ORG_PRODUCTION,
     NULL},
    {"acme.my.salesforce.com\xC2\xA0", "https://acme.my.salesforce.com", ORG_PRODUCTION, NULL},
    {"acme.my.salesforce.com\xE3\x80\x81", "https://acme.my.salesforce.com", ORG_PRODUCTION, NULL},
    {"[our org](https://acme.my.salesforce.com/x)", "https://acme.my.salesforce.com",
     ORG_PRODUCTION, "acme.my.salesforce.com"},
    {"<https://acme.my.salesforce.com/x|our org>", "https://acme.my.salesforce.com", ORG_PRODUCTION,
     "acme.my.salesforce.com"},
    /* wrapped, in a letter, a log, a link of a mail filter, a session proxy */
    {"https://acme.my.sales\nforce.com/lightning/page", "https://acme.my.salesforce.com",
     ORG_PRODUCTION, "acme"},
    {"> https://acme.lightning\n> .force.com/lightning/page", "https://acme.my.salesforce.com",
     ORG_PRODUCTION, "acme"},
    {"see https://wiki.acme.example/crm\nand https://acme.my.salesforce.com/x",
     "https://acme.my.salesforce.com", ORG_PRODUCTION, "acme"},
    {"Our org is acme.my.salesforce.com, thanks", "https://acme.my.salesforce.com", ORG_PRODUCTION,
     "acme"},
    {"Host: acme.my.salesforce.com", "https://acme.my.salesforce.com", ORG_PRODUCTION, "acme"},
    {"10:00 GET https://acme--uat.sandbox.my.salesforce.com/services/data 200",
     "https://acme--uat.sandbox.my.salesforce.com", ORG_SANDBOX, "acme"},
    {"https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Facme.lightning.force.com%2F"
     "lightning&data=05%7C02",
     "https://acme.my.salesforce.com", ORG_PRODUCTION, "acme"},
    {"https://eur01.safelinks.protection.outlook.com/"
     "?url=https%253A%252F%252Facme.my.salesforce.com"
     "%252F&data=05",
     "https://acme.my.salesforce.com", ORG_PRODUCTION, "acme"},
    {"https://urldefense.proofpoint.com/v2/url?u=https-3A__acme.my.salesforce.com_x&d=DwMF",
     "https://acme.my.salesforce.com", ORG_PRODUCTION, "acme"},
    {"https://urldefense.com/v3/__https://acme.my.salesforce.com/x__;!!Ab!cd$",
     "https://acme.my.salesforce.com", ORG_PRODUCTION, "acme"},
    {"https://acme.my.salesforce.com.mcas.ms/lightning", "https://acme.my.salesforce.com",
     ORG_PRODUCTION, "acme"},
    {"acme.my.salesforce.mil.mcas.ms", "https://acme.my.salesforce.mil", ORG_PRODUCTION, "acme"},
    {"acme.lightning.force.com.eu2.mcas.ms", "https://acme.my.salesforce.com", ORG_PRODUCTION,
     "acme"},
    {"acme.my.salesforce.com.access.mcas-gov.us", "https://acme.my.salesforce.com", ORG_PRODUCTION,
     "acme"},
    {"https%3A%2F%2Facme.my.salesforce.com", "https://acme.my.salesforce.com", ORG_PRODUCTION,
     "acme"},
    {"https://login.salesforce.com", "https://login.salesforce.com", ORG_PRODUCTION, NULL},
    {"login.salesforce.com/?locale=de", "https://login.salesforce.com", ORG_PRODUCTION, NULL},
    {"https://test.salesforce.com/", "https://test.salesforce.com", ORG_SANDBOX, NULL},
    {"acme--uat.sandbox.my.salesforce.com", "https://acme--uat.sandbox.my.salesforce.com",
     ORG_SANDBOX, NULL},
    {"acme-dev-ed.develop.my.salesforce.com", "https://acme-dev-ed.develop.my.salesforce.com",
     ORG_PRODUCTION, NULL},
    {"x.scratch.my.salesforce.com", "https://x.scratch.my.salesforce.com", ORG_SANDBOX, NULL},
    {"x.trailblaze.my.salesforce.com", "https://x.trailblaze.my.salesforce.com", ORG_PRODUCTION,
     NULL},
    {"acme.my.salesforce.mil", "https://acme.my.salesforce.mil", ORG_PRODUCTION, NULL},
    {"acme--uat.sandbox.my.salesforce.mil", "https://acme--uat.sandbox.my.salesforce.mil",
     ORG_SANDBOX, NULL},
    {"acme.my.sfcrmproducts.cn", "https://acme.my.sfcrmproducts.cn", ORG_PRODUCTION, NULL},
    {"acme.my-salesforce.com", "https://acme.my-salesforce.com", ORG_PRODUCTION, NULL},
    {"uat.acme.sandbox.my-salesforce.com", "https://uat.acme.sandbox.my-salesforce.com",
     ORG_SANDBOX, NULL},
    {"acme--uat.my.salesforce.com", "https://acme--uat.my.salesforce.com", ORG_SANDBOX, NULL},
    {"acme.cs42.my.salesforce.com", "https://acme.cs42.my.salesforce.com", ORG_SANDBOX, NULL},
    /* pages of the org */
    {"https://acme.lightning.force.com/lightning/page/home", "https://acme.my.salesforce.com",
     ORG_PRODUCTION, "acme.my.salesforce.com"},
    {"acme.lightning.force.com", "https://acme.my.salesforce.com", ORG_PRODUCTION,
     "My Domain host is acme.my.salesforce.com"},
    {"https://acme.lightning.force.com/lightning/r/Lead/00Q5g00000ABCDEEA4/view",
     "https://acme.my.salesforce.com", ORG_PRODUCTION, "acme.my"},
    {"https://acme--uat.sandbox.lightning.force.com/lightning/setup/SetupOneHome/home",
     "https://acme--uat.sandbox.my.salesforce.com", ORG_SANDBOX, "acme--uat.sandbox.my"},
    {"acme-dev-ed.develop.lightning.force.com", "https://acme-dev-ed.develop.my.salesforce.com",
     ORG_PRODUCTION, "develop"},
    {"https://acme.my.salesforce-setup.com/lightning/setup/SetupOneHome/home",
     "https://acme.my.salesforce.com", ORG_PRODUCTION, "acme.my.salesforce.com"},
    {"https://acme-dev-ed.develop.my.salesforce-setup.com/lightning/setup/x",
     "https://acme-dev-ed.develop.my.salesforce.com", ORG_PRODUCTION, "acme-dev-ed"},
    {"acme.lightning.crmforce.mil", "https://acme.my.salesforce.mil", ORG_PRODUCTION,
     "acme.my.salesforce.mil"},
    {"acme.lightning.sfcrmapps.cn", "https://acme.my.sfcrmproducts.cn", ORG_PRODUCTION,
     "sfcrmproducts"},
    {"acme.my-lightning.com", "https://acme.my-salesforce.com", ORG_PRODUCTION, "my-salesforce"},
    {"https://acme.my.salesforce.com/00Q5g00000ABCDE", "https://acme.my.salesforce.com",
     ORG_PRODUCTION, "acme.my.salesforce.com"},
    {"https://acme.my.salesforce.com/secur/frontdoor.jsp?sid=00D!secret",
     "https://acme.my.salesforce.com", ORG_PRODUCTION, "acme.my.salesforce.com"},
    /* with what typing and copying adds */
    {"  ACME.My.Salesforce.COM  ", "https://acme.my.salesforce.com", ORG_PRODUCTION, "acme"},
    {"http://acme.my.salesforce.com", "https://acme.my.salesforce.com", ORG_PRODUCTION, "acme"},
    {"HTTPS://acme.my.salesforce.com:443/", "https://acme.my.salesforce.com", ORG_PRODUCTION,
     "acme"},
    {"acme.my.salesforce.com.", "https://acme.my.salesforce.com", ORG_PRODUCTION, "acme"},
    {"\"https://acme.my.salesforce.com\"", "https://acme.my.salesforce.com", ORG_PRODUCTION, NULL},
    {"<https://acme.my.salesforce.com>,", "https://acme.my.salesforce.com", ORG_PRODUCTION, NULL},
    {"https://user:pass@acme.my.salesforce.com/", "https://acme.my.salesforce.com", ORG_PRODUCTION,
     "acme"},
    {"acme.my.salesforce.com?x=1", "https://acme.my.salesforce.com", ORG_PRODUCTION, "acme"},
    {"acme.my.salesforce.com/#/a://b", "https://acme.my.salesforce.com", ORG_PRODUCTION, "acme"},
    /* this computer */
    {"http://localhost:8080", "http://localhost:8080", ORG_LOCAL, NULL},
    {"localhost:8080", "http://localhost:8080", ORG_LOCAL, "http://localhost:8080"},
    {"https://localhost:8443/lightning", "https://localhost:8443", ORG_LOCAL, "8443"},
    {"http://127.0.0.1:1234/", "http://127.0.0.1:1234", ORG_LOCAL, "1234"},
    {"http://[::1]:1234", "http://[::1]:1234", ORG_LOCAL, NULL},
    {"LOCALHOST", "http://localhost", ORG_LOCAL, "localhost"},
    /* refused, each with its reason */
    {"na44.salesforce.com", NULL, 0, "names a server instead of your org"},
    {"https://cs42.salesforce.com/001", NULL, 0, "names a server instead of your org"},
    {"eu5.lightning.force.com", NULL, 0, "names a server instead of your org"},
    {"acme--c.vf.force.com", NULL, 0, "Did you mean acme.my.salesforce.com?"},
    {"https://acme--c.na44.visual.force.com/apex/Page", NULL, 0, "Visualforce"},
    {"acme.cloudforce.com", NULL, 0, "Did you mean acme.my.salesforce.com?"},
    {"acme--c.visualforce.com", NULL, 0, "Did you mean acme.my.salesforce.com?"},
    {"acme.my.site.com", NULL, 0, "Experience Cloud"},
    {"acme.my.salesforce-sites.com", NULL, 0, "Salesforce site"},
    {"acme.secure.force.com", NULL, 0, "Salesforce site"},
    {"acme.file.force.com", NULL, 0, "Did you mean acme.my.salesforce.com?"},
    {"acme--c.documentforce.com", NULL, 0, "Did you mean acme.my.salesforce.com?"},
    {"acme--dev--c.sandbox.vf.force.com", NULL, 0,
     "Did you mean acme--dev.sandbox.my.salesforce.com?"},
    {"c.na44.documentforce.com", NULL, 0, "file"},
    /* slips of the keyboard, and of programs that correct it */
    {"htps://acme.my.salesforce.com", "https://acme.my.salesforce.com", ORG_PRODUCTION, NULL},
    {"hxxps://acme[.]my.salesforce.com", "https://acme.my.salesforce.com", ORG_PRODUCTION, "acme"},
    {"acme .my. salesforce(dot)com", "https://acme.my.salesforce.com", ORG_PRODUCTION, "acme"},
    {"ttps://acme.my.salesforce.com", "https://acme.my.salesforce.com", ORG_PRODUCTION, NULL},
    {"hhttps://acme.my.salesforce.com", "https://acme.my.salesforce.com", ORG_PRODUCTION, NULL},
    {"https:acme.my.salesforce.com", "https://acme.my.salesforce.com", ORG_PRODUCTION, NULL},
    {"https:://acme.my.salesforce.com", "https://acme.my.salesforce.com", ORG_PRODUCTION, NULL},
    {"https:\\\\acme.my.salesforce.com\\", "https://acme.my.salesforce.com", ORG_PRODUCTION, "a"},
    {"//acme.my.salesforce.com", "https://acme.my.salesforce.com", ORG_PRODUCTION, NULL},
    {"view-source:https://acme.my.salesforce.com", "https://acme.my.salesforce.com", ORG_PRODUCTION,
     NULL},
    {"https;//acme.my.salesforce.com", "https://acme.my.salesforce.com", ORG_PRODUCTION, NULL},
    {"https.//acme.my.salesforce.com", "https://acme.my.salesforce.com", ORG_PRODUCTION, NULL},
    {"https,//acme.my.salesforce.com", "https://acme.my.salesforce.com", ORG_PRODUCTION, NULL},
    {"**acme.my.salesforce.com**", "https://acme.my.salesforce.com", ORG_PRODUCTION, NULL},
    {"_acme.my.salesforce.com_", "https://acme.my.salesforce.com", ORG_PRODUCTION, NULL},
    {"www.acme.my.salesforce.com", "https://acme.my.salesforce.com", ORG_PRODUCTION, "acme"},
    {"https://www.google.com/url?q=https://acme.my.salesforce.com&sa=D",
     "https://acme.my.salesforce.com", ORG_PRODUCTION, "acme"},
    {"\x1B[200~acme.my.salesforce.com\x1B[201~", "https://acme.my.salesforce.com", ORG_PRODUCTION,
     NULL},
    {"acme . my . salesforce . com", "https://acme.my.salesforce.com", ORG_PRODUCTION, "acme"},
    {"acme.my.salesforce,com", "https://acme.my.salesforce.com", ORG_PRODUCTION, "acme"},
    {"acme\xE2\x80\x94uat.sandbox.my.salesforce.com", "https://acme--uat.sandbox.my.salesforce.com",
     ORG_SANDBOX, "acme"},
    {"acme\xE2\x80\x93uat.sandbox.my.salesforce.com", "https://acme--uat.sandbox.my.salesforce.com",
     ORG_SANDBOX, "acme"},
    {"acme\xE2\x80\x91"
     "eu.my.salesforce.com",
     "https://acme-eu.my.salesforce.com", ORG_PRODUCTION, "acme"},
    {"http:localhost:8080", "http://localhost:8080", ORG_LOCAL, NULL},
    {"production", "https://login.salesforce.com", ORG_PRODUCTION, NULL},
    {"Sandbox", "https://test.salesforce.com", ORG_SANDBOX, NULL},
    {"force://PlatformCLI::5Aep861FakeRefreshToken@acme.my.salesforce.com",
     "https://acme.my.salesforce.com", ORG_PRODUCTION, NULL},
    {"force://PlatformCLI::5Aep861FakeRefresh", "https://login.salesforce.com", ORG_PRODUCTION,
     NULL},
    /* a suggestion, never another host that is asked */
    {"acme.mysalesforce.com", NULL, 0, "Did you mean acme.my.salesforce.com?"},
    {"acme.my.saleforce.com", NULL, 0, "Did you mean acme.my.salesforce.com?"},
    {"acme.my.salesfroce.com", NULL, 0, "Did you mean acme.my.salesforce.com?"},
    {"acme.my.salesforce.comm", NULL, 0, "Did you mean acme.my.salesforce.com?"},
    {"acme.my.salesforce", NULL, 0, "Did you mean acme.my.salesforce.com?"},
    {"acme--uat.sandbox.my.salesforce.co", NULL, 0,
     "Did you mean acme--uat.sandbox.my.salesforce.com?"},
    {"login.saleforce.com", NULL, 0, "is not a Salesforce host"},
    {"IND171", NULL, 0, "names a server instead of your org"},
    {"USA640S", NULL, 0, "names a server instead of your org"},
    {"na139", NULL, 0, "names a server instead of your org"},
    {"1", NULL, 0, "is not a Salesforce host"},
    {"00D000000000001EAA", NULL, 0, "the organization's id"},
    {"3MVG9fake.Consumer_Key.0123", NULL, 0, "a consumer key"},
    {"https://acme.okta.com/home/salesforce/0oa1/46", NULL, 0, "your company's sign-on page"},
    {"https://myapps.microsoft.com/signin/Salesforce/0", NULL, 0, "your company's sign-on page"},
    {"http://localhost:1717/OauthRedirect?code=aPrxfake==", NULL, 0, "the callback address"},
    {"acme.builder.salesforce-experience.com", NULL, 0, "site builder"},
    {"acme.force.com", NULL, 0, "pages, not logins"},
    {"https://www.salesforce.com/eu/", NULL, 0, "web site"},
    {"help.salesforce.com", NULL, 0, "Salesforce Help"},
    {"trailhead.salesforce.com", NULL, 0, "Trailhead"},
    {"acme.salesforce.com", NULL, 0, ".my.salesforce.com"},
    {"my.salesforce.com", NULL, 0, ".my.salesforce.com"},
    {"acme", NULL, 0, "acme.my.salesforce.com"},
    {"admin@acme.example", NULL, 0, "username"},
    {"acme.example", NULL, 0, "acme.example is not a Salesforce host"},
    {"crm.acme.example", NULL, 0, "Setup › Company Settings › My Domain"},
    {"crm.acme.example.mcas.ms", NULL, 0, "crm.acme.example is not a Salesforce host"},
    {"ind171.salesforce.com", NULL, 0, "names a server instead of your org"},
    {"usa640s.sfdc-lywfpd.salesforce.com", NULL, 0, "names a server instead of your org"},
    {"swe72.sfdc-yfeipo.salesforce.com", NULL, 0, "names a server instead of your org"},
    {"https://acme.my.salesforce.com.evil.example", NULL, 0, "not a Salesforce host"},
    {"https://login.salesforce.com@evil.example/", NULL, 0, "evil.example is no"},
    {"https://evil.example/login.salesforce.com", NULL, 0, "evil.example is no"},
    {"https://evil.example?x=.my.salesforce.com", NULL, 0, "evil.example is no"},
    {"evilmy.salesforce.com", NULL, 0, ".my.salesforce.com"},
    {"evil-salesforce.com", NULL, 0, "not a Salesforce host"},
    {"notlogin.salesforce.com", NULL, 0, ".my.salesforce.com"},
    {".my.salesforce.com", NULL, 0, "not a Salesforce host"},
    {"a..my.salesforce.com", NULL, 0, "not a Salesforce host"},
    {"-a.my.salesforce.com", NULL, 0, "not a Salesforce host"},
    {"a_b.my.salesforce.com", NULL, 0, "not a Salesforce host"},
    {"acmé.my.salesforce.com", NULL, 0, "not a Salesforce host"},
    {"ac me.my.salesforce.com", NULL, 0, "not a Salesforce host"},
    {"10.0.0.1", NULL, 0, "not a Salesforce host"},
    {"http://0.0.0.0:80", NULL, 0, "not a Salesforce host"},
    {"http://localhost.evil.example", NULL, 0, "not a Salesforce host"},
    {"ftp://acme.my.salesforce.com", NULL, 0, "https://"},
    {"javascript:alert(1)", NULL, 0, "not an address"},
    {"file:///etc/passwd", NULL, 0, "not an address"},
    {"https://", NULL, 0, "not an address"},
    {"https://acme.my.salesforce.com:99999/", NULL, 0, "not an address"},
    /* mail filters that keep the address in their path */
    {"https://secure-web.cisco.com/1x/https%3A%2F%2Facme.my.salesforce.com",
     "https://acme.my.salesforce.com", ORG_PRODUCTION, "acme"},
    {"https://protect.checkpoint.com/v2/___https://acme.my.salesforce.com/___.YXAx",
     "https://acme.my.salesforce.com", ORG_PRODUCTION, "acme"},
    {"https://protect.checkpoint.com/v2/r01/___https://acme.my.salesforce.com___.YXAx",
     "https://acme.my.salesforce.com", ORG_PRODUCTION, "acme"},
    /* cut off */
    {"acme.my.sales", NULL, 0, "This address is cut off. Did you mean acme.my.salesforce.com?"},
    {"acme.my.sale...", NULL, 0, "This address is cut off. Did you mean acme.my.salesforce.com?"},
    {"https://acme.my.sales\xE2\x80\xA6", NULL, 0, "Did you mean acme.my.salesforce.com?"},
    {"> https://acme.my.sales", NULL, 0, "Did you mean acme.my.salesforce.com?"},
    {"https://acme.lightning.for", NULL, 0, "Did you mean acme.my.salesforce.com?"},
    {"acme--uat.sandbox.lig", NULL, 0, "Did you mean acme--uat.sandbox.my.salesforce.com?"},
    {"acme.my.salesforce-set", NULL, 0, "Did you mean acme.my.salesforce.com?"},
    {"https://crm.acme\xE2\x80\xA6", NULL, 0, "This address is cut off. Copy it again whole"},
    {"https://\xE2\x80\xA6", NULL, 0, "This address is cut off. Copy it again whole"},
    {"...me.my.salesforce.com", NULL, 0, "This address is cut off. Copy it again whole"},
    {"https://ac\xE2\x80\xA6me.my.salesforce.com", NULL, 0, "This address is cut off."},
    {"https://acme.my.salesforce.com\xE2\x80\xA6", "https://acme.my.salesforce.com", ORG_PRODUCTION,
     "acme"},
    {"https://acme.my.salesforce.com/lightn...", "https://acme.my.salesforce.com", ORG_PRODUCTION,
     "acme"},
    {"acme.my", NULL, 0, "acme.my is not a Salesforce host"},
    /* instances of Hyperforce, and names that only look like one */
    {"usa640.lightning.force.com", NULL, 0, "names a server instead of your org"},
    {"https://usa640s.lightning.force.com/lightning/page/home", NULL, 0, "names a server"},
    {"can72.lightning.force.com", NULL, 0, "names a server instead of your org"},
    {"swe72.sfdc-cehfhs.lightning.force.com", NULL, 0, "names a server instead of your org"},
    {"swe72.sfdc-cehfhs.my.salesforce.com", NULL, 0, "names a server instead of your org"},
    {"acme12.lightning.force.com", "https://acme12.my.salesforce.com", ORG_PRODUCTION, "acme12"},
    {"abc12.lightning.force.com", "https://abc12.my.salesforce.com", ORG_PRODUCTION, "abc12"},
    {"usa640.my.salesforce.com", "https://usa640.my.salesforce.com", ORG_PRODUCTION, NULL},
    /* names of the documentation */
    {"yourdomain.my.salesforce.com", NULL, 0, "Salesforce's documentation writes this name"},
    {"https://MyDomainName.my.salesforce.com/services", NULL, 0, "Salesforce's documentation"},
    {"MyDomainName--SandboxName.sandbox.my.salesforce.com", NULL, 0, "Salesforce's documentation"},
    {"https://<your-domain>.my.salesforce.com", NULL, 0, "Salesforce's documentation"},
    {"YOUR_DOMAIN.my.salesforce.com", NULL, 0, "Salesforce's documentation"},
    {"https://yourInstance.salesforce.com/services/data", NULL, 0, "Salesforce's documentation"},
    {"yours.my.salesforce.com", "https://yours.my.salesforce.com", ORG_PRODUCTION, NULL},
    {"domain.my.salesforce.com", "https://domain.my.salesforce.com", ORG_PRODUCTION, NULL},
    /* several */
    {"https://acme.my.sales\nacme.my.salesforce.com", NULL, 0,
     "Did you mean acme.my.salesforce.com?"},
    {"acme.my.salesacme.my.salesforce.com", NULL, 0, "addresses of several orgs"},
    {"acme.my.salesforce.com\nglobex.my.salesforce.com", NULL, 0, "addresses of several orgs"},
    {"https://acme.my.salesforce.com/x\nhttps://globex.lightning.force.com/x", NULL, 0,
     "addresses of several orgs"},
    {"Production acme.my.salesforce.com, sandbox acme--uat.sandbox.my.salesforce.com", NULL, 0,
     "addresses of several orgs"},
    {"acme.my.salesforce.com\nacme.lightning.force.com", "https://acme.my.salesforce.com",
     ORG_PRODUCTION, "acme"},
    {"login.salesforce.com\nacme.my.salesforce.com", "https://acme.my.salesforce.com",
     ORG_PRODUCTION, "acme"},
    {"test.salesforce.com\nlogin.salesforce.com", NULL, 0, "addresses of several orgs"},
    /* East Asian widths */
    {"\xEF\xBD\x88\xEF\xBD\x94\xEF\xBD\x94\xEF\xBD\x90\xEF\xBD\x93\xEF\xBC\x9A\xEF\xBC\x8F"
     "\xEF\xBC\x8F"
     "acme\xEF\xBC\x8Emy.salesforce.com",
     "https://acme.my.salesforce.com", ORG_PRODUCTION, NULL},
};

static void check_host(gsize i)
{
    struct org_host host = {0};
    g_autoptr(GError) error = NULL;
    bool ok = org_host_parse(&host, hosts[i].typed, ORG_PRODUCTION, &error);
    if (ok != (hosts[i].url != NULL))
        fail_msg("%s: %s", hosts[i].typed, ok ? host.url : error->message);
    const char *said = ok ? host.note : error->message;
    if ((said != NULL) != (hosts[i].says != NULL) ||
        (said != NULL && strstr(said, hosts[i].says) == NULL))
        fail_msg("%s says \"%s\"", hosts[i].typed, said);
    if (ok) {
        assert_string_equal(host.url, hosts[i].url);
        if (host.kind != hosts[i].kind)
            fail_msg("%s is of kind %d", hosts[i].typed, host.kind);
        assert_non_null(strstr(host.url, host.host));
        assert_true(salesforce_url_is_trusted(host.url));
    } else {
        assert_error_code(error, PERCH_ERROR, PERCH_ERROR_INPUT);
        assert_null(host.url);
    }
    org_host_clear(&host);
}

static void host__table__is_normalised_or_refused(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(hosts); i++)
        check_host(i);
}

static void host__audience__is_generic_for_connected_apps_only(void **state)
{
    static const struct {
        const char *login_url;
        bool connected;
        const char *audience;
    } cases[] = {
        {"https://acme.my.salesforce.com", false, "https://acme.my.salesforce.com"},
        {"https://acme.my.salesforce.com", true, "https://login.salesforce.com"},
        {"https://acme--uat.sandbox.my.salesforce.com", false,
         "https://acme--uat.sandbox.my.salesforce.com"},
        {"https://acme--uat.sandbox.my.salesforce.com", true, "https://test.salesforce.com"},
        {"http://127.0.0.1:8080", true, "http://127.0.0.1:8080"},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *audience = login_audience(cases[i].login_url, cases[i].connected);
        assert_string_equal(audience, cases[i].audience);
    }
}

static void host__empty__is_the_generic_one(void **state)
{
    static const char *const empty[] = {"", "  ", "\n", "\"\""};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(empty); i++) {
        struct org_host host = {0};
        g_autoptr(GError) error = NULL;
        assert_true(org_host_parse(&host, empty[i], ORG_PRODUCTION, NULL));
        assert_string_equal(host.url, "https://login.salesforce.com");
        assert_true(host.generic);
        org_host_clear(&host);
        assert_true(org_host_parse(&host, empty[i], ORG_SANDBOX, NULL));
        assert_string_equal(host.url, "https://test.salesforce.com");
        assert_int_equal(host.kind, ORG_SANDBOX);
        org_host_clear(&host);
        assert_false(org_host_parse(&host, empty[i], ORG_LOCAL, &error));
        assert_contains(error->message, "http://localhost");
    }
}

static void host__generic__is_told_apart(void **state)
{
    struct org_host host = {0};
    (void)state;
    assert_true(org_host_parse(&host, "https://login.salesforce.com/x", ORG_SANDBOX, NULL));
    assert_true(host.generic);
    assert_int_equal(host.kind, ORG_PRODUCTION);
    org_host_clear(&host);
    assert_true(org_host_parse(&host, "acme.my.salesforce.com", ORG_PRODUCTION, NULL));
    assert_false(host.generic);
    org_host_clear(&host);
}

static void host__normalised__stays_the_same(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(hosts); i++) {
        struct org_host host = {0};
        if (hosts[i].url == NULL)
            continue;
        assert_true(org_host_parse(&host, hosts[i].url, ORG_PRODUCTION, NULL));
        assert_string_equal(host.url, hosts[i].url);
        assert_null(host.note);
        org_host_clear(&host);
    }
}

static void org_host_unknown__only_what_can_be_asked(void **state)
{
    static const struct {
        const char *typed, *origin;
    } rows[] = {
        {"crm.acme.com", "https://crm.acme.com"},
        {" https://CRM.acme.com/lightning/page?x=1 ", "https://crm.acme.com"},
        {"http://salesforce.acme.com", "https://salesforce.acme.com"},
        {"https://crm.acme.com.mcas.ms/home", "https://crm.acme.com"},
        {"acme.my.salesforce.com", NULL},
        {"help.salesforce.com", NULL},
        {"acme.my.site.com", NULL},
        {"acme.my.saleforce.com", NULL},
        {"acme.my.salesforce", NULL},
        {"3MVG9fake.Consumer_Key.0123", NULL},
        {"https://acme.okta.com/home/salesforce", NULL},
        {"https://crm.acme.com/authorize?client_id=3MVG9fake.Consumer_Key.0123",
         "https://crm.acme.com"},
        {"acme-salesforce.com", NULL},
        {"acme.my.sales", NULL},
        {"acme.my.sale...", NULL},
        {"https://acme.my.sales\xE2\x80\xA6", NULL},
        {"acme.lightning.for", NULL},
        {"https://crm.acme\xE2\x80\xA6", NULL},
        {"crm.acme.com\ncrm.globex.com", NULL},
        {"acme.my", "https://acme.my"},
        {"https://acme.my.salesforce.com.evil.example", NULL},
        {"https://login.salesforce.com@evil.example/", NULL},
        {"https://evil.example/https://login.salesforce.com", NULL},
        {"admin@crm.acme.com", NULL},
        {"https://crm.acme.com:8443", NULL},
        {"ftp://crm.acme.com", NULL},
        {"10.0.0.1", NULL},
        {"localhost:8080", NULL},
        {"xn--acm-dma.example", NULL},
        {"acme", NULL},
        {"", NULL},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *origin = org_host_unknown(rows[i].typed);
        if (g_strcmp0(origin, rows[i].origin) != 0)
            fail_msg("%s: %s", rows[i].typed, origin);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(org_host_unknown__only_what_can_be_asked),
        cmocka_unit_test(host__table__is_normalised_or_refused),
        cmocka_unit_test(host__empty__is_the_generic_one),
        cmocka_unit_test(host__audience__is_generic_for_connected_apps_only),
        cmocka_unit_test(host__generic__is_told_apart),
        cmocka_unit_test(host__normalised__stays_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
