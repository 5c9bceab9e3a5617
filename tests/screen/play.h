/* SPDX-License-Identifier: MIT */
#ifndef PLAY_H
#define PLAY_H

#include "perch/wizard/wizard.h"
#include "screen.h"

/*
 * The wizard itself on a screen in this process: keys go through the screen to the wizard, and a
 * test plays the world that answers. Time stands still.
 */
struct play {
    Wizard *wizard;
    GArray *effects;
    gint64 now;
    Screen *screen;
    struct describe describe;
    struct secrets secrets;
};
typedef struct play Play;

Play *play_new(int columns, int rows); /* at Org, nothing typed */
void play_free(Play *play);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Play, play_free)

/* How a check of the list ended; summary NULL: not yet (RUNNING, WAITING). */
struct ended {
    const char *id;
    enum check_status status;
    int milliseconds; /* -1 = not measured */
    const char *summary;
    enum stage stage; /* of a failure or a warning with a diagnosis: what was said, in code */
    const char *code;
};
/* Answers the list that the wizard started: every check of it, by its own title, as rows say (by
 * id; NULL id at the end; what they leave out waits). done: the list has ended. */
void play_answer(Play *play, enum check_list_id list, const struct ended *rows, bool done);

/* One more event. */
void play_event(Play *play, struct wizard_event event);

/* From Org with keys, to the step with that number, everything well: 2 Preflight (still running)
 * ... 8 Hand-off (played). */
void play_to(Play *play, enum step step);

extern const struct ended play_preflight[], play_probe[], play_prove[], play_insert[];

#endif
