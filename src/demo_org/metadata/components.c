/* SPDX-License-Identifier: MIT */
#include "demo_org/metadata/components.h"

#include <string.h>

#include "demo_org/metadata/package.h"
#include "demo_org/oauth/jwt.h"
#include "demo_org/org/scopes.h"
#include "demo_org/org/sobject_rows.h"
#include "demo_org/server/http.h"
#include "perch/base/xml.h"

/*
 * Components become members of an app. Everything happens on copies first: a deploy with one fault
 * changes nothing. Where no source gives Salesforce's text, as for a key in use, it is a guess.
 */

static const struct {
    const char *name, *folder, *suffix, *tail;
} types[] = {
#define COMPONENT(id, name, folder, suffix, tail) {name, folder, suffix, tail},
#include "demo_org/metadata/metadata.def"
#undef COMPONENT
};

const struct element component_elements[] = {
#define ELEMENT(type, name, member, form) {TYPE_##type, name, member, FORM_##form},
#include "demo_org/metadata/metadata.def"
#undef ELEMENT
};
const guint component_element_count = G_N_ELEMENTS(component_elements);

static const struct kind *const app_kind = &state_kinds[KIND_app];

const char *component_name(enum component_type type)
{
    return types[type].name;
}

enum component_type component_by_name(const char *name)
{
    for (guint i = 0; i < TYPE_COUNT; i++)
        if (strcmp(types[i].name, name) == 0)
            return (enum component_type)i;
    return TYPE_COUNT;
}

const char *component_read_name(enum component_type type)
{
    return type == TYPE_SETTINGS ? "ExternalClientAppSettings" : types[type].name;
}

const char *component_tail(enum component_type type)
{
    return types[type].tail;
}

char *component_path(enum component_type type, const char *full_name)
{
    return g_strdup_printf("%s/%s.%s", types[type].folder, full_name, types[type].suffix);
}

/* ---- values ---- */

static Json *list_of(const char *text, const char *separators)
{
    Json *list = json_array();
    g_auto(GStrv) words = g_strsplit_set(text, separators, -1);
    for (char **word = words; *word != NULL; word++)
        if (*g_strstrip(*word) != '\0')
            json_append(list, json_string_new(*word));
    return list;
}

static Json *scopes_of(const char *text, char **ret_problem)
{
    Json *list = json_array();
    g_auto(GStrv) words = g_strsplit(text, ",", -1);
    for (char **word = words; *word != NULL; word++) {
        const char *name = scope_by_token(g_strstrip(*word));
        if (name == NULL)
            *ret_problem = g_strdup_printf("'%s' is not a valid OAuth scope", *word);
        else
            json_append(list, json_string_new(name));
        if (name == NULL)
            break;
    }
    return list;
}

static Json *flag_of(const char *text, bool opposite, char **ret_problem)
{
    if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
        *ret_problem = g_strdup_printf("'%s' is not a valid value for the type xsd:boolean", text);
    return json_bool_new((strcmp(text, "true") == 0) != opposite);
}

static Json *word_of(const struct element *element, const char *text, char **ret_problem)
{
    const char *ours = app_word_ours(element->member, text);
    if (ours == NULL)
        *ret_problem =
            g_strdup_printf("'%s' is not a valid value for the enum '%s'", text, element->name);
    return json_string_new(ours);
}

/* The period of the refresh policy in hours. */
static Json *period_of(const struct component *component, const char *text)
{
    const char *unit = pairs_get(component->elements, "refreshTokenValidityUnit");
    const gint64 hours = g_strcmp0(unit, "Days") == 0     ? 24
                         : g_strcmp0(unit, "Months") == 0 ? 30 * 24
                                                          : 1;
    return json_int_new(g_ascii_strtoll(text, NULL, 10) * hours);
}

/* The key of an app that exists cannot be changed. */
static Json *key_of(const struct state *state, const struct app *app, const char *text,
                    char **ret_problem)
{
    const struct app *other = state_find_key(state, text);
    if (other != NULL && strcmp(other->name, app->name) != 0)
        *ret_problem = g_strdup("duplicate value found: ConsumerKey is already in use");
    else if (*app->key != '\0' && strcmp(app->key, text) != 0)
        *ret_problem = g_strdup("The consumer key of an existing app can't be changed");
    return json_string_new(text);
}

