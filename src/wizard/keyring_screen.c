/* SPDX-License-Identifier: MIT */
#include "wizard_private.h"

/* The offer of perch's own keyring on a machine without a usable one: the password is asked twice
 * to create it, once to open it. */

bool keyring_is_offered(const struct wizard *w, enum check_list_id list, const char *check)
{
    const struct check_result *result = list_find(w, list, check);
    if (w->no_input || result == NULL || result->status != CHECK_FAILED ||
        result->diagnosis == NULL || w->lists[list].running)
        return false;
    /* Without a desktop, a keyring service may run that cannot ask for a password to begin with. */
    return result->diagnosis->cause == CAUSE_KEYRING_ABSENT ||
           g_strcmp0(result->diagnosis->code, "no-collection") == 0 ||
           (result->diagnosis->cause == CAUSE_KEYRING_LOCKED && w->keyring.exists);
}

const char *keyring_key_label(const struct wizard *w)
{
    return w->keyring.exists ? _("open perch's own keyring") : _("use perch's own keyring");
}

static void close_screen(struct wizard *w)
{
    screen_close(w);
    secret_set(&w->keyring.password, NULL);
    secret_set(&w->keyring.again, NULL);
    wizard_error(w, ITEM_PASSWORD, NULL);
    wizard_error(w, ITEM_PASSWORD_AGAIN, NULL);
}

static void set_password(struct wizard *w, int item, const char *text)
{
    g_autoptr(WipedText) trimmed = g_strstrip(g_strdup(text));
    g_autoptr(Secret) secret = *trimmed == '\0' ? NULL : secret_new(trimmed);
    secret_set(item == ITEM_PASSWORD ? &w->keyring.password : &w->keyring.again, secret);
    wizard_error(w, item, NULL);
}

enum { PASSWORD_LEAST = 8, PASSWORD_DIFFERENT = 4 };

/* Whoever gets the keyring's file may try as many passwords as they like. */
static bool is_weak(const Secret *password)
{
    const char *const text = secret_peek(password);
    int different = 0;
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p))
        different += g_utf8_strchr(text, p - text, g_utf8_get_char(p)) == NULL;
    return g_utf8_strlen(text, -1) < PASSWORD_LEAST || different < PASSWORD_DIFFERENT;
}

/* What is wrong with the password itself; NULL = nothing. */
static const char *password_problem(const struct wizard *w)
{
    if (w->keyring.password == NULL)
        return _("Type a password.");
    return w->keyring.exists || !is_weak(w->keyring.password)
               ? NULL
               : _("Too easy to guess. Use at least 8 characters, 4 of them different.");
}

static void open_keyring(struct wizard *w, GArray *out)
{
    const char *problem = password_problem(w);
    bool differs = !w->keyring.exists && !secret_equal(w->keyring.password, w->keyring.again);
    wizard_error(w, ITEM_PASSWORD, problem);
    wizard_error(w, ITEM_PASSWORD_AGAIN,
                 differs ? _("The passwords differ. Type it again.") : NULL);
    if (problem != NULL || differs)
        return;
    w->keyring.busy = true;
    effect_secret(out, EFFECT_KEYRING, w->keyring.password);
}

void keyring_screen_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    bool typed = event->kind == VIEW_EVENT_INPUT || event->kind == VIEW_EVENT_PASTE;
    if (is_action(event, ACTION_BACK))
        close_screen(w);
    else if (w->keyring.busy || w->keyring.missing != NULL)
        return;
    else if (typed && (event->id == ITEM_PASSWORD || event->id == ITEM_PASSWORD_AGAIN))
        set_password(w, event->id, event->text);
    else if (is_action(event, ACTION_NEXT))
        open_keyring(w, out);
}

/* The keyring is open, or the text says why not. Retries what failed without a keyring. */
void keyring_opened(struct wizard *w, const struct wizard_event *event, GArray *out)
{
    const char *problem = event->text;
    w->keyring.busy = false;
    if (problem != NULL) {
        wizard_error(w, ITEM_PASSWORD, problem);
        return;
    }
    w->keyring.exists = true;
    close_screen(w);
    if (w->step == STEP_PREFLIGHT)
        list_start(w, CHECKS_PREFLIGHT, true, out);
    else if (w->step == STEP_PROVE)
        list_start(w, CHECKS_PROVE, true, out);
}

static void view_missing(const struct wizard *w, struct view *view)
{
    view_text(view, ROLE_FAIL, 0, w->keyring.missing);
    view_key(view, ACTION_BACK, _("back"));
}

static void view_fields(const struct wizard *w, struct view *view)
{
    secret_view(w, view, ITEM_PASSWORD, _("Password"), w->keyring.password,
                w->keyring.exists ? NULL : _("at least 8 characters, 4 of them different"));
    if (!w->keyring.exists)
        secret_view(w, view, ITEM_PASSWORD_AGAIN, _("Repeat"), w->keyring.again, NULL);
    view->focus = ITEM_PASSWORD;
    view->busy = w->keyring.busy;
    if (w->keyring.busy) {
        struct view_item *item = view_add(view, VIEW_CHECK, 0, _("Keyring"));
        item->mark = MARK_WORKING;
        view_item_set(&item->value, _("starting gnome-keyring"));
    } else {
        view_key(view, ACTION_NEXT, w->keyring.exists ? _("unlock the keyring") : _("create it"));
    }
    view_key(view, ACTION_BACK, _("back"));
}

void keyring_screen_view(const struct wizard *w, struct view *view, int focus)
{
    (void)focus;
    view_heading(view, _("perch's own keyring"), NULL);
    view_blank(view);
    if (w->keyring.exists)
        view_text(view, ROLE_PLAIN, 0,
                  _("It exists but is locked. Its password unlocks it for all your perch "
                    "processes until this computer restarts."));
    else
        view_text(
            view, ROLE_PLAIN, 0,
            _("This machine has no keyring to store tokens in. perch can run gnome-keyring for "
              "you, encrypted with a password that you choose. It stays unlocked for all "
              "your perch processes until this computer restarts; then perch asks for the "
              "password again. Nobody can recover the password."));
    view_blank(view);
    if (w->keyring.missing != NULL)
        view_missing(w, view);
    else
        view_fields(w, view);
}
