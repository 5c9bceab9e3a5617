/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "explain_private.h"
#include "perch/base/text.h"

/* What can be said about a text with an unknown cause: what was recognised, and what would tell the
 * cause. */

/* Words specific to one program; lower case. */
static const struct {
    const char *words, *program;
} programs[] = {
    {"simple_salesforce", "simple-salesforce (Python)"},
    {"simple-salesforce", "simple-salesforce (Python)"},
    {"restforce", "restforce (Ruby)"},
    {"jsforce", "jsforce (Node.js)"},
    {"com.sforce", "Salesforce WSC (Java)"},
    {"dataloader", "Data Loader"},
    {"@salesforce/", "Salesforce CLI"},
    {"sfcommanderror", "Salesforce CLI"},
    {"sfdx", "Salesforce CLI"},
    {"mulesoft", "MuleSoft"},
    {"org.mule", "MuleSoft"},
    {"n8n", "n8n"},
    {"airbyte", "Airbyte"},
    {"zapier", "Zapier"},
    {"workato", "Workato"},
    {"integromat", "Make"},
    {"powerautomate", "Power Automate"},
    {"oauthlib", "oauthlib (Python)"},
    {"omniauth", "OmniAuth (Ruby)"},
    {"guzzlehttp", "Guzzle (PHP)"},
    {"axioserror", "axios (Node.js)"},
    {"salesforcesdk", "Salesforce Mobile SDK"},
    {"forceexception", "Force.com Toolkit for .NET"},
};

static const char *program_of(const char *text)
{
    if (text == NULL)
        return NULL;
    g_autofree char *lower = g_ascii_strdown(text, -1);
    for (gsize i = 0; i < G_N_ELEMENTS(programs); i++)
        if (strstr(lower, programs[i].words) != NULL)
            return programs[i].program;
    return NULL;
}

static bool is_code_of_salesforce(const char *code)
{
    return code != NULL && regex_fits("\\A[A-Z]+(?:_[A-Z]+)+\\z", code);
}

char *unknown_recognised(const struct failure *failure)
{
    const char *program = program_of(failure->message);
    if (is_code_of_salesforce(failure->code))
        return g_strdup_printf(_("%s looks like a Salesforce code, but is in none of the lists "
                                 "that perch knows."),
                               failure->code);
    if (program != NULL)
        return g_strdup_printf(_("It looks like output from %s."), program);
    if (failure->status != 0 && failure->message != NULL &&
        regex_fits("(?i)\\bserver: *sfdcedge\\b", failure->message))
        return g_strdup_printf(_("Only the HTTP status %ld was recognized; its header Server says "
                                 "that Salesforce itself answered."),
                               failure->status);
    if (failure->status != 0)
        return g_strdup_printf(_("Only the HTTP status %ld was recognized."), failure->status);
    return NULL;
}

const char *unknown_question(const struct failure *failure)
{
    if (failure->code != NULL && !failure->own)
        return _("What would help: the message beside the code, and the request that got it.");
    if (failure->status >= 400 && program_of(failure->message) == NULL)
        return _("What would help: what came below that status. Salesforce names the reason there, "
                 "as error or errorCode.");
    return _("What would help: Salesforce's own answer, with error or errorCode in it. It is "
             "often further up in the log; paste all of it. Where the program shows no more, paste "
             "the user's line of Login History.");
}
