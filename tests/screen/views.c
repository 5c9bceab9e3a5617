/* SPDX-License-Identifier: MIT */
#include "views.h"

#include <glib.h>

#include "support/test.h"

static struct view *wizard(int step, const char *right)
{
    static const char *const titles[] = {"Org",       "Preflight", "App",  "Keys",
                                         "Authorize", "Prove",     "Test", "Hand-off"};
    struct view *view = view_new();
    view->title = g_strdup("perch");
    view->right = g_strdup(right);
    view->screen = step;
    for (int i = 0; i < 8; i++) {
        g_autofree char *title = g_strdup_printf("%d %s", i + 1, titles[i]);
        view_rail(view, title, i + 1 < step ? MARK_OK : MARK_NONE, i + 1 == step);
    }
    return view;
}

static struct view_item *input(struct view *view, int id, const char *label, const char *value)
{
    struct view_item *item = view_add(view, VIEW_INPUT, id, label);
    view_item_set(&item->value, value);
    return item;
}

static void options(struct view_item *item, const char *const *texts)
{
    item->options = g_ptr_array_new_with_free_func(g_free);
    for (; *texts != NULL; texts++)
        g_ptr_array_add(item->options, g_strdup(*texts));
}

static void check(struct view *view, int id, enum mark mark, const char *label, const char *value,
                  const char *right)
{
    struct view_item *item = view_add(view, VIEW_CHECK, id, label);
    item->mark = mark;
    view_item_set(&item->value, value);
    view_item_set(&item->right, right);
}

static void go_back(struct view *view)
{
    view_key(view, ACTION_BACK, "back");
    view_key(view, ACTION_KEYS, "keys");
}

struct view *views_org(void)
{
    struct view *view = wizard(1, "New connection");
    view->focus = VIEWS_NAME;
    view_heading(view, "Which Salesforce org?", NULL);
    view_blank(view);
    input(view, VIEWS_NAME, "Connection", "acme");
    struct view_item *item = view_add(view, VIEW_CHOICE, VIEWS_KIND, "Org");
    options(item, (const char *const[]){"Production or Developer Edition", "Sandbox",
                                        "Demo org on this computer", NULL});
    item =
        input(view, VIEWS_ADDRESS, "Address", "https://acme.lightning.force.com/lightning/setup");
    item->note = g_strdup("→ acme.my.salesforce.com");
    view_blank(view);
    view_text(view, ROLE_DIM, 0,
              "Paste the address of any page of your org; perch turns it into the My Domain "
              "address, the one that always works. No address at hand? Leave it empty for "
              "login.salesforce.com.");
    view_key(view, ACTION_NEXT, "check this computer");
    go_back(view);
    return view;
}

struct view *views_preflight(void)
{
    struct view *view = wizard(2, "acme · acme.my.salesforce.com");
    view_heading(view, "Before we start", "9 checks");
    view_blank(view);
    int id = VIEWS_ROW;
    check(view, id++, MARK_OK, "Name lookup", "acme.my.salesforce.com: 3 addresses", "12 ms");
    check(view, id++, MARK_OK, "Connection", "TLS 1.3, certificate by DigiCert", "48 ms");
    check(view, id++, MARK_WORKING, "Salesforce", "asking for the API versions", "2.1 s");
    check(view, id++, MARK_SKIPPED, "Proxy", "none set", NULL);
    check(view, id++, MARK_WARNING, "Callback port", "1717 is used by node (pid 4211); 1718 free",
          NULL);
    check(view, id++, MARK_FAILED, "Keyring",
          "locked: nobody is there to type its password, so nothing can be stored", NULL);
    check(view, id++, MARK_OPEN, "Browser", NULL, NULL);
    view_blank(view);
    view_text(view, ROLE_PLAIN, 0,
              "Browser: open the address on your own computer. Either forward the port first, in a "
              "new terminal there:");
    view_blank(view);
    struct view_item *item = view_add(view, VIEW_ADDRESS, 0, NULL);
    item->value = g_strdup("ssh -L 1718:localhost:1718 admin@this-server");
    view_blank(view);
    view_text(view, ROLE_PLAIN, 0, "or paste the address that your browser ends up on. Both work.");
    view_key(view, ACTION_NEXT, "go on");
    view_key(view, ACTION_RETRY, "again");
    go_back(view);
    view->now_ms = 1000;
    return view;
}