static Json *value_of(const struct state *state, const struct app *app,
                      const struct component *component, const struct element *element,
                      const char *text, char **ret_problem)
{
    switch (element->form) {
    case FORM_FLAG:
    case FORM_NOT:
        return flag_of(text, element->form == FORM_NOT, ret_problem);
    case FORM_NUMBER:
        return json_int_new(g_ascii_strtoll(text, NULL, 10));
    case FORM_PERIOD:
        return period_of(component, text);
    case FORM_LINES:
        return list_of(text, "\n");
    case FORM_NAMES:
        return list_of(text, ",");
    case FORM_SCOPES:
        return scopes_of(text, ret_problem);
    case FORM_WORD:
        return word_of(element, text, ret_problem);
    case FORM_KEY:
        return key_of(state, app, text, ret_problem);
    case FORM_USER:
        if (state_find_user(state, text) == NULL)
            *ret_problem =
                g_strdup("Enter a valid execution user for the OAuth client credentials flow.");
        break;
    case FORM_CERTIFICATE:
        if (!jwt_certificate_good(text))
            *ret_problem = g_strdup("The certificate is not valid");
        break;
    default:
        break;
    }
    return json_string_new(text);
}

/* ---- one component ---- */

struct plan {
    struct state *state;
    const GPtrArray *components; /* of the deploy */
    const struct user *user;
    GPtrArray *apps; /* struct app, copies and new ones */
    Json *org;       /* changes of the org's settings */
};

static void app_free(gpointer app)
{
    kind_free(app_kind, app);
}

static struct app *plan_app(struct plan *plan, const char *name)
{
    for (guint i = 0; i < plan->apps->len; i++) {
        struct app *app = plan->apps->pdata[i];
        if (strcmp(app->name, name) == 0)
            return app;
    }
    const struct app *known = state_find_app(plan->state, name);
    if (known == NULL || strcmp(known->kind, "eca") != 0)
        return NULL;
    struct app *copy = kind_make(app_kind, NULL);
    g_autoptr(Json) json = kind_to_json(app_kind, known);
    kind_patch(app_kind, copy, json, NULL);
    g_ptr_array_add(plan->apps, copy);
    return copy;
}

/* The app that a component belongs to; a new one for the app itself. NULL: it has a problem now. */
static struct app *owner_of(struct plan *plan, struct component *component)
{
    const char *name = component->type == TYPE_APP
                           ? component->full_name
                           : pairs_get(component->elements, "externalClientApplication");
    struct app *app = name == NULL ? NULL : plan_app(plan, name);
    if (app == NULL && component->type == TYPE_APP && state_find_app(plan->state, name) == NULL) {
        app = kind_make(app_kind, name);
        app->oauth_enabled = false;
        app->security_locked = plan->state->org->lock_new_apps;
        component->created = true;
        g_ptr_array_add(plan->apps, app);
    } else if (app == NULL && name == NULL) {
        component->problem = g_strdup("Required field is missing: externalClientApplication");
    } else if (app == NULL) {
        component->problem = g_strdup_printf("In field: externalClientApplication - no "
                                             "ExternalClientApplication named %s found",
                                             name);
    }
    return app;
}

/* A part has one name. A new app takes any. */
static void check_name(const struct plan *plan, struct app *app, struct component *component)
{
    const bool is_new = state_find_app(plan->state, app->name) == NULL;
    g_autofree char *known =
        app_part_name(app, types[component->type].name, types[component->type].tail);
    if (strcmp(known, component->full_name) == 0)
        return;
    if (!is_new) {
        component->problem =
            g_strdup_printf("duplicate value found: ExternalClientApplicationId duplicates value "
                            "on record with id: %s",
                            known);
        return;
    }
    g_autofree char *part =
        g_strdup_printf("%s:%s", component_name(component->type), component->full_name);
    list_add(app->parts, part);
}

static const struct element *find_element(enum component_type type, const char *name)
{
    for (guint i = 0; i < component_element_count; i++)
        if (component_elements[i].type == type && strcmp(component_elements[i].name, name) == 0)
            return &component_elements[i];
    return NULL;
}

