/* SPDX-License-Identifier: MIT */
#include "unit/wizard_rig.h"

struct rig *rig_new(void)
{
    struct rig *rig = g_new0(struct rig, 1);
    g_auto(GStrv) taken = g_strsplit("old beta", " ", -1);
    rig->wizard = wizard_new(connection_new(NULL), NULL, taken);
    rig->effects = effects_new();
    rig->now = 1000;
    rig_handle(rig, (struct wizard_event){.kind = WIZARD_START, .step = STEP_ORG});
    return rig;
}

void rig_free(struct rig *rig)
{
    wizard_free(rig->wizard);
    g_array_unref(rig->effects);
    g_free(rig);
}
void rig_handle(struct rig *rig, struct wizard_event event)
{
    g_array_set_size(rig->effects, 0);
    event.now_ms = rig->now;
    wizard_handle(rig->wizard, &event, rig->effects);
}

void rig_view_event(struct rig *rig, struct view_event event)
{
    rig_handle(rig, (struct wizard_event){.kind = WIZARD_VIEW, .view = &event});
}

void rig_input(struct rig *rig, int id, const char *text)
{
    rig_view_event(rig, (struct view_event){.kind = VIEW_EVENT_INPUT, .id = id, .text = text});
}

void rig_act(struct rig *rig, enum action action, int id)
{
    rig_view_event(rig, (struct view_event){.kind = VIEW_EVENT_ACTION, .action = action, .id = id});
}

const struct effect *rig_effect(const struct rig *rig, enum effect_kind kind)
{
    for (guint i = 0; i < rig->effects->len; i++) {
        const struct effect *effect = &g_array_index(rig->effects, struct effect, i);
        if (effect->kind == kind)
            return effect;
    }
    return NULL;
}

char *rig_error(const struct rig *rig, int id)
{
    g_autoptr(View) view = wizard_view(rig->wizard, 0);
    const struct view_item *item = view_find(view, id);
    return item == NULL ? NULL : g_strdup(item->error);
}

void rig_answer(struct rig *rig, enum check_list_id list, const char *const *ids, const char *bad,
                enum stage stage, const char *code)
{
    g_autoptr(GPtrArray) results =
        g_ptr_array_new_with_free_func((GDestroyNotify)check_result_free);
    for (guint i = 0; ids[i] != NULL; i++) {
        struct check_result *result = g_new0(struct check_result, 1);
        result->id = ids[i];
        result->title = ids[i];
        result->blocks = true;
        result->milliseconds = 5;
        result->status = CHECK_OK;
        if (g_strcmp0(ids[i], bad) == 0) {
            struct failure failure;
            failure_own(&failure, stage, code, "the other side's words");
            result->status = CHECK_FAILED;
            result->diagnosis = explain(&failure);
            failure_clear(&failure);
        }
        g_ptr_array_add(results, result);
    }
    rig_handle(rig, (struct wizard_event){.kind = WIZARD_CHECKS,
                                          .list = list,
                                          .serial = rig->wizard->lists[list].serial,
                                          .results = results,
                                          .done = true});
}

const char *const preflight_ids[] = {"lookup", "connection", "keyring", NULL};
const char *const probe_ids[] = {"consumer-key", "callback", NULL};
const char *const prove_ids[] = {"exchange", "stored", "refreshed", NULL};

void rig_to_preflight(struct rig *rig)
{
    rig_input(rig, ITEM_NAME, "acme");
    rig_input(rig, ITEM_ADDRESS,
              "https://acme.lightning.force.com/lightning/setup/SetupOneHome/home");
    rig_act(rig, ACTION_NEXT, ITEM_ADDRESS);
    assert_int_equal(rig->wizard->step, STEP_PREFLIGHT);
}

void rig_to_keys(struct rig *rig)
{
    rig_to_preflight(rig);
    rig_answer(rig, CHECKS_PREFLIGHT, preflight_ids, NULL, STAGE_MACHINE, NULL);
    rig_act(rig, ACTION_NEXT, 0);
    rig_act(rig, ACTION_NEXT, 0);
    assert_int_equal(rig->wizard->step, STEP_KEYS);
}

void rig_to_authorize(struct rig *rig)
{
    rig_to_keys(rig);
    rig_input(rig, ITEM_CLIENT_ID, RIG_KEY);
    rig_input(rig, ITEM_CLIENT_SECRET, "not-a-real-secret\n");
    rig_act(rig, ACTION_NEXT, ITEM_CLIENT_SECRET);
    rig_answer(rig, CHECKS_PROBE, probe_ids, NULL, STAGE_AUTHORIZE, NULL);
    rig_act(rig, ACTION_NEXT, 0);
    assert_int_equal(rig->wizard->step, STEP_AUTHORIZE);
    assert_non_null(rig_effect(rig, EFFECT_LOGIN));
}

void rig_start_login(struct rig *rig)
{
    rig_handle(rig, (struct wizard_event){.kind = WIZARD_LOGIN_STARTED,
                                          .text = "https://acme.my.salesforce.com/authorize?x=1",
                                          .port = 1718,
                                          .addresses = "127.0.0.1 and ::1",
                                          .number = 900});
}
