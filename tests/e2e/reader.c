/* SPDX-License-Identifier: MIT */
#include "e2e/reader.h"

#include <string.h>

#include "support/browser_login.h"

#define APP "Bird Integration"
#define RUN_AS "integration@bird-demo.example"
/* What is named in words: in quotes, or by its capitals. */
#define NAME                                                                                  \
    "(?:\"([^\"]+)\"|((?:[A-Z][\\w-]*)(?: (?:[A-Z][\\w-]*|\\([A-Z]+\\)|to|of|for|as|on)(?=[ " \
    ";,.)]))*))"

Reader *reader_new(Walk *walk, const char *user)
{
    Reader *reader = g_new0(Reader, 1);
    reader->walk = walk;
    reader->user = user;
    reader->admin = admin_new(walk->rig);
    return reader;
}

void reader_free(Reader *reader)
{
    if (reader == NULL)
        return;
    admin_free(reader->admin);
    g_free(reader->scopes);
    g_free(reader->step);
    g_free(reader->screen);
    g_free(reader);
}

/* The first group of pattern in text that took part; NULL = no match. Owned by the caller. */
static char *pick(const char *text, const char *pattern)
{
    g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_DOTALL, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    assert_non_null(regex);
    if (!g_regex_match(regex, text, 0, &match))
        return NULL;
    for (int i = 1; i < g_match_info_get_match_count(match); i++) {
        g_autofree char *group = g_match_info_fetch(match, i);
        if (*group != '\0')
            return g_steal_pointer(&group);
    }
    return g_match_info_fetch(match, 0);
}

char *reader_step(Reader *reader, int number)
{
    g_autofree char *words = walk_words(reader->walk);
    g_autofree char *pattern = g_strdup_printf(
        "To fix .*?\\b%d\\. (.*?) (?:%d\\. |Page: |The answer was|[–✔✖─] |$)", number, number + 1);
    char *step = pick(words, pattern);
    if (step != NULL || number > 1)
        return step;
    step = pick(words, "✖ (This field is required.*?untick Required.*?\\.)|"
                       "(Open the app [^.]*\\. Untick .*?; Save\\. Then press r)|"
                       "\\(•\\) (I have not looked yet)");
    return step;
}

/* The browser's last page is none of perch's. */
bool reader_stuck(Reader *reader)
{
    g_autofree char *path =
        g_build_filename(reader->walk->rig->home->home, ".fake-browser.log", NULL);
    g_autofree char *pages = NULL;
    if (!pty_has(reader->walk->pty, "Listening on") ||
        !g_file_get_contents(path, &pages, NULL, NULL))
        return false;
    g_autofree char *last = pick(pages, "([^\n]*)\n*$");
    return strstr(last, "/OauthRedirect") == NULL && strstr(last, "favicon") == NULL;
}

bool reader_rests(Reader *reader)
{
    g_autofree char *screen = pty_dump(reader->walk->pty);
    g_autofree char *keys = walk_keys(reader->walk);
    g_autofree char *busy = pick(screen, "[◐◓◑◒] (?!Listening)[^\n]*");
    g_autofree char *step = reader_step(reader, 1);
    g_autofree char *key = pick(keys, step != NULL ? "\\b(?:Enter|r) \\w" : "\\bEnter \\w");
    return busy == NULL && (key != NULL || reader_stuck(reader));
}

/* ---- Setup ---- */

/* The labels of the page's fields are as Salesforce's, or longer. */
static bool is_label(const char *label, const char *words, const char *step)
{
    if (g_str_has_prefix(words, "Is "))
        words += strlen("Is ");
    g_autofree char *longer = g_strconcat(words, " ", NULL);
    const char *colon = strstr(label, ": ");
    if (g_ascii_strcasecmp(label, words) == 0 ||
        g_ascii_strncasecmp(label, longer, strlen(longer)) == 0)
        return true;
    /* "Leads: Read", where the step says Object Settings › Lead. */
    g_autofree char *object = pick(step, "Object Settings › (\\w+)");
    return colon != NULL && object != NULL && g_str_has_prefix(label, object) &&
           g_ascii_strcasecmp(colon + 2, words) == 0;
}

struct found {
    char *name; /* of the field */
    char *form; /* words that only its form has */
};

static void found_free(gpointer data)
{
    struct found *found = data;
    g_free(found->name);
    g_free(found->form);
    g_free(found);
}

