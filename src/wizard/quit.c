/* SPDX-License-Identifier: MIT */
#include "wizard_private.h"

/* Leaving: what is kept, what to ask first, and the exit code. */

enum wizard_proof wizard_proof(const struct wizard *w)
{
    const enum check_list_id proofs[] = {CHECKS_PROVE, w->dry_run ? CHECKS_DRY_RUN : CHECKS_INSERT,
                                         CHECKS_REHEARSE};
    enum wizard_proof proof = PROOF_NONE;
    for (gsize i = 0; i < G_N_ELEMENTS(proofs); i++) {
        if (list_failed(w, proofs[i]))
            return PROOF_FAILED;
        if (list_ok(w, proofs[i]))
            proof = PROOF_SEEN;
    }
    return proof;
}

int wizard_exit(const struct wizard *w)
{
    /* A proven connection counts as set up, even if its values do not suit a flow (rotation). */
    bool good =
        w->handoff_problem == NULL || w->handoff_exit == PERCH_EXIT_APP || list_ok(w, CHECKS_PROVE);
    if (w->step == STEP_HANDOFF && good && wizard_proof(w) != PROOF_FAILED)
        return PERCH_EXIT_OK;
    g_autoptr(GPtrArray) results = wizard_results(w);
    enum perch_exit code = check_results_exit(results);
    if (code != PERCH_EXIT_OK)
        return (int)code;
    return w->no_input && wizard_has_errors(w) ? PERCH_EXIT_USAGE : PERCH_EXIT_CANCELLED;
}

/* Whoever only went on from an empty form has nothing to lose. */
static bool is_blank(const struct wizard *w)
{
    return w->name_offered && w->address == NULL && w->furthest <= STEP_PREFLIGHT;
}

void wizard_save(struct wizard *w, GArray *out)
{
    if (w->connection->name == NULL || is_blank(w))
        return;
    connection_set(&w->connection->draft_step,
                   w->furthest == STEP_HANDOFF ? NULL : step_name(w->furthest));
    effect_add(out, EFFECT_SAVE);
    w->changed = false;
}

/* Whoever quits, whatever the screen shows, has cancelled; a script that ends has failed. */
static int quit_exit(const struct wizard *w)
{
    int code = wizard_exit(w);
    return w->no_input || code == PERCH_EXIT_OK ? code : PERCH_EXIT_CANCELLED;
}

struct effect *wizard_quit(struct wizard *w, GArray *out)
{
    if ((w->furthest > STEP_ORG || w->changed) && step_org_has_name(w))
        wizard_save(w, out);
    struct effect *effect = effect_add(out, EFFECT_QUIT);
    effect->code = quit_exit(w);
    return effect;
}

bool wizard_is_unstored(const struct wizard *w)
{
    return wizard_is_attended(w) && (w->token_won || step_prove_may_win(w)) && !w->stored;
}

void wizard_end(struct wizard *w, GArray *out)
{
    if (wizard_is_unstored(w) && !w->no_input) {
        wizard_ask_quit(w, out);
        return;
    }
    effect_add(out, EFFECT_SAVE);
    struct effect *effect = effect_add(out, EFFECT_QUIT);
    effect->code = w->step == STEP_HANDOFF ? wizard_exit(w) : PERCH_EXIT_OK;
    effect->home = true;
}

void wizard_ask_quit(struct wizard *w, GArray *out)
{
    if (wizard_is_unstored(w) && w->no_input)
        effect_add(out, EFFECT_REVOKE_AND_QUIT)->code = quit_exit(w);
    else if (wizard_is_unstored(w))
        screen_open(w, SCREEN_UNSTORED);
    else if (w->no_input || w->step == STEP_HANDOFF || (w->step == STEP_ORG && !w->changed))
        wizard_quit(w, out);
    else
        screen_open(w, SCREEN_QUIT);
}

/* ---- the draft ---- */

/* A login makes more of it than a draft: that is forgotten, which revokes it. */
static bool can_discard(const struct wizard *w)
{
    return !w->is_demo && connection_is_draft(w->connection) && w->connection->proven_at == 0 &&
           !w->logged_in && !w->token_won;
}

void quit_screen_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    if (is_action(event, ACTION_BACK))
        screen_close(w);
    else if (is_action(event, ACTION_NEXT) || is_action(event, ACTION_QUIT) ||
             is_action(event, ACTION_INTERRUPT))
        wizard_quit(w, out);
    else if (is_action(event, ACTION_REMOVE) && can_discard(w))
        effect_add(out, EFFECT_DISCARD);
}

