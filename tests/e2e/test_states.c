/* SPDX-License-Identifier: MIT */

/* A connection that worked, and then something in its org changes: perch names the cause, and with
 * the org's Setup put right everything works again. */

#include <string.h>

#include "e2e/admin.h"
#include "e2e/wire.h"

#define FIELDS SETUP_LEAD "FieldsAndRelationships/view"
#define USAGE SETUP_PAGE("ExternalClientApplicationOauthUsage")
#define APP(settings) "{'apps':{'Bird_Integration':{" settings "}}}"
#define RIGHTS(rights)                                                                             \
    "{'profiles':{'Integration':{" rights "}},'users':{'" ADMIN_NAME "':{'profile':'Integration'}" \
    "}}"
#define FIELD(settings) "{'custom_fields':{'Lead.Region__c':{'label':'Region'," settings "}}}"

enum { WORDS_MAX = 6 };

/* The stock org again, as far as the rows change it. */
#define RESET                                                                                    \
    "{'custom_fields':{'*':null},'validation_rules':{'*':null},'duplicate_rules':{'*':null},"    \
    "'automations':{'*':null},'users':{'" ADMIN_NAME "':{'profile':'System Administrator'}},"    \
    "'profiles':{'Integration':{'api_enabled':true,'create':['Lead','Case'],'hidden_fields':[]," \
    "'read_only_fields':[]},'System Administrator':{'ip_ranges':[]}},"                           \
    "'apps':{'Bird_Integration':{'permitted_users':'self','ip_relaxation':'bypass'}}"            \
    "}"

#define DOCTOR                     \
    {                              \
        "doctor", "acme", "--json" \
    }
#define REHEARSE                                  \
    {                                             \
        "handoff", "acme", "--rehearse", "--json" \
    }
#define INSERT_REGION(value)                                  \
    {                                                         \
        "test", "acme", "--json", "--set", "Region__c=" value \
    }
#define INSERT                   \
    {                            \
        "test", "acme", "--json" \
    }

static const struct {
    const char *state;
    const char *words[WORDS_MAX];
    const char *check, *cause;
    int code;
    struct admin_fix fix;
} rows[] = {
    /* users */
    {RIGHTS("'api_enabled':false"), DOCTOR, "api", "api-disabled-user", 6,
     FIX_TICK(SETUP_PROFILES, "Integration", "", "api_enabled")},
    {"{'users':{'" ADMIN_NAME "':{'frozen':true}}}", DOCTOR, "refreshed", "user-inactive", 4,
     FIX_UNTICK(SETUP_USERS, ADMIN_NAME, "", "frozen")},
    {RIGHTS("'create':['Case']"), INSERT, "inserted", "create-not-permitted", 7,
     FIX_TICK(SETUP_PROFILES, "Integration", "", "create.Lead")},
    {RIGHTS("'hidden_fields':['Lead.LeadSource']"), REHEARSE, "whatsapp-create", "field-unknown", 7,
     FIX_ENTER(FIELDS, NULL, "Integration", "hidden_fields", "")},
    {RIGHTS("'read_only_fields':['Lead.LeadSource']"), REHEARSE, "whatsapp-create",
     "field-not-writable", 7, FIX_ENTER(FIELDS, NULL, "Integration", "read_only_fields", "")},
    {"{'apps':{'Bird_Integration':{'ip_relaxation':'enforce'}},'profiles':{'System Administrator':"
     "{'ip_ranges':['192.0.2.0-192.0.2.255']}}}",
     DOCTOR, "refreshed", "ip-restricted", 5,
     FIX_ENTER(SETUP_APPS, "Bird Integration", "", "ip_relaxation", "bypass")},
    {"{'org':{'ip_on_every_request':true},'apps':{'Bird_Integration':{'ip_relaxation':"
     "'relax_refresh'}},'profiles':{'System Administrator':{'ip_ranges':['192.0.2.0-192.0.2.255']"
     "}}}",
     DOCTOR, "api", "ip-restricted", 5,
     FIX_UNTICK(SETUP_PAGE("SecuritySession"), NULL, "", "ip_on_every_request")},
    /* apps */
    {APP("'blocked':true"), DOCTOR, "refreshed", "app-blocked", 5,
     FIX_PRESS(USAGE, "Bird_Integration", "Unblock")},
    {APP("'in_org':false"), DOCTOR, "refreshed", "app-not-in-org", 5,
     FIX_PRESS(USAGE, "Bird_Integration", "Install")},
    {APP("'permitted_users':'admin'"), DOCTOR, "refreshed", "user-not-approved", 5,
     FIX_ENTER(SETUP_APPS, "Bird Integration", "", "profiles", "System Administrator")},
    /* records */
    {"{'validation_rules':{'Lead.Email_needed':{'field':'Email','message':'Please.'}}}", INSERT,
     "inserted", "validation-rule", 7,
     FIX_UNTICK(SETUP_LEAD "ValidationRules/view", NULL, "Email_needed", "active")},
    {"{'duplicate_rules':{'Lead.Same':{'fields':['Company'],'block':true}},'records':[{'object':"
     "'Lead','fields':{'LastName':'First','Company':'WhatsApp'}}]}",
     INSERT, "inserted", "duplicate-record", 7,
     FIX_UNTICK(SETUP_PAGE("DuplicateRules"), NULL, "Lead.Same", "block")},
    {FIELD("'type':'picklist','values':['North','South']"), INSERT_REGION("West"), "inserted",
     "picklist-value", 7, FIX_ENTER(FIELDS, NULL, "Region__c", "values", "North\r\nWest")},
    {FIELD("'length':3"), INSERT_REGION("West"), "inserted", "value-too-long", 7,
     FIX_ENTER(FIELDS, NULL, "Region__c", "length", "4")},
    {"{'custom_fields':{'Lead.Region__c':{'label':'Region','unique':true}},'records':[{'object':"
     "'Lead','fields':{'LastName':'First','Company':'B','Region__c':'West'}}]}",
     INSERT_REGION("West"), "inserted", "duplicate-value", 7,
     FIX_UNTICK(FIELDS, NULL, "Region__c", "unique")},
    {"{'custom_fields':{'Lead.Sales_Rep__c':{'label':'Sales Rep','type':'reference','required':"
     "true}}}",
     INSERT, "inserted", "required-field", 7, FIX_UNTICK(FIELDS, NULL, "Sales_Rep__c", "required")},
    {"{'automations':{'Lead.Route_Leads':{}}}", INSERT, "inserted", "automation-failed", 7,
     FIX_UNTICK(SETUP_LEAD "ApexTriggers/view", NULL, "Route_Leads", "active")},
    /* limits */
    {"{'org':{'api_used':15000}}", DOCTOR, "api", "api-limit", 10,
     FIX_ENTER(SETUP_PAGE("CompanyProfileInfo"), NULL, "", "api_used", "0")},
    {"{'org':{'storage_full':true}}", INSERT, "inserted", "storage-full", 7,
     FIX_UNTICK(SETUP_PAGE("CompanyResourceDisk"), NULL, "", "storage_full")},
    {"{'org':{'read_only':true}}", INSERT, "inserted", "salesforce-unavailable", 10,
     FIX_UNTICK(SETUP_PAGE("SystemOverview"), NULL, "", "read_only")},
};

