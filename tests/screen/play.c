/* SPDX-License-Identifier: MIT */
#include "play.h"

#include <string.h>

#include "perch/base/text.h"
#include "perch/checks/check.h"
#include "perch/checks/rehearse.h"
#include "support/test.h"

/* ---- the wizard behind the screen ---- */

static struct view *on_view(int focus, gpointer user)
{
    Play *play = user;
    play->wizard->now_ms = play->now;
    return wizard_view(play->wizard, focus);
}

static void handle(Play *play, struct wizard_event event)
{
    g_array_set_size(play->effects, 0);
    event.now_ms = play->now;
    wizard_handle(play->wizard, &event, play->effects);
    if (play->screen != NULL)
        screen_changed(play->screen);
}

static void on_event(const struct view_event *event, gpointer user)
{
    handle(user, (struct wizard_event){.kind = WIZARD_VIEW, .view = event});
}

static void on_hangup(gpointer user)
{
    (void)user;
}

Play *play_new(int columns, int rows)
{
    Play *play = g_new0(Play, 1);
    const struct view_host host = {on_view, on_event, on_hangup, play};
    g_auto(GStrv) taken = g_new0(char *, 1);
    play->wizard = wizard_new(connection_new(NULL), NULL, taken);
    play->effects = effects_new();
    play->now = 1000;
    play->screen = screen_new(&host, columns, rows);
    handle(play, (struct wizard_event){.kind = WIZARD_START, .step = STEP_ORG});
    return play;
}

void play_free(Play *play)
{
    screen_free(play->screen);
    wizard_free(play->wizard);
    g_array_unref(play->effects);
    describe_clear(&play->describe);
    secrets_clear(&play->secrets);
    g_free(play);
}

void play_event(Play *play, struct wizard_event event)
{
    handle(play, event);
}

/* ---- the world ---- */

static struct check_result *result_of(const struct check_def *def, const struct ended *rows)
{
    struct check_result *result = g_new0(struct check_result, 1);
    result->id = def->id;
    result->title = _(def->title);
    result->blocks = def->blocks;
    result->milliseconds = -1;
    for (; rows->id != NULL; rows++) {
        if (strcmp(rows->id, def->id) != 0)
            continue;
        result->status = rows->status;
        result->milliseconds = rows->milliseconds;
        result->summary = g_strdup(rows->summary == NULL ? NULL : _(rows->summary));
        if (rows->code != NULL) {
            struct failure failure;
            failure_own(&failure, rows->stage, rows->code, rows->summary);
            result->diagnosis = explain(&failure);
            failure_clear(&failure);
        }
    }
    return result;
}

/* The checks of a list, also of one that depends on the session. */
static GArray *checks_of(Play *play, enum check_list_id list)
{
    const struct check_list_def *def = check_list_def(list);
    GArray *checks = g_array_new(FALSE, TRUE, sizeof(struct check_def));
    Session *session = session_new(connection_copy(play->wizard->connection), "/", NULL, NULL);
    rehearsal_begin(session, connection_channel(session->connection)->id, NULL, 0);
    if (def->build != NULL)
        def->build(session, checks);
    else
        g_array_append_vals(checks, def->checks, def->count);
    session_free(session);
    return checks;
}

void play_answer(Play *play, enum check_list_id list, const struct ended *rows, bool done)
{
    g_autoptr(GArray) checks = checks_of(play, list);
    g_autoptr(GPtrArray) results =
        g_ptr_array_new_with_free_func((GDestroyNotify)check_result_free);
    assert_true(play->wizard->lists[list].running);
    for (guint i = 0; i < checks->len; i++)
        g_ptr_array_add(results, result_of(&g_array_index(checks, struct check_def, i), rows));
    handle(play, (struct wizard_event){.kind = WIZARD_CHECKS,
                                       .list = list,
                                       .serial = play->wizard->lists[list].serial,
                                       .results = results,
                                       .done = done});
}

const struct ended play_preflight[] = {
    {"lookup", CHECK_OK, 12, "acme.my.salesforce.com: 3 addresses", 0, NULL},
    {"connection", CHECK_OK, 48, "TLS 1.3, certificate by DigiCert Inc", 0, NULL},
    {"salesforce", CHECK_OK, -1, "answers; newest API is v68.0 (Winter '27)", 0, NULL},
    {"clock", CHECK_OK, -1, "0.4 s off Salesforce's", 0, NULL},
    {"proxy", CHECK_SKIPPED, -1, "none set", 0, NULL},
    {"callback-port", CHECK_WARNING, -1, "1717 is used by node (pid 4211); 1718 is free", 0, NULL},
    {"keyring", CHECK_OK, -1, "gnome-keyring; wrote, read back, deleted", 0, NULL},
    {"browser", CHECK_OK, -1, "xdg-open", 0, NULL},
    {"terminal", CHECK_OK, -1, "UTF-8", 0, NULL},
    {NULL, 0, 0, NULL, 0, NULL},
};

const struct ended play_probe[] = {
    {"consumer-key", CHECK_OK, 96, "known to acme.my.salesforce.com", 0, NULL},
    {"callback", CHECK_OK, -1, "http://localhost:1718/OauthRedirect", 0, NULL},
    {NULL, 0, 0, NULL, 0, NULL},
};