void quit_screen_view(const struct wizard *w, struct view *view, int focus)
{
    (void)focus;
    view_dialog(view, w->is_demo ? _("End the demo and quit?") : _("Keep the draft and quit?"));
    view_dialog_key(view, ACTION_NEXT, w->is_demo ? _("end and quit") : _("keep and quit"));
    if (can_discard(w))
        view_dialog_key(view, ACTION_REMOVE, _("discard and quit"));
    view_dialog_key(view, ACTION_BACK, _("stay"));
}

/* ---- the end of a set-up ---- */

char *wizard_undone(const struct wizard *w)
{
    g_autofree char *untested = channels_untested(w);
    g_autoptr(GPtrArray) lines = g_ptr_array_new();
    if (w->first == STEP_HANDOFF) /* somebody has a look at what was set up before */
        return NULL;
    if (w->handoff_problem != NULL)
        g_ptr_array_add(lines, w->handoff_problem);
    else if (!w->handed)
        g_ptr_array_add(lines, (gpointer)(guintptr)_("No value has been copied (c) or written to a "
                                                     "file (w)."));
    if (untested != NULL)
        g_ptr_array_add(lines, untested);
    if (lines->len == 0)
        return NULL;
    g_ptr_array_add(lines, NULL);
    return g_strjoinv("\n", (char **)lines->pdata);
}

void undone_screen_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    const bool leaves = is_action(event, ACTION_QUIT) || is_action(event, ACTION_INTERRUPT);
    if (!leaves && !is_action(event, ACTION_NEXT) && !is_action(event, ACTION_BACK))
        return;
    screen_close(w);
    if (leaves)
        wizard_ask_quit(w, out);
    else if (is_action(event, ACTION_NEXT))
        wizard_end(w, out);
}

void undone_screen_view(const struct wizard *w, struct view *view, int focus)
{
    (void)focus;
    g_autofree char *undone = wizard_undone(w);
    g_autofree char *text = g_strconcat(_("Not done yet:"), "\n", undone, NULL);
    view_dialog(view, text);
    view_dialog_key(view, ACTION_NEXT, _("end"));
    view_dialog_key(view, ACTION_BACK, _("stay"));
}

/* ---- tokens that are not stored ---- */

/* Also called in a later step, after "continue without storing". */
static void store_again(struct wizard *w, GArray *out)
{
    w->memory_only = false;
    effect_add(out, EFFECT_KEEP_IN_MEMORY)->keep = false;
    while (wizard_screen(w) != SCREEN_STEP)
        screen_close(w);
    if (w->step != STEP_PROVE)
        wizard_go(w, STEP_PROVE, out);
    list_start(w, CHECKS_PROVE, true, out);
}

void unstored_screen_event(struct wizard *w, const struct view_event *event, GArray *out)
{
    if (is_action(event, ACTION_BACK)) {
        screen_close(w);
    } else if (is_action(event, ACTION_RETRY)) {
        store_again(w, out);
    } else if (is_action(event, ACTION_WRITE)) {
        screen_close(w);
        effect_add(out, EFFECT_EXPORT)->format = HANDOFF_ENV;
    } else if (is_action(event, ACTION_QUIT)) {
        effect_add(out, EFFECT_REVOKE_AND_QUIT)->code = quit_exit(w);
    } else if (is_action(event, ACTION_KEEP) && w->memory_only) {
        struct effect *effect = wizard_quit(w, out);
        if (wizard_proof(w) == PROOF_SEEN)
            effect->code = PERCH_EXIT_OK;
    }
}

void unstored_screen_view(const struct wizard *w, struct view *view, int focus)
{
    (void)focus;
    view_dialog(view, w->memory_only
                          ? _("The refresh token is not stored: when perch ends, it is lost here. "
                              "At Salesforce it stays valid until it is revoked.")
                          : _("The refresh token is not stored yet. Quitting without storing it "
                              "revokes it at Salesforce."));
    view_dialog_key(view, ACTION_RETRY, _("store it now"));
    view_dialog_key(view, ACTION_WRITE, _("write it to a file"));
    view_dialog_key(view, ACTION_QUIT, _("revoke it and quit"));
    if (w->memory_only)
        view_dialog_key(view, ACTION_KEEP, _("quit and leave it valid"));
    view_dialog_key(view, ACTION_BACK, _("stay"));
}