static void check_elements(struct component *component)
{
    for (guint i = 0; component->problem == NULL && i < component->elements->len; i++) {
        const char *name = g_array_index(component->elements, struct pair, i).name;
        if (find_element(component->type, name) == NULL)
            component->problem = g_strdup_printf(
                "Error parsing file: Element {http://soap.sforce.com/2006/04/metadata}%s invalid "
                "at this location in type %s",
                name, component_name(component->type));
    }
}

/* Whatever an element leaves out falls back to what a new app has; only the key stays. */
static void take_elements(struct plan *plan, struct app *app, struct component *component)
{
    struct app *fresh = kind_make(app_kind, NULL);
    g_autoptr(Json) initial = kind_to_json(app_kind, fresh);
    g_autoptr(Json) patch = json_object();
    kind_free(app_kind, fresh);
    for (guint i = 0; component->problem == NULL && i < component_element_count; i++) {
        const struct element *element = &component_elements[i];
        if (element->type != component->type || *element->member == '\0' ||
            element->form == FORM_SHOWN || element->form == FORM_FIXED)
            continue;
        const char *text = pairs_get(component->elements, element->name);
        if (text != NULL)
            json_set(patch, element->member,
                     value_of(plan->state, app, component, element, text, &component->problem));
        else if (element->form != FORM_KEY)
            json_set(patch, element->member, json_copy(json_get(initial, element->member)));
    }
    if (component->problem == NULL)
        kind_patch(app_kind, app, patch, NULL);
}

/* The license of a permission set of the org, or of the deploy, which comes first; NULL: there is
 * no such set. */
static const char *license_of(const struct plan *plan, const char *name)
{
    const struct permission_set *known = state_find_permission_set(plan->state, name);
    for (guint i = 0; i < plan->components->len; i++) {
        const struct component *component = plan->components->pdata[i];
        const char *license = xml_text(component->xml, "license");
        if (component->type == TYPE_PERMISSION_SET && !component->removed &&
            strcmp(component->full_name, name) == 0)
            return license == NULL ? "" : license;
    }
    return known == NULL ? NULL : known->license;
}

/* What is wrong with the sets that approve users, owned by the caller. A set with a license has no
 * apps; the words for that are a guess. */
static char *wrong_with_sets(const struct plan *plan, const struct app *app)
{
    for (guint i = 0; i < app->permission_sets->len; i++) {
        const char *name = app->permission_sets->pdata[i], *license = license_of(plan, name);
        if (license == NULL)
            return g_strdup_printf("We couldn't find permission sets called {%s}", name);
        if (*license != '\0')
            return g_strdup_printf("The license of the permission set %s doesn't allow apps", name);
    }
    return NULL;
}

static const char *wrong_with(const struct plan *plan, const struct app *app,
                              const struct component *component)
{
    const struct profile *profile = state_profile_of(plan->state, plan->user);
    if (!profile->manage_apps)
        return "You do not have the proper permissions to create, edit or delete external client "
               "apps.";
    if (component->type == TYPE_APP && *app->label == '\0')
        return "Required field is missing: label";
    if (component->type == TYPE_GLOBAL && !app->oauth_enabled)
        return "The external client app configured in your global OAuth Settings doesn't have a "
               "valid OAuth settings configuration.";
    if (component->type == TYPE_GLOBAL && app->callbacks->len == 0)
        return "Required field is missing: callbackUrl";
    return NULL;
}

static void deploy_one(struct plan *plan, struct component *component)
{
    struct app *app = owner_of(plan, component);
    if (app == NULL)
        return;
    check_name(plan, app, component);
    check_elements(component);
    if (component->problem == NULL)
        take_elements(plan, app, component);
    if (component->problem == NULL)
        component->problem = g_strdup(wrong_with(plan, app, component));
    if (component->problem == NULL && component->type == TYPE_OAUTH_POLICY)
        component->problem = wrong_with_sets(plan, app);
    component->changed = component->problem == NULL;
    if (component->type == TYPE_OAUTH && component->changed)
        app->oauth_enabled = true;
    if (component->type == TYPE_GLOBAL && component->changed)
        app->jwt_bearer = *app->certificate != '\0';
    if (app->security_locked)
        app->pkce_required = app->rotation = app->idle_limit = true;
}