const struct ended play_prove[] = {
    {"exchange", CHECK_OK, 182, "access and refresh token", 0, NULL},
    {"signature", CHECK_OK, -1, "signed with this app's secret", 0, NULL},
    {"scopes", CHECK_OK, -1, "api refresh_token web", 0, NULL},
    {"who", CHECK_OK, 71, "admin@acme.com in Acme Ltd (00D5g0000000001EAK)", 0, NULL},
    {"same-org", CHECK_OK, -1, "first login of this connection", 0, NULL},
    {"session", CHECK_OK, 64, "lasts 2 hours", 0, NULL},
    {"stored", CHECK_OK, -1, "gnome-keyring, read back, identical", 0, NULL},
    {"refreshed", CHECK_OK, 164, "new access token, stored", 0, NULL},
    {"rotation", CHECK_OK, -1, "off: the refresh token stays the same", 0, NULL},
    {"old-grant", CHECK_SKIPPED, -1, "none", 0, NULL},
    {NULL, 0, 0, NULL, 0, NULL},
};

const struct ended play_insert[] = {
    {"describe", CHECK_OK, 90, "54 fields, 47 writable", 0, NULL},
    {"createable", CHECK_OK, -1, "this user can create one", 0, NULL},
    {"inserted", CHECK_OK, 240, "00Q5g00000ABCDEEA1, assignment rules off", 0, NULL},
    {"read-back", CHECK_OK, 80, "5 of 5 fields as sent", 0, NULL},
    {"deleted", CHECK_OK, 75, "nothing left behind", 0, NULL},
    {NULL, 0, 0, NULL, 0, NULL},
};

static const char lead[] =
    "{'name':'Lead','label':'Lead','createable':true,'fields':["
    "{'name':'LastName','label':'Last Name','type':'string','length':80,'createable':true,"
    "'nillable':false,'defaultedOnCreate':false},"
    "{'name':'Company','label':'Company','type':'string','length':255,'createable':true,"
    "'nillable':false,'defaultedOnCreate':false},"
    "{'name':'Phone','label':'Phone','type':'phone','length':40,'createable':true},"
    "{'name':'LeadSource','label':'Lead Source','type':'picklist','length':255,'createable':true,"
    "'picklistValues':[{'value':'Web','label':'Web','active':true},"
    "{'value':'Other','label':'Other','active':true}]},"
    "{'name':'Description','label':'Description','type':'textarea','length':32000,"
    "'createable':true}]}";

/* ---- the way there ---- */

static void give_keys(Play *play)
{
    screen_type(play->screen, "3MVG9wt4IL4O5wvKxTHISISNOTAREALKEY0123456789ABCDEFGHIJKLMNOP"
                              "QRSTUVWXYZabcdefghijklmno\t");
    screen_paste(play->screen, "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF");
    screen_type(play->screen, "\r");
    play_answer(play, CHECKS_PROBE, play_probe, true);
    screen_type(play->screen, "\r");
}

static void log_in(Play *play)
{
    play_event(play, (struct wizard_event){
                         .kind = WIZARD_LOGIN_STARTED,
                         .text = "https://acme.my.salesforce.com/services/oauth2/authorize?"
                                 "response_type=code&client_id=3MVG9wt4IL4O5wvKxTHISISNOTAREALKEY"
                                 "&redirect_uri=http%3A%2F%2Flocalhost%3A1718%2FOauthRedirect"
                                 "&scope=api%20refresh_token%20web&state=AbCdEf0123456789"
                                 "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
                                 "&code_challenge_method=S256",
                         .port = 1718,
                         .addresses = _("127.0.0.1 and ::1"),
                         .number = 900});
    play_event(play, (struct wizard_event){.kind = WIZARD_BROWSER});
    play->now += 42 * 1000;
    screen_changed(play->screen);
}

static void show_fields(Play *play)
{
    g_autofree char *text = g_strdelimit(g_strdup(lead), "'", '"');
    g_autoptr(Json) json = json_parse(text, strlen(text), NULL);
    assert_true(describe_parse(&play->describe, json, NULL));
    play_answer(play, CHECKS_DESCRIBE, play_insert, true);
    play_event(play, (struct wizard_event){
                         .kind = WIZARD_DESCRIBE, .describe = &play->describe, .text = "perch"});
}

static void hand_over(Play *play)
{
    Connection *connection = play->wizard->connection;
    connection_set(&connection->instance_url, "https://acme.my.salesforce.com");
    connection_set(&connection->api_version, "68.0");
    play->secrets.client_secret = secret_new("0123456789ABCDEF0123456789ABCDEF");
    play->secrets.refresh_token = secret_new("5Aep861NotARefreshTokenAtAll");
    play->secrets.access_token = secret_new("00D5g0000000001!NotAnAccessToken");
    play->secrets.instance_url = g_strdup(connection->instance_url);
    g_autoptr(GPtrArray) items = handoff_items(connection, &play->secrets);
    play_event(play, (struct wizard_event){.kind = WIZARD_HANDOFF, .items = items});
}

void play_to(Play *play, enum step step)
{
    screen_type(play->screen, "acme\t\t");
    screen_paste(play->screen, "https://acme.lightning.force.com/lightning/setup/Home\n");
    if (step >= STEP_PREFLIGHT)
        screen_type(play->screen, "\r");
    if (step >= STEP_APP) {
        play_answer(play, CHECKS_PREFLIGHT, play_preflight, true);
        screen_type(play->screen, "\r");
    }
    if (step >= STEP_KEYS)
        screen_type(play->screen, "\r");
    if (step >= STEP_AUTHORIZE) {
        give_keys(play);
        log_in(play);
    }
    if (step >= STEP_PROVE)
        play_event(play, (struct wizard_event){.kind = WIZARD_LOGIN_CODE});
    if (step >= STEP_TEST) {
        play_answer(play, CHECKS_PROVE, play_prove, true);
        screen_type(play->screen, "\r");
        show_fields(play);
    }
    if (step >= STEP_HANDOFF) {
        screen_type(play->screen, "\r");
        play_answer(play, CHECKS_INSERT, play_insert, true);
        hand_over(play);
        screen_type(play->screen, "\r");
    }
    assert_int_equal(play->wizard->step, step);
}