struct view *views_settings(void)
{
    static const char *const rows[][3] = {
        {"Name", "Bird Integration", NULL},
        {"API name", "Bird_Integration", NULL},
        {"Contact email", "admin@acme.com", NULL},
        {"Distribution", "Local", NULL},
        {"Callback URLs", "http://localhost:1717/OauthRedirect", "+2, c copies all"},
        {"Scopes",
         "Manage user data via APIs (api) · Perform requests at any time (refresh_token, "
         "offline_access) · Manage user data via Web browsers (web)",
         NULL},
        {"Require secret", "on, for the Web Server Flow", NULL},
        {"Require PKCE", "on", NULL},
        {"Rotation", "off", NULL},
        {"Permitted users", "All users may self-authorize", NULL},
        {"IP relaxation", "Relax IP restrictions", NULL},
        {"Refresh token", "valid until revoked", NULL},
        {"Session timeout", "24 hours", NULL},
    };
    struct view *view = wizard(3, "acme · acme.my.salesforce.com");
    view->focus = VIEWS_ROW;
    view_heading(view, "App settings", "External Client App");
    view_blank(view);
    view_text(view, ROLE_PLAIN, 0,
              "In Setup › External Client App Manager › New External Client App, enter these "
              "values. Space ticks one off, c copies it, o opens the page.");
    view_blank(view);
    for (int i = 0; i < (int)G_N_ELEMENTS(rows); i++) {
        if (i == 0 || i == 4)
            view_text(view, ROLE_TITLE, 0, i == 0 ? "Basic information" : "OAuth");
        struct view_item *item = view_add(view, VIEW_SETTING, VIEWS_ROW + i, rows[i][0]);
        item->value = g_strdup(rows[i][1]);
        item->right = g_strdup(rows[i][2]);
        item->ticked = i < 2;
        item->note = g_strdup("Why: Salesforce sends the browser back to this address with the "
                              "code. It has to match character for character, the port included.");
    }
    view_key(view, ACTION_NEXT, "next");
    view_key(view, ACTION_TICK, "tick");
    view_key(view, ACTION_COPY, "copy");
    view_key(view, ACTION_OPEN, "open in browser");
    go_back(view);
    return view;
}