static void play(Rig *rig, gsize at)
{
    demo_org_patch(rig->org, rows[at].state);
    wire_assert_ends(rig, rows[at].words, rows[at].state, rows[at].check, rows[at].cause,
                     rows[at].code);
    if (rows[at].fix.page == NULL)
        return;
    g_autoptr(Admin) admin = admin_new(rig);
    admin_fix(admin, &rows[at].fix);
    wire_assert_ends(rig, rows[at].words, "after the fix", NULL, NULL, 0);
}

static void each__state__has_its_cause_and_its_cure(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = wire_rig();
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        play(rig, i);
        demo_org_patch(rig->org, RESET);
    }
}

/* An alert rule does not stop what the flow sends: the header lets it through. */
static void duplicates__alert_rule__lets_the_record_in(void **state)
{
    (void)state;
    g_autoptr(Rig) rig = wire_rig();
    demo_org_patch(rig->org,
                   "{'duplicate_rules':{'Lead.Same':{'fields':['Company']}},'records':[{'object':"
                   "'Lead','fields':{'LastName':'First','Company':'WhatsApp'}}]}");
    g_autoptr(Child) child = rig_perch(rig, "test", "acme", NULL);
    assert_code(child, 0);
}

static void maintenance__page__is_named_and_over_later(void **state)
{
    static const char *const words[] = {"doctor", "acme", "--json", NULL};
    (void)state;
    g_autoptr(Rig) rig = wire_rig();
    demo_org_patch(rig->org, "{'org':{'maintenance_until_ms':'+45000'}}");
    wire_assert_ends(rig, words, "maintenance", "salesforce", "salesforce-unavailable", 10);
    g_autoptr(Child) token = rig_perch(rig, "token", "acme", "--fresh", NULL);
    assert_code(token, 10);
    json_free(demo_org_control(rig->org, "POST", "clock", "{\"advance_ms\":60000}"));
    wire_assert_works(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each__state__has_its_cause_and_its_cure),
        cmocka_unit_test(duplicates__alert_rule__lets_the_record_in),
        cmocka_unit_test(maintenance__page__is_named_and_over_later),
    };
    return cmocka_run_group_tests_name("states of the org", tests, NULL, NULL);
}
