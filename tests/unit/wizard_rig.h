/* SPDX-License-Identifier: MIT */
#ifndef UNIT_WIZARD_RIG_H
#define UNIT_WIZARD_RIG_H

#include "perch/wizard/wizard.h"
#include "support/test.h"

/* The wizard's core alone: a test sends it events and looks at the effects of the last one. */
/* Of the length of Salesforce's. */
#define RIG_KEY "3MVG9" RIG_KEY_TAIL RIG_KEY_TAIL
#define RIG_KEY_TAIL "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

struct rig {
    Wizard *wizard;
    GArray *effects; /* of the last event */
    gint64 now;
};

struct rig *rig_new(void); /* at Org; the names old and beta are taken */
void rig_free(struct rig *rig);
typedef struct rig Rig;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rig, rig_free)

void rig_handle(struct rig *rig, struct wizard_event event);
void rig_view_event(struct rig *rig, struct view_event event);
void rig_input(struct rig *rig, int id, const char *text);
void rig_act(struct rig *rig, enum action action, int id);
const struct effect *rig_effect(const struct rig *rig, enum effect_kind kind); /* NULL = none */
char *rig_error(const struct rig *rig, int id);

/* Plays the answer of a check list: all rows ok but bad (NULL = none), which failed with code. */
void rig_answer(struct rig *rig, enum check_list_id list, const char *const *ids, const char *bad,
                enum stage stage, const char *code);
extern const char *const preflight_ids[], *const probe_ids[], *const prove_ids[];

/* From Org to that step, everything well. */
void rig_to_preflight(struct rig *rig);
void rig_to_keys(struct rig *rig);
void rig_to_authorize(struct rig *rig);
void rig_start_login(struct rig *rig);

#endif