/* "Lead.Sales_Rep__c" is "Sales Rep" on the screen. */
static bool is_meant(Reader *reader, const char *thing)
{
    const char *own = thing == NULL ? NULL : strchr(thing, '.');
    if (own == NULL || strstr(reader->step, own + 1) != NULL)
        return true;
    g_autofree char *label = g_strndup(own + 1, strlen(own + 1) - strlen("__c"));
    return strstr(reader->screen, g_strdelimit(label, "_", ' ')) != NULL;
}

/* The fields of that label, in the forms of what the step names, else in all. */
static GPtrArray *find_fields(Reader *reader, const char *words, const char *step)
{
    GPtrArray *all = g_ptr_array_new_with_free_func(found_free);
    g_autoptr(GRegex) regex =
        g_regex_new("<h3>([^<]*)</h3>|<label[^>]*>(?:<input[^>]* id=\"([^\"]*)\"[^>]*>)? ?([^<]*)<"
                    "/label>(?:\n<\\w+ [^>]*id=\"([^\"]*)\")?",
                    0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    g_autofree char *thing = NULL;
    const char *page = admin_page(reader->admin);
    for (g_regex_match(regex, page, 0, &match); g_match_info_matches(match);
         g_match_info_next(match, NULL)) {
        g_autofree char *heading = g_match_info_fetch(match, 1);
        g_autofree char *box = g_match_info_fetch(match, 2);
        g_autofree char *label = g_match_info_fetch(match, 3);
        g_autofree char *line = g_match_info_fetch(match, 4);
        if (*heading != '\0') {
            g_free(thing);
            thing = g_strdup(heading);
            continue;
        }
        if (!is_meant(reader, thing))
            continue;
        const char *id = *box != '\0' ? box : line;
        if (id == NULL || *id == '\0' || !is_label(label, words, step))
            continue;
        const char *name = thing != NULL && strchr(id, '-') != NULL ? strchr(id, '-') + 1 : id;
        struct found *found = g_new0(struct found, 1);
        found->name = g_strdup(name);
        found->form = g_strdup(thing != NULL ? thing : "");
        g_ptr_array_add(all, found);
    }
    return all;
}

static char *heading(Reader *reader)
{
    char *title = pick(admin_page(reader->admin), "<h1>([^<]*)</h1>");
    return title != NULL ? title : g_strdup("");
}

/* The profile of who logs in, as the user's page names it. */
static char *profile_of(Reader *reader)
{
    g_autoptr(Admin) admin = admin_new(reader->walk->rig);
    admin_open(admin, SETUP_USERS);
    admin_follow(admin, reader->user);
    char *name = pick(admin_page(admin), "id=\"profile\" value=\"([^\"]*)\"");
    assert_non_null(name);
    return name;
}

/* From a list to what the path on the screen means, or from a user to the profile. */
static bool go_deeper(Reader *reader)
{
    g_autofree char *title = heading(reader);
    g_autofree char *profile = NULL;
    if (strcmp(title, "External Client App Manager") == 0) {
        admin_follow(reader->admin, APP);
    } else if (strcmp(title, "Users") == 0) {
        admin_follow(reader->admin, reader->user);
    } else if (strcmp(title, "Profiles") == 0) {
        profile = profile_of(reader);
        admin_follow(reader->admin, profile);
    } else if (strstr(title, "@") != NULL && strstr(reader->step, "profile") != NULL) {
        profile = profile_of(reader);
        admin_open(reader->admin, SETUP_PROFILES);
        admin_follow(reader->admin, profile);
    } else {
        return false;
    }
    return true;
}

/* With the cursor in a field, the keys say that Tab comes first. */
static void leave_field(Reader *reader)
{
    g_autofree char *keys = walk_keys(reader->walk);
    if (strstr(keys, "Tab → ") == NULL)
        return;
    press(reader->walk, "Tab");
    pty_wait_change(reader->walk->pty, PTY_WAIT_MS);
}

/* The page that o opens; else the one that the step names. */
static bool open_page(Reader *reader)
{
    g_autofree char *keys = walk_keys(reader->walk);
    if (strstr(keys, "o open Setup page") != NULL) {
        leave_field(reader);
        g_autofree char *address = walk_opened(reader->walk, "o");
        admin_open(reader->admin, address);
        return true;
    }
    if (strstr(reader->step, "Open the app") == NULL)
        return false;
    admin_open(reader->admin, SETUP_APPS);
    return true;
}

static GPtrArray *fields_on_page(Reader *reader, const char *words, const char *step)
{
    for (;;) {
        g_autoptr(GPtrArray) found = find_fields(reader, words, step);
        if (found->len > 0)
            return g_steal_pointer(&found);
        if (!go_deeper(reader))
            return NULL;
    }
}

/* ---- what words can ask for; each returns whether anything came of it ---- */

/* "twice" means each box of that name; in Policies it is the last. */
static bool set_boxes(Reader *reader, const char *words, bool on)
{
    g_autoptr(GPtrArray) found = fields_on_page(reader, words, reader->step);
    if (found == NULL)
        return false;
    const bool twice = strstr(reader->step, "twice") != NULL;
    const bool last = strstr(reader->step, "policies tick") != NULL;
    for (guint i = 0; i < found->len; i++) {
        const struct found *field = g_ptr_array_index(found, i);
        if (!twice && i != (last ? found->len - 1 : 0))
            continue;
        admin_choose(reader->admin, field->form);
        admin_tick(reader->admin, field->name, on);
        admin_press(reader->admin, "Save");
    }
    return true;
}

static bool enter(Reader *reader, const char *words, const char *text)
{
    g_autoptr(GPtrArray) found = fields_on_page(reader, words, reader->step);
    if (found == NULL)
        return false;
    const struct found *field = g_ptr_array_index(found, 0);
    admin_choose(reader->admin, field->form);
    admin_enter(reader->admin, field->name, text);
    admin_press(reader->admin, "Save");
    return true;
}

static bool do_untick(Reader *reader, const char *words)
{
    return set_boxes(reader, words, false);
}

static bool do_tick(Reader *reader, const char *words)
{
    g_autofree char *second = pick(reader->step, "[Tt]ick \\w+(?: and|,) ([A-Z]\\w+)");
    g_autofree char *third = pick(reader->step, "\\) ([A-Z]\\w+); Save");
    bool done = set_boxes(reader, words, true);
    if (second != NULL)
        done &= set_boxes(reader, second, true);
    if (third != NULL)
        done &= set_boxes(reader, third, true);
    return done;
}

/* The box that the demo org has for a button, and for a choice: "Frozen (untick: Unfreeze)". */
static bool untick_for(Reader *reader, const char *words)
{
    g_autofree char *pattern = g_strdup_printf("> ([^<]*)(?= \\(untick: %s\\))", words);
    g_autofree char *box = pick(admin_page(reader->admin), pattern);
    return box != NULL && set_boxes(reader, box, false);
}

static bool do_press(Reader *reader, const char *words)
{
    g_autofree char *button = g_strdup_printf(">%s<", words);
    while (strstr(admin_page(reader->admin), button) == NULL) {
        if (untick_for(reader, words))
            return true;
        if (!go_deeper(reader))
            return false;
    }
    admin_choose(reader->admin, button);
    admin_press(reader->admin, words);
    return true;
}

static bool do_press_either(Reader *reader, const char *words)
{
    g_auto(GStrv) either = g_strsplit(words, ", or ", -1);
    return do_press(reader, either[0]) || do_press(reader, either[1]);
}

/* "set Refresh Token Policy to …": an option of the list. */
static bool do_set(Reader *reader, const char *words)
{
    g_autofree char *text = pick(reader->step, "[Ss]et [A-Z][\\w ]+? to \"?([A-Z][^\";.,]+)");
    if (text == NULL)
        return false;
    if (untick_for(reader, text))
        return true;
    g_autoptr(GPtrArray) found = fields_on_page(reader, words, reader->step);
    if (found == NULL)
        return false;
    g_autofree char *plain = g_regex_escape_string(text, -1);
    g_autofree char *pattern = g_strdup_printf("<option value=\"([^\"]*)\"[^>]*>%s<", plain);
    g_autofree char *option = pick(admin_page(reader->admin), pattern);
    return option != NULL && enter(reader, words, option);
}

static bool do_fill_list(Reader *reader, const char *words)
{
    g_autofree char *profile = profile_of(reader);
    (void)words;
    return enter(reader, "Selected Profiles", profile);
}

static bool do_clear(Reader *reader, const char *words)
{
    return enter(reader, words, "");
}

static bool do_run_as(Reader *reader, const char *words)
{
    (void)words;
    return enter(reader, "Run As", RUN_AS);
}

static bool do_scopes(Reader *reader, const char *words)
{
    (void)words;
    assert_non_null(reader->scopes);
    return enter(reader, "OAuth Scopes", reader->scopes);
}

static bool do_callback(Reader *reader, const char *words)
{
    g_autofree char *screen = walk_words(reader->walk);
    g_autofree char *url = pick(screen, "(http://localhost:\\d+/OauthRedirect) is not in");
    (void)words;
    return url != NULL && enter(reader, "Callback URL", url);
}

/* What the demo org's identity provider sends. */
static bool do_federation(Reader *reader, const char *words)
{
    return enter(reader, words, "ada");
}

static bool do_exempt(Reader *reader, const char *words)
{
    (void)words;
    return enter(reader, "Users it lets pass", reader->user);
}

/* What the demo org has for what happens outside of Setup. */
static bool do_as_if(Reader *reader, const char *words)
{
    static const struct {
        const char *words, *label;
    } rows[] = {
        {"login flow", "A login flow waits"},
        {"elete records", "Data storage is full"},
        {"own org", "Local to another org"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (strstr(words, rows[i].words) != NULL)
            return set_boxes(reader, rows[i].label, false);
    return false;
}

/* Whoever logs in is led to where that is. */
static bool do_register(Reader *reader, const char *words)
{
    (void)words;
    if (strstr(admin_page(reader->admin), "Register a Verification Method") == NULL)
        return false;
    admin_press(reader->admin, "Register");
    return true;
}

/* Salesforce sells what is missing, or lets the trial go on. */
static bool do_ask_salesforce(Reader *reader, const char *words)
{
    (void)words;
    admin_open(reader->admin, SETUP_PAGE("CompanyProfileInfo"));
    return strstr(reader->step, "trial") != NULL
               ? enter(reader, "End of the trial", "")
               : set_boxes(reader, "Web Services API add-on", true);
}

static bool do_password(Reader *reader, const char *words)
{
    (void)words;
    if (strstr(admin_page(reader->admin), "newpassword") == NULL)
        return false;
    admin_enter(reader->admin, "newpassword", reader->walk->rig->org->password);
    admin_press_quietly(reader->admin, "Change Password");
    return true;
}

void reader_focus(Reader *reader, const char *label)
{
    g_autofree char *here = g_strconcat("▸", label, NULL);
    for (int i = 0; !pty_has(reader->walk->pty, here); i++) {
        if (i == 100)
            see(reader->walk, here); /* says what is there instead */
        press(reader->walk, "Up");
        pty_wait_change(reader->walk->pty, PTY_WAIT_MS);
    }
}

static void paste_shown(Reader *reader, const char *id, const char *label)
{
    g_autofree char *text = admin_shown(reader->admin, id);
    if (strcmp(id, "secret") == 0)
        canary_add(reader->walk->rig->canary, text);
    reader_focus(reader, label);
    paste(reader->walk, text);
}

/* From the app's page into perch's fields. */
static bool do_copy(Reader *reader, const char *words)
{
    g_autofree char *keys = walk_keys(reader->walk);
    go_deeper(reader);
    g_autofree char *correct = pick(keys, "(?:Tab → )?(\\w) correct the value");
    if (correct != NULL && !pty_has(reader->walk->pty, "Consumer key and secret"))
        press(reader->walk, correct);
    see(reader->walk, "Consumer key and secret");
    if (strstr(words, "secret") != NULL)
        paste_shown(reader, "secret", "Consumer secret");
    if (strstr(words, "key") != NULL)
        paste_shown(reader, "key", "Consumer key");
    return true;
}

/* Whether the box is greyed out is seen in Setup; then another way to log in has the focus. */
static bool do_look(Reader *reader, const char *words)
{
    (void)words;
    admin_open(reader->admin, SETUP_APPS);
    admin_follow(reader->admin, APP);
    g_autofree char *greyed = pick(admin_page(reader->admin), "id=\"rotation\" checked disabled");
    reader_focus(reader, "Can you untick it?");
    press(reader->walk, greyed == NULL ? "Down Space" : "Down Down Space");
    if (greyed != NULL) {
        see(reader->walk, "App settings");
        press(reader->walk, "Down Space");
        see(reader->walk, "(•) client credentials");
    } else {
        see_key(reader->walk, "r log in again");
    }
    return true;
}

static bool do_certificate(Reader *reader, const char *words)
{
    g_autofree char *name = pick(reader->screen, "perch (\\S+) · ");
    g_autoptr(Child) child = rig_perch(reader->walk->rig, "app", name, NULL);
    g_autofree char *path = pick(child->output->str, "(/\\S+\\.crt)");
    g_autofree char *pem = NULL;
    (void)words;
    return path != NULL && g_file_get_contents(path, &pem, NULL, NULL) &&
           enter(reader, "Certificate", pem);
}

/* Not as an API-only user, but as the administrator. */
static bool do_log_in_as(Reader *reader, const char *words)
{
    (void)words;
    reader->walk->rig->org->username = reader->user = ADMIN_NAME;
    walk_browser(reader->walk, "allow");
    return true;
}

/* In the mapping: the field gets a fixed text that fits. */
static bool do_give(Reader *reader, const char *words)
{
    Walk *walk = reader->walk;
    press(walk, "a");
    see(walk, "that you can write");
    type(walk, words);
    g_autofree char *row = g_strconcat("│   ", words, "  ", NULL);
    see(walk, row);
    press(walk, "Enter");
    see_key(walk, "Enter keep");
    press(walk, "C-u");
    paste(walk, "ada@example.com");
    press(walk, "Enter");
    see_key(walk, "Enter insert Lead");
    return true;
}

/* Time passes, in which what others do in the org comes to its end. */
static bool do_wait(Reader *reader, const char *words)
{
    (void)words;
    DemoOrg *org = reader->walk->rig->org;
    const bool hour = strstr(reader->step, "an hour") != NULL;
    demo_org_patch(org, "{'org':{'api_used':0,'long_requests':0,'read_only':false,"
                        "'maintenance_until_ms':0,'rows_locked_until_ms':0}}");
    if (hour || strstr(reader->step, "2 to 10 minutes") != NULL)
        json_free(demo_org_control(org, "POST", "clock",
                                   hour ? "{\"advance_ms\":3600000}" : "{\"advance_ms\":120000}"));
    return true;
}

/* Outside of Salesforce. */
static bool do_elsewhere(Reader *reader, const char *words)
{
    if (strstr(words, "timedatectl") != NULL)
        demo_org_patch(reader->walk->rig->org, "{'org':{'clock_offset_ms':0}}");
    return true;
}

static const struct hand {
    const char *words;
    bool (*act)(Reader *reader, const char *words);
    bool off_page; /* no Setup page has to be opened for it */
} hands[] = {
    {"[Uu]ntick " NAME, do_untick, false},
    {"do not require " NAME, do_untick, false},
    {"\\b[Tt]ick " NAME, do_tick, false},
    {"press " NAME " in the app's row", do_press, false},
    {"has an (\\w+) button", do_press, false},
    {"row: (Unblock, or Install)", do_press_either, false},
    {"press (Unfreeze|Deactivate)", do_press, false},
    {"[Ss]et ([A-Z][\\w ]+?) to \"?[A-Z]", do_set, false},
    {"add the user's profile", do_fill_list, false},
    {"to (Login IP Ranges), or clear them", do_clear, false},
    {"[Ss]et Run As to the username|with the username to run as", do_run_as, false},
    {"Select every scope that the App step names", do_scopes, false},
    {"Enter the callback URLs", do_callback, false},
    {"exempt this user", do_exempt, false},
    {"does a (login flow) wait", do_as_if, false},
    {"register a verification method", do_register, false},
    {"([Dd]elete records)", do_as_if, false},
    {"(?i)create the app in (the user's own org)", do_as_if, false},
    {"set a (new password)", do_password, false},
    {"[Cc]opy the (consumer key|consumer secret|key and the secret)", do_copy, false},
    {"upload the certificate", do_certificate, false},
    {"Federation ID", do_federation, false},
    {"Give (\\w+) the value it asks for", do_give, true},
    {"Log in as an ordinary administrator", do_log_in_as, true},
    {"I have not looked yet", do_look, true},
    {"ask (?:Salesforce|your Salesforce account)", do_ask_salesforce, true},
    {"timedatectl|in this computer's browser|[Aa]uthorize again", do_elsewhere, true},
    {"[Ww]ait|[Tt]ry again", do_wait, true},
};

bool reader_do(Reader *reader, const char *step)
{
    bool done = false, opened = false;
    g_free(reader->step);
    g_free(reader->screen);
    reader->step = g_strdup(step);
    reader->screen = walk_words(reader->walk);
    for (gsize i = 0; i < G_N_ELEMENTS(hands); i++) {
        g_autofree char *words = pick(step, hands[i].words);
        if (words == NULL || (done && hands[i].off_page))
            continue;
        if (!hands[i].off_page && !opened && !(opened = open_page(reader)))
            return false;
        done |= hands[i].act(reader, words);
    }
    return done;
}