struct view *views_keys(void)
{
    struct view *view = wizard(4, "acme · acme.my.salesforce.com");
    view->focus = VIEWS_SECRET;
    view->now_ms = 250;
    view_heading(view, "Consumer key and secret", NULL);
    view_blank(view);
    struct view_item *item = view_text(view, ROLE_PLAIN, 0,
                                       "In the app: Settings › OAuth Settings › Consumer Key and "
                                       "Secret. Salesforce e-mails you a code first.");
    item->right = g_strdup("o open");
    view_blank(view);
    item = input(
        view, VIEWS_KEY, "Consumer key",
        "3MVG9wt4IL4O5wvKxTHISISNOTAREALKEYxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    item->right = g_strdup("85 characters");
    item = input(view, VIEWS_SECRET, "Consumer secret", "");
    item->secret = true;
    item->length = 64;
    item->right = g_strdup("64 characters");
    item->error = g_strdup("That is the consumer key again: copy the secret, the line below it.");
    view_blank(view);
    check(view, 0, MARK_WORKING, "Asking Salesforce whether it knows this app", NULL, "2.1 s");
    view_blank(view);
    view_text(view, ROLE_DIM, 0,
              "A new app takes effect after 2 to 10 minutes. perch asks again in 0:28; "
              "you can leave this running.");
    view_key(view, ACTION_NEXT, "ask Salesforce");
    view_key(view, ACTION_OPEN, "open the app");
    view_key(view, ACTION_SHOW, "show secret");
    go_back(view);
    return view;
}

struct view *views_authorize(void)
{
    struct view *view = wizard(5, "acme · acme.my.salesforce.com");
    view->paste = VIEWS_PASTE;
    view_heading(view, "Log in, and press Allow", "waiting 0:42");
    view_blank(view);
    view_text(view, ROLE_PLAIN, 0,
              "Your browser should show Salesforce's login page. If not, open this address (c "
              "copies it, w writes it to a file):");
    view_blank(view);
    struct view_item *item = view_add(view, VIEW_ADDRESS, 0, NULL);
    item->value = g_strdup("https://acme.my.salesforce.com/services/oauth2/authorize?response_type="
                           "code&client_id=3MVG9wt4IL4O5wvKx&redirect_uri=http%3A%2F%2Flocalhost%3A"
                           "1718%2FOauthRedirect&scope=api%20refresh_token&state=AbCdEf0123456789&"
                           "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&"
                           "code_challenge_method=S256");
    view_blank(view);
    check(view, 0, MARK_WORKING, "Listening on http://localhost:1718 (127.0.0.1 and ::1)", NULL,
          NULL);
    view_blank(view);
    item = input(view, VIEWS_PASTE,
                 "Or paste here the address the browser ends up on, or the code:", "");
    item->secret = true;
    view_blank(view);
    view_text(view, ROLE_DIM, 0,
              "Stuck on a Salesforce error page? Paste its address: perch reads the reason from "
              "it.");
    view_key(view, ACTION_COPY, "copy address");
    view_key(view, ACTION_RETRY, "open again");
    view_key(view, ACTION_WRITE, "to file");
    go_back(view);
    return view;
}

struct view *views_prove(void)
{
    struct view *view = wizard(6, "acme · acme.my.salesforce.com");
    int id = VIEWS_ROW;
    view_heading(view, "Proving the connection", NULL);
    view_blank(view);
    check(view, id++, MARK_OK, "Code exchanged", "access and refresh token", "182 ms");
    check(view, id++, MARK_OK, "User", "admin@acme.com in Acme Ltd (00D5g0000000001EAK)", NULL);
    check(view, id++, MARK_FAILED, "Refreshed once", "400 invalid_grant", "164 ms");
    view_text(view, ROLE_PLAIN, 2, "Salesforce no longer accepts the refresh token.");
    view_text(view, ROLE_TITLE, 2, "To fix");
    view_text(view, ROLE_PLAIN, 4, "1. Press Enter to authorize again: everything else is kept.");
    view_text(view, ROLE_PLAIN, 4,
              "2. Then see to it that it does not happen again: Policies › Refresh Token Policy › "
              "\"valid until revoked\".");
    struct view_item *item = view_add(view, VIEW_TOGGLE, VIEWS_KEEP, "keep the record");
    item->ticked = true;
    item->note = g_strdup("Else it is deleted again.");
    view_key(view, ACTION_NEXT, "authorize again");
    view_key(view, ACTION_RETRY, "again");
    view_key(view, ACTION_PREVIOUS, "channel");
    view_key(view, ACTION_FOLLOWING, "channel");
    go_back(view);
    return view;
}

struct view *views_handoff(void)
{
    struct view *view = wizard(8, "acme · acme.my.salesforce.com");
    view->focus = VIEWS_ROW;
    view_heading(view, "Into Flow Builder", "WhatsApp → Lead");
    view_blank(view);
    view_text(view, ROLE_TITLE, 0, "Step 1  Fetch variables: \"Get a token\"");
    static const char *const rows[][2] = {
        {"URL", "https://acme.my.salesforce.com/services/oauth2/token"},
        {"Method", "POST"},
        {"Content-Type", "application/x-www-form-urlencoded"},
        {"Body", "grant_type=refresh_token&client_id=3MVG9wt4IL4O5wvKx&client_secret=••••••••&"
                 "refresh_token=••••••••"},
        {"Variable", "access_token"}};
    for (int i = 0; i < (int)G_N_ELEMENTS(rows); i++) {
        struct view_item *item = view_add(view, VIEW_PAIR, VIEWS_ROW + i, rows[i][0]);
        item->value = g_strdup(rows[i][1]);
        item->indent = 2;
    }
    view->notice = g_strdup("Copied: URL.");
    view_key(view, ACTION_COPY, "copy field");
    view_key(view, ACTION_SHOW, "show secrets");
    view_key(view, ACTION_WRITE, "to file");
    view_key(view, ACTION_NEXT, "done");
    go_back(view);
    return view;
}

static struct view_item *row(struct view *view, int id, enum mark mark, const char *const *texts)
{
    struct view_item *item = view_add(view, VIEW_ROW, id, NULL);
    item->mark = mark;
    item->columns = g_ptr_array_new_with_free_func(g_free);
    for (; *texts != NULL; texts++)
        g_ptr_array_add(item->columns, g_strdup(*texts));
    return item;
}

struct view *views_home(int connections)
{
    static const enum mark marks[] = {MARK_OK, MARK_FAILED, MARK_FAILED, MARK_OPEN};
    static const char *const states[] = {"working", "revoked", "API off", "unfinished"};
    struct view *view = view_new();
    view->title = g_strdup("perch");
    view->right = g_strdup_printf("%d connections", connections);
    view->screen = 100;
    view->focus = VIEWS_ROW;
    row(view, 0, MARK_NONE, (const char *const[]){"Connection", "Org", "User", "State", NULL});
    for (int i = 0; i < connections; i++) {
        g_autofree char *name = g_strdup_printf("acme-%02d", i + 1);
        g_autofree char *org = g_strdup_printf("acme--uat%d.sandbox.my.salesforce.com", i + 1);
        struct view_item *item =
            row(view, VIEWS_ROW + i, marks[i % 4],
                (const char *const[]){name, org, "admin@acme.com", states[i % 4], NULL});
        item->note = g_strdup_printf("%s · last refreshed %d minutes ago", name, i + 2);
    }
    view_blank(view);
    row(view, VIEWS_KEEP, MARK_NONE, (const char *const[]){"+ New connection", NULL});
    view_key(view, ACTION_NEXT, "open");
    view_key(view, ACTION_NEW, "new");
    view_key(view, ACTION_QUIT, "quit");
    return view;
}

struct view *views_wide(void)
{
    struct view *view =
        wizard(7, "日本語の接続 · とても長い名前のサンドボックス組織.my.salesforce.com");
    view->focus = VIEWS_NAME;
    view_heading(view, "テストレコードを挿入します", "WhatsApp → リード");
    view_blank(view);
    input(view, VIEWS_NAME, "姓 *",
          "山田太郎と愉快な仲間たちの非常に長い名前がここに入りますので横に動きます");
    input(view, VIEWS_ADDRESS, "Cafe\u0301", "It's \"quoted\" \\ u\u0308ni\u0308code");
    struct view_item *item = input(view, VIEWS_KEY, "Société *", "");
    item->wanted = true;
    view_blank(view);
    check(view, VIEWS_ROW, MARK_OK, "リード項目",
          "項目は五十四個あり、そのうち四十七個に書き込めます。全角文字でも行は正しく折り返されます"
          "。",
          "90 ms");
    check(view, VIEWS_ROW + 1, MARK_FAILED,
          "A label that is much too long for any column of labels, in whatever language it is",
          "https://acme.my.salesforce.com/services/data/v68.0/sobjects/Lead/describe/layouts/"
          "0125g0000000001AAA/and/a/path/without/a/single/blank",
          "240 ms");
    item = view_add(view, VIEW_TOGGLE, VIEWS_KEEP, "削除しないで残す");
    item->ticked = false;
    view_key(view, ACTION_NEXT, "挿入");
    view_key(view, ACTION_WRITE,
             "a label that is so long that it fits into no line of keys at all");
    go_back(view);
    return view;
}
