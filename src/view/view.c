/* SPDX-License-Identifier: MIT */
#include "perch/view/view.h"

#include "perch/base/secret.h"
#include "perch/base/text.h"

static const struct {
    int key;
    const char *id;
    const char *help;
} actions[] = {
#define ACTION(id, key, name, help) [ACTION_##id] = {key, name, help},
#include "perch/view/actions.def"
#undef ACTION
};

const char *mark_text(enum mark mark, bool words)
{
    static const char *const texts[][2] = {
        [MARK_NONE] = {"", ""},
        [MARK_OK] = {"ok", "ok"},
        [MARK_FAILED] = {"!!", N_("failed")},
        [MARK_WARNING] = {"!", N_("warning")},
        [MARK_SKIPPED] = {"--", N_("skipped")},
        [MARK_WORKING] = {"*", N_("running")},
        [MARK_OPEN] = {".", N_("not yet")},
    };
    const char *text = texts[mark][words];
    return *text == '\0' ? text : _(text);
}

static void item_free(gpointer data)
{
    struct view_item *item = data;
    g_free(item->label);
    secret_unref(item->kept);
    wipe_free(item->value); /* it may be a secret shown on request */
    g_free(item->right);
    g_free(item->note);
    g_free(item->error);
    g_free(item->waits);
    g_clear_pointer(&item->options, g_ptr_array_unref);
    g_clear_pointer(&item->columns, g_ptr_array_unref);
    g_free(item);
}

static void rail_free(gpointer data)
{
    struct view_rail *rail = data;
    g_free(rail->title);
    g_free(rail);
}

static void key_clear(gpointer data)
{
    struct view_key *key = data;
    g_free(key->label);
}

static GArray *keys_new(void)
{
    GArray *keys = g_array_new(FALSE, TRUE, sizeof(struct view_key));
    g_array_set_clear_func(keys, key_clear);
    return keys;
}

struct view *view_new(void)
{
    struct view *view = g_new0(struct view, 1);
    view->rail = g_ptr_array_new_with_free_func(rail_free);
    view->items = g_ptr_array_new_with_free_func(item_free);
    view->keys = keys_new();
    return view;
}

void view_free(struct view *view)
{
    if (view == NULL)
        return;
    g_free(view->title);
    g_free(view->right);
    g_free(view->notice);
    g_free(view->code);
    g_ptr_array_unref(view->rail);
    g_ptr_array_unref(view->items);
    g_array_unref(view->keys);
    if (view->dialog != NULL) {
        g_free(view->dialog->text);
        g_array_unref(view->dialog->keys);
        g_free(view->dialog);
    }
    g_free(view);
}

struct view_item *view_add(struct view *view, enum view_kind kind, int id, const char *label)
{
    struct view_item *item = g_new0(struct view_item, 1);
    item->kind = kind;
    item->id = id;
    item->label = g_strdup(label);
    g_ptr_array_add(view->items, item);
    return item;
}

struct view_item *view_heading(struct view *view, const char *label, const char *right)
{
    struct view_item *item = view_add(view, VIEW_HEADING, 0, label);
    item->right = g_strdup(right);
    item->role = ROLE_TITLE;
    return item;
}

struct view_item *view_text(struct view *view, enum view_role role, int indent, const char *text)
{
    struct view_item *item = view_add(view, VIEW_TEXT, 0, text);
    item->role = role;
    item->indent = indent;
    return item;
}

struct view_item *view_blank(struct view *view)
{
    return view_add(view, VIEW_BLANK, 0, NULL);
}

void view_item_set(char **member, const char *text)
{
    view_item_take(member, g_strdup(text));
}

void view_item_take(char **member, char *text)
{
    g_free(*member);
    *member = text;
}

void view_rail(struct view *view, const char *title, enum mark mark, bool here)
{
    struct view_rail *rail = g_new0(struct view_rail, 1);
    rail->title = g_strdup(title);
    rail->mark = mark;
    rail->here = here;
    g_ptr_array_add(view->rail, rail);
}

/* An action is listed once: what is said of it last counts. */
static void add_key(GArray *keys, enum action action, const char *label)
{
    struct view_key key = {.action = action, .label = g_strdup(label)};
    for (guint i = 0; i < keys->len; i++) {
        struct view_key *before = &g_array_index(keys, struct view_key, i);
        if (before->action == action) {
            g_free(before->label);
            *before = key;
            return;
        }
    }
    g_array_append_val(keys, key);
}

void view_key(struct view *view, enum action action, const char *label)
{
    add_key(view->keys, action, label);
}

void view_dialog(struct view *view, const char *text)
{
    view->dialog = g_new0(struct view_dialog, 1);
    view->dialog->text = g_strdup(text);
    view->dialog->keys = keys_new();
}

void view_dialog_key(struct view *view, enum action action, const char *label)
{
    add_key(view->dialog->keys, action, label);
}

const struct view_item *view_find(const struct view *view, int id)
{
    for (guint i = 0; id > 0 && i < view->items->len; i++) {
        const struct view_item *item = view->items->pdata[i];
        if (item->id == id)
            return item;
    }
    return NULL;
}

bool view_item_can_focus(const struct view_item *item)
{
    return item->id > 0 && !item->fixed;
}

const char *action_key_name(enum action action)
{
    static const struct {
        int key;
        const char *name;
    } names[] = {{'\r', "Enter"}, {27, "Esc"}, {' ', N_("Space")}, {'\t', "Tab"},
                 {1, "←"},        {2, "→"},    {3, "Ctrl-C"}};
    static char single[ACTION_COUNT][2];
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (names[i].key == actions[action].key)
            return _(names[i].name);
    single[action][0] = (char)action_key(action);
    return single[action];
}

/* Yes begins with another letter in other languages. */
int action_key(enum action action)
{
    const char letter = action == ACTION_YES ? *_("yes") : '\0';
    return g_ascii_islower(letter) ? letter : actions[action].key;
}

const char *action_id(enum action action)
{
    return actions[action].id;
}

const char *action_help(enum action action)
{
    return _(actions[action].help);
}