/* Only an app as a whole can be removed; its parts go with it. */
static bool is_removable(const struct component *component, enum kind_index *ret_kind)
{
    *ret_kind = component->type == TYPE_PERMISSION_SET ? KIND_permission_set : KIND_app;
    return component->type == TYPE_APP || component->type == TYPE_PERMISSION_SET;
}

static void remove_one(struct plan *plan, struct component *component)
{
    enum kind_index kind;
    const char *name = component->full_name;
    if (is_removable(component, &kind) && state_find(plan->state, kind, name) == NULL)
        component->problem =
            g_strdup_printf("No %s named: %s found", component_name(component->type), name);
    else if (kind == KIND_permission_set && permission_set_is_assigned(plan->state, name))
        component->problem = g_strdup(PERMISSION_SET_IN_USE);
    else if (!state_profile_of(plan->state, plan->user)->manage_apps)
        component->problem = g_strdup("You do not have the proper permissions to create, edit or "
                                      "delete external client apps.");
}

/* The org's settings: only what the deploy names. */
static void deploy_settings(struct plan *plan, struct component *component)
{
    check_elements(component);
    if (strcmp(component->full_name, "ExternalClientApp") != 0)
        component->problem = g_strdup_printf("No Settings named: %s found", component->full_name);
    for (guint i = 0; component->problem == NULL && i < component->elements->len; i++) {
        const struct pair *pair = &g_array_index(component->elements, struct pair, i);
        const struct element *element = find_element(TYPE_SETTINGS, pair->name);
        if (element->form != FORM_FLAG)
            continue;
        g_autoptr(Json) value = flag_of(pair->value, false, &component->problem);
        json_set(plan->org, element->member, json_copy(value));
    }
    component->changed = component->problem == NULL;
}

/* ---- all of them ---- */

static void apply_app(struct state *state, struct app *copy)
{
    struct app *app = state_find_app(state, copy->name);
    if (app == NULL) {
        app = state_add_app(state, copy->name);
        text_set(&copy->id, app->id);
        copy->known_from_ms = state_now(state) + state->org->app_delay_ms;
        g_autofree char *secret = secret_make();
        text_set(&copy->secret, secret);
        if (*copy->key == '\0') {
            g_autofree char *key = token_make("3MVG9", 85);
            text_set(&copy->key, key);
        }
    }
    g_autoptr(Json) json = kind_to_json(app_kind, copy);
    kind_patch(app_kind, app, json, NULL);
}

bool components_deploy(struct state *state, const struct user *user, const GPtrArray *components,
                       bool apply)
{
    g_autoptr(Json) org = json_object();
    struct plan plan = {state, components, user, g_ptr_array_new_with_free_func(app_free), org};
    bool fine = true;
    for (guint type = 0; type < TYPE_COUNT; type++)
        for (guint i = 0; i < components->len; i++) {
            struct component *component = components->pdata[i];
            if (component->type != (enum component_type)type)
                continue;
            if (component->removed)
                remove_one(&plan, component);
            else if (component->problem == NULL && type == TYPE_SETTINGS)
                deploy_settings(&plan, component);
            else if (component->problem == NULL && type == TYPE_PERMISSION_SET)
                permission_set_plan(state, user, component);
            else if (component->problem == NULL)
                deploy_one(&plan, component);
            fine &= component->problem == NULL;
        }
    for (guint i = 0; fine && apply && i < plan.apps->len; i++)
        apply_app(state, plan.apps->pdata[i]);
    for (guint i = 0; fine && apply && i < components->len; i++) {
        const struct component *component = components->pdata[i];
        enum kind_index kind;
        if (component->removed && is_removable(component, &kind))
            state_remove(state, kind, component->full_name);
        else if (component->patch != NULL)
            permission_set_apply(state, component);
    }
    if (fine && apply)
        kind_patch(&state_org_kind, state->org, org, NULL);
    g_ptr_array_unref(plan.apps);
    return fine;
}
