/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "demo_org/server/pages.h"
#include "demo_org/setup/setup.h"
#include "demo_org/setup/setup_form.h"

/* Setup pages that show the org, or every thing of a kind, each in a form of its own. */

struct place {
    const char *page;   /* "ValidationRules" */
    const char *object; /* object in Object Manager; NULL elsewhere */
};

static bool every_thing(gconstpointer thing, const struct place *place)
{
    (void)thing;
    (void)place;
    return true;
}

/* Whether the thing, named "Lead.Something", belongs to the page's object. */
static bool of_object(gconstpointer thing, const struct place *place)
{
    const char *name = thing_name(thing);
    const gsize length = place->object != NULL ? strlen(place->object) : 0;
    return length == 0 || (strncmp(name, place->object, length) == 0 && name[length] == '.');
}

static bool flow(gconstpointer thing, const struct place *place)
{
    (void)place;
    return strcmp(((const struct automation *)thing)->kind, "flow") == 0;
}

static bool trigger_of_object(gconstpointer thing, const struct place *place)
{
    return !flow(thing, place) && of_object(thing, place);
}

static const struct section {
    const char *page, *title;
    enum setup_form form;
    enum kind_index kind;
    bool (*shows)(gconstpointer thing, const struct place *place);
} sections[] = {
#define SECTION(page, title, form, kind, shows) {page, title, form, kind, shows},
#include "demo_org/setup/setup_sections.def"
#undef SECTION
};

static const struct section *first_section(const char *page)
{
    for (gsize i = 0; i < G_N_ELEMENTS(sections); i++)
        if (strcmp(sections[i].page, page) == 0)
            return &sections[i];
    return NULL;
}

static const struct kind *kind_of(const struct section *section)
{
    return section->kind == KIND_COUNT ? &state_org_kind : &state_kinds[section->kind];
}

static gpointer find_thing(const struct state *state, const struct section *section,
                           const char *name)
{
    return section->kind == KIND_COUNT ? state->org : state_find(state, section->kind, name);
}

/* Applies a form whose hidden field "thing" names its thing: "validation_rules/Lead.Rule". */
static bool take(struct state *state, const struct request *request, const char *page)
{
    const char *sent = pairs_get(request->form, "thing");
    for (gsize i = 0; sent != NULL && i < G_N_ELEMENTS(sections); i++) {
        const struct kind *kind = kind_of(&sections[i]);
        const gsize length = strlen(kind->name);
        if (strcmp(sections[i].page, page) != 0 || strncmp(sent, kind->name, length) != 0 ||
            sent[length] != '/')
            continue;
        gpointer thing = find_thing(state, &sections[i], sent + length + 1);
        if (thing == NULL)
            return false;
        form_take(request->form, sections[i].form, kind, thing);
        return true;
    }
    return false;
}

static void show_form(GString *page, const struct request *request, const struct browser *browser,
                      const struct section *section, gconstpointer thing, const char *prefix)
{
    const struct kind *kind = kind_of(section);
    page_add(page,
             "<form method=\"post\" action=\"%s\">\n"
             "<input type=\"hidden\" name=\"confirmation\" value=\"%s\">\n"
             "<input type=\"hidden\" name=\"thing\" value=\"%s/%s\">\n",
             request->target, browser->confirmation, kind->name, thing_name(thing));
    if (*prefix != '\0')
        page_add(page, "<h3>%s</h3>\n", thing_name(thing));
    form_show(page, section->form, prefix, kind, thing);
    page_add(page, "<button type=\"submit\" id=\"%ssave\">Save</button>\n</form>\n", prefix);
}

static void show_section(GString *page, const struct state *state, const struct request *request,
                         const struct browser *browser, const struct section *section,
                         const struct place *place, guint *count)
{
    if (section->kind == KIND_COUNT) {
        show_form(page, request, browser, section, state->org, "");
        return;
    }
    const GPtrArray *set = state->sets[section->kind];
    guint shown = 0;
    page_add(page, "<h2>%s</h2>\n", section->title);
    for (guint i = 0; i < set->len; i++) {
        if (!section->shows(g_ptr_array_index(set, i), place))
            continue;
        g_autofree char *prefix = g_strdup_printf("f%u-", ++*count);
        show_form(page, request, browser, section, g_ptr_array_index(set, i), prefix);
        shown++;
    }
    if (shown == 0)
        g_string_append(page, "<p>No records to display.</p>\n");
}

static void show_page(struct state *state, struct request *request, struct response *response,
                      const struct place *place)
{
    const bool post = strcmp(request->method, "POST") == 0;
    const struct browser *browser = setup_enter(state, request, response, post);
    if (browser == NULL || (post && !page_confirmed(browser, request, response)))
        return;
    const struct section *first = first_section(place->page);
    GString *page = page_begin(first != NULL ? first->title : place->page);
    guint count = 0;
    if (post)
        g_string_append(page, take(state, request, place->page)
                                  ? "<p id=\"saved\" role=\"status\">Saved.</p>\n"
                                  : "<p id=\"error\" role=\"alert\">Nothing was saved.</p>\n");
    for (gsize i = 0; i < G_N_ELEMENTS(sections); i++)
        if (strcmp(sections[i].page, place->page) == 0)
            show_section(page, state, request, browser, &sections[i], place, &count);
    g_string_append(page,
                    first != NULL
                        ? "<p><a href=\"/lightning/setup\">Setup</a></p>\n"
                        : "<p>The demo org does not have this Setup page. In Salesforce it "
                          "opens at this address. <a href=\"/lightning/setup\">Setup</a></p>\n");
    page_send(page, response, 200);
}

void setup_page(struct state *state, struct request *request, struct response *response)
{
    const struct place place = {request->args[0], NULL};
    show_page(state, request, response, &place);
}

void setup_object_page(struct state *state, struct request *request, struct response *response)
{
    const struct place place = {request->args[1], request->args[0]};
    show_page(state, request, response, &place);
}

void setup_add_links(GString *page)
{
    const char *before = "";
    for (gsize i = 0; i < G_N_ELEMENTS(sections); i++) {
        const struct section *section = &sections[i];
        const bool object = section->shows == of_object || section->shows == trigger_of_object;
        if (strcmp(before, section->page) == 0)
            continue;
        before = section->page;
        if (!object)
            page_add(page, "<li><a href=\"/lightning/setup/%s/home\">%s</a></li>\n", section->page,
                     section->title);
        for (int lead = 1; object && lead >= 0; lead--)
            page_add(page,
                     "<li><a href=\"/lightning/setup/ObjectManager/%s/%s/view\">%s: %s</a></li>\n",
                     lead != 0 ? "Lead" : "Case", section->page, lead != 0 ? "Lead" : "Case",
                     section->title);
    }
}
