/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "wizard_private.h"

/* Suggests a name: the first part of the host, "acme" from acme.my.salesforce.com. */
static char *suggest_name(const char *host, bool generic)
{
    if (generic)
        return g_strdup("salesforce");
    g_autofree char *name = g_strndup(host, strcspn(host, "."));
    if (g_hostname_is_ip_address(host) || strcmp(name, "localhost") == 0)
        return g_strdup("local");
    return connection_name_problem(name) == NULL ? g_steal_pointer(&name) : g_strdup("org");
}

static bool is_taken(const struct wizard *w, const char *name)
{
    return w->taken != NULL && g_strv_contains((const char *const *)w->taken, name);
}

static bool check_name(struct wizard *w, const struct org_host *host)
{
    Connection *c = w->connection;
    if (c->name == NULL && host != NULL && host->host != NULL) {
        g_autofree char *offered = suggest_name(host->host, host->generic);
        if (!is_taken(w, offered)) {
            connection_set(&c->name, offered);
            w->name_offered = true;
        }
    }
    g_autofree char *taken = NULL, *name = c->name == NULL ? NULL : connection_name_from(c->name);
    connection_set(&c->name, name);
    const char *problem = connection_name_problem(c->name);
    if (problem == NULL && is_taken(w, c->name)) {
        taken = g_strdup_printf(_("There is already a connection named %s. Choose another name, or "
                                  "open that one with: perch setup %s"),
                                c->name, c->name);
        problem = taken;
    }
    wizard_error(w, ITEM_NAME, problem);
    return problem == NULL;
}

/* Whether the org is one that perch is to start. */
static bool wants_demo(const struct wizard *w)
{
    return w->org_kind == ORG_LOCAL && w->address == NULL;
}

static void take_address(struct wizard *w, const char *text)
{
    g_autoptr(WipedText) before = w->address;
    w->address = g_strdup(text);
}

static bool check_address(struct wizard *w, struct org_host *ret_host)
{
    g_autoptr(GError) error = NULL;
    memset(ret_host, 0, sizeof *ret_host);
    if (wants_demo(w)) {
        wizard_error(w, ITEM_ADDRESS, w->no_demo);
        return false;
    }
    bool fine = org_host_parse_any(w->address, w->org_kind, ret_host, &error);
    const char *problem = fine ? step_org_domain_problem(w, ret_host->generic) : error->message;
    wizard_error(w, ITEM_ADDRESS, problem);
    /* A page's address stays as it was typed; whatever else was pasted is not shown any longer. */
    if (problem == NULL && w->address != NULL &&
        !g_regex_match_simple("^[\\w.:/-]*$", w->address, 0, 0))
        take_address(w, ret_host->url);
    return problem == NULL;
}

const char *step_org_domain_problem(const struct wizard *w, bool generic)
{
    return !generic || wizard_is_attended(w) ? NULL
           : connection_way(w->connection)->signs
               ? _("JWT bearer works at the org's own address only: paste its My Domain address, "
                   "which Setup › My Domain shows, or any page of the org.")
               : _("Client credentials work at the org's own address only: paste its My Domain "
                   "address, which Setup › My Domain shows, or any page of the org.");
}

bool step_org_has_domain(struct wizard *w, GArray *out)
{
    struct org_host host = {0};
    const char *problem = NULL;
    if (org_host_parse(&host, w->connection->login_url, w->org_kind, NULL))
        problem = step_org_domain_problem(w, host.generic);
    org_host_clear(&host);
    if (problem == NULL)
        return true;
    wizard_go(w, STEP_ORG, out);
    wizard_error(w, ITEM_ADDRESS, problem);
    return false;
}

bool step_org_has_name(struct wizard *w)
{
    struct org_host host = {0};
    bool address = w->address != NULL && org_host_parse_any(w->address, w->org_kind, &host, NULL);
    bool fine = check_name(w, address ? &host : NULL);
    org_host_clear(&host);
    return fine;
}

void step_org_refuse_name(struct wizard *w, const char *why, GArray *out)
{
    wizard_go(w, STEP_ORG, out);
    w->furthest = STEP_ORG;
    wizard_error(w, ITEM_NAME, why);
}

bool step_org_accept(struct wizard *w, GArray *out)
{
    struct org_host host;
    bool address = check_address(w, &host);
    bool name = check_name(w, address ? &host : NULL);
    if (address && name) {
        if (g_strcmp0(w->connection->login_url, host.url) != 0) {
            connection_set(&w->connection->login_url, host.url);
            connection_set(&w->connection->api_version, NULL);
            list_forget(w, CHECKS_PREFLIGHT, out);
            list_forget(w, CHECKS_PROBE, out);
            wizard_forget_login(w, out);
        }
    }
    org_host_clear(&host);
    return address && name;
}

