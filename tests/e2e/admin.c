/* SPDX-License-Identifier: MIT */
#include "e2e/admin.h"

#include <curl/curl.h>
#include <string.h>

#include "support/html_form.h"

#define PASSWORD "bird-demo-1"

enum { HOPS_MAX = 10 };

struct Admin {
    const DemoOrg *org;
    CURL *curl;
    char *address;
    GString *page;
    HtmlForm *form; /* NULL: none on the page */
};

static size_t on_bytes(char *bytes, size_t size, size_t count, void *user)
{
    g_string_append_len(user, bytes, (gssize)(size * count));
    return size * count;
}

Admin *admin_new(Rig *rig)
{
    Admin *admin = g_new0(Admin, 1);
    admin->org = rig->org;
    admin->curl = curl_easy_init();
    admin->page = g_string_new(NULL);
    curl_easy_setopt(admin->curl, CURLOPT_PROXY, "");
    curl_easy_setopt(admin->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(admin->curl, CURLOPT_COOKIEFILE, "");
    curl_easy_setopt(admin->curl, CURLOPT_TIMEOUT_MS, 30000L);
    curl_easy_setopt(admin->curl, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(admin->curl, CURLOPT_WRITEDATA, admin->page);
    return admin;
}

void admin_free(Admin *admin)
{
    if (admin == NULL)
        return;
    curl_easy_cleanup(admin->curl);
    html_form_free(admin->form);
    g_string_free(admin->page, TRUE);
    g_free(admin->address);
    g_free(admin);
}

/* One request; where it redirects to, NULL if nowhere. */
static char *load(Admin *admin, const char *address, const char *body)
{
    long status = 0;
    char *location = NULL;
    g_string_truncate(admin->page, 0);
    curl_easy_setopt(admin->curl, CURLOPT_URL, address);
    if (body != NULL) {
        curl_easy_setopt(admin->curl, CURLOPT_POST, 1L);
        curl_easy_setopt(admin->curl, CURLOPT_COPYPOSTFIELDS, body);
    } else {
        curl_easy_setopt(admin->curl, CURLOPT_HTTPGET, 1L);
    }
    CURLcode code = curl_easy_perform(admin->curl);
    curl_easy_getinfo(admin->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(admin->curl, CURLINFO_REDIRECT_URL, &location);
    if (code != CURLE_OK || status >= 400)
        fail_msg("%s: %ld %s\n%s", address, status, curl_easy_strerror(code), admin->page->str);
    g_free(admin->address);
    admin->address = g_strdup(address);
    return g_strdup(location);
}

static char *resolve(const Admin *admin, const char *address)
{
    const char *base = admin->address != NULL ? admin->address : admin->org->url;
    return g_uri_resolve_relative(base, address, G_URI_FLAGS_ENCODED, NULL);
}

static char *send_form(Admin *admin, const struct form_field *button)
{
    g_autofree char *target = resolve(admin, admin->form->action);
    g_autofree char *body = html_form_encode(admin->form, button);
    return load(admin, target, body);
}

static struct form_field *field_named(Admin *admin, const char *name)
{
    struct form_field *field = admin->form == NULL ? NULL : html_form_field(admin->form, name);
    if (field == NULL)
        fail_msg("no field %s in:\n%s", name, admin->page->str);
    return field;
}

static void set_value(struct form_field *field, const char *text)
{
    g_free(field->value);
    field->value = g_strdup(text);
}

static void parse_form(Admin *admin)
{
    html_form_free(admin->form);
    admin->form = html_form_parse(admin->page->str);
}

/* On to where a redirect leads, through the login page if there is one. */
static void arrive(Admin *admin, char *next)
{
    bool asked = false;
    for (int i = 0; i < HOPS_MAX; i++) {
        while (next != NULL) {
            g_autofree char *where = next;
            next = load(admin, where, NULL);
        }
        parse_form(admin);
        struct form_field *password =
            admin->form == NULL ? NULL : html_form_field(admin->form, "password");
        if (password == NULL)
            return;
        if (asked)
            fail_msg("the login is refused:\n%s", admin->page->str);
        asked = true;
        set_value(field_named(admin, "username"), ADMIN_NAME);
        set_value(password, PASSWORD);
        next = send_form(admin, html_form_button(admin->form, NULL));
    }
    fail_msg("%s leads round in circles", admin->address);
}

void admin_open(Admin *admin, const char *address)
{
    arrive(admin, resolve(admin, address));
}

/* Where the link with that text leads; NULL = there is none. Owned by the caller. */
static char *link_target(const Admin *admin, const char *text)
{
    g_autofree char *plain = g_regex_escape_string(text, -1);
    g_autofree char *pattern = g_strdup_printf("<a href=\"([^\"]*)\">[^<]*%s", plain);
    g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    if (!g_regex_match(regex, admin->page->str, 0, &match))
        return NULL;
    g_autofree char *found = g_match_info_fetch(match, 1);
    g_auto(GStrv) parts = g_strsplit(found, "&amp;", -1);
    return g_strjoinv("&", parts);
}

void admin_follow(Admin *admin, const char *text)
{
    g_autofree char *address = link_target(admin, text);
    if (address == NULL)
        fail_msg("no link %s in:\n%s", text, admin->page->str);
    admin_open(admin, address);
}

const char *admin_page(const Admin *admin)
{
    return admin->page->str;
}

void admin_choose(Admin *admin, const char *text)
{
    html_form_free(admin->form);
    admin->form = html_form_parse_with(admin->page->str, text);
    if (admin->form == NULL)
        fail_msg("no form with %s in:\n%s", text, admin->page->str);
}

void admin_tick(Admin *admin, const char *name, bool on)
{
    field_named(admin, name)->off = !on;
}

void admin_enter(Admin *admin, const char *name, const char *text)
{
    set_value(field_named(admin, name), text);
}

void admin_press_quietly(Admin *admin, const char *button)
{
    struct form_field *found = admin->form == NULL ? NULL : html_form_button(admin->form, button);
    if (found == NULL)
        fail_msg("no button %s in:\n%s", button, admin->page->str);
    arrive(admin, send_form(admin, found));
}

void admin_press(Admin *admin, const char *button)
{
    admin_press_quietly(admin, button);
    assert_contains(admin->page->str, "id=\"saved\"");
}

bool admin_fix_from(Admin *admin, const char *address, const struct admin_fix *fix)
{
    g_autofree char *field = g_strconcat(fix->field == NULL ? "" : fix->field, "\"", NULL);
    struct admin_fix here = *fix;
    admin_open(admin, address);
    g_autofree char *target = fix->link == NULL ? NULL : link_target(admin, fix->link);
    here.page = address;
    if (strstr(admin->page->str, field) != NULL && strstr(admin->page->str, fix->form) != NULL)
        here.link = NULL;
    else if (target == NULL)
        return false;
    admin_fix(admin, &here);
    return true;
}

void admin_fix(Admin *admin, const struct admin_fix *fix)
{
    admin_open(admin, fix->page);
    if (fix->link != NULL)
        admin_follow(admin, fix->link);
    admin_choose(admin, fix->form);
    if (fix->how == ADMIN_TICK || fix->how == ADMIN_UNTICK)
        admin_tick(admin, fix->field, fix->how == ADMIN_TICK);
    else if (fix->how == ADMIN_ENTER)
        admin_enter(admin, fix->field, fix->text);
    admin_press(admin, fix->button != NULL ? fix->button : "Save");
}

char *admin_shown(Admin *admin, const char *id)
{
    g_autofree char *opening = g_strdup_printf("<code id=\"%s\">", id);
    const char *text = strstr(admin->page->str, opening);
    if (text == NULL)
        fail_msg("nothing is shown as %s in:\n%s", id, admin->page->str);
    text += strlen(opening);
    return g_strndup(text, strcspn(text, "<"));
}