void step_org_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    Connection *c = w->connection;
    struct org_host host;
    if (event->kind == VIEW_EVENT_INPUT && event->id == ITEM_NAME) {
        member_set(w, &c->name, event->text);
        w->name_offered = false;
        wizard_error(w, ITEM_NAME, NULL);
    } else if (event->kind == VIEW_EVENT_INPUT && event->id == ITEM_ADDRESS) {
        g_autofree char *safe = org_address_safe(event->text);
        member_set(w, &w->address, safe);
        g_autofree char *kept = org_address_kept(w->address);
        connection_set(&c->address, kept);
        wizard_error(w, ITEM_ADDRESS, NULL);
        /* What is typed says which kind it is, as long as it is no address of any org. */
        if (w->address != NULL && org_host_parse(&host, w->address, w->org_kind, NULL)) {
            w->org_kind = host.kind;
            if (strpbrk(w->address, "\r\n\t") != NULL)
                take_address(w, host.url);
            org_host_clear(&host);
        }
    } else if (event->kind == VIEW_EVENT_LEAVE && event->id == ITEM_NAME && c->name != NULL) {
        check_name(w, NULL);
    } else if (event->kind == VIEW_EVENT_LEAVE && event->id == ITEM_ADDRESS && w->address != NULL) {
        check_address(w, &host);
        org_host_clear(&host);
    } else if (event->kind == VIEW_EVENT_SELECT && event->id == ITEM_KIND) {
        w->org_kind = (enum org_kind)event->index;
        w->changed = true;
        wizard_error(w, ITEM_ADDRESS, NULL);
    } else if (is_action(event, ACTION_NEXT) && wants_demo(w) && w->no_demo == NULL) {
        if (wizard_is_unstored(w))
            wizard_ask_quit(w, out);
        else
            effect_add(out, EFFECT_QUIT)->demo = true;
    } else if (is_action(event, ACTION_NEXT)) {
        const bool all = !w->no_input || step_keys_are_given(w);
        if (step_org_accept(w, out) && all)
            wizard_go(w, STEP_PREFLIGHT, out);
    } else {
        forward_action(w, event, out);
    }
}

void step_org_view(const struct wizard *w, struct view *view, int focus)
{
    (void)focus;
    const Connection *c = w->connection;
    const bool starts = wants_demo(w) && w->no_demo == NULL;
    view->focus = c->name == NULL && w->field == 0 ? ITEM_NAME : ITEM_ADDRESS;
    view_heading(view, _("Which Salesforce org?"), NULL);
    view_blank(view);
    struct view_item *item = input_view(w, view, ITEM_NAME, _("Connection"), c->name, NULL);
    item->settled = c->name != NULL && item->error == NULL;

    item = view_add(view, VIEW_CHOICE, ITEM_KIND, _("Org"));
    item->options = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(item->options, g_strdup(_("Production or Developer Edition")));
    g_ptr_array_add(item->options, g_strdup(_("Sandbox")));
    g_ptr_array_add(item->options, g_strdup(_("Demo org on this computer")));
    item->selected = (int)w->org_kind;
    item->stays = true;
    item->settled = w->prefilled;

    struct org_host host = {0};
    g_autofree char *note = NULL;
    if (org_host_parse_any(w->address, w->org_kind, &host, NULL) &&
        (w->address != NULL || w->org_kind != ORG_LOCAL))
        note = g_strdup_printf("→ %s", host.host);
    org_host_clear(&host);
    /* An option's value may be anything; without a person it goes to a log. */
    g_autofree char *shown = text_clean(w->no_input ? c->address : w->address);
    item = input_view(w, view, ITEM_ADDRESS, _("Address"), shown, note);
    item->finds = true;
    item->settled = (w->prefilled || starts) && item->error == NULL;
    view_blank(view)->error = g_strdup(w->no_input ? w->errors[ITEM_CLIENT_ID] : NULL);
    if (w->introduction != NULL) {
        view_lines(view, ROLE_ACCENT, w->introduction);
    } else if (starts) {
        view_text(view, ROLE_DIM, 0,
                  _("perch comes with an org of its own to practise on; it needs no address and no "
                    "account. Everything is as with a real org, and nothing is left of it "
                    "afterwards."));
    } else {
        view_text(view, ROLE_DIM, 0,
                  _("Paste the address of any page of your org; perch turns it into the My Domain "
                    "address, the one that always works. No address at hand? Leave it empty for "
                    "login.salesforce.com."));
        view_blank(view);
        view_text(
            view, ROLE_DIM, 0,
            _("You need: an administrator's login in this org, and an administrator's account "
              "in Bird."));
    }
    view_key(view, ACTION_NEXT, starts ? _("start the demo org") : _("check this computer"));
    forward_keys(w, view);
    view_key(view, ACTION_BACK, _("leave"));
}
