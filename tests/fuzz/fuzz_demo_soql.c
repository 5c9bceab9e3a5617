/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "demo_org/org/defaults.h"
#include "demo_org/soql/soql.h"
#include "fuzz/fuzz.h"

/* A query is answered, or refused with a code and a message that a page can show. */

static struct state *new_org(void)
{
    static const char leads[] = "{\"records\":[{\"object\":\"Lead\",\"fields\":{\"LastName\":\"O'"
                                "Hara\",\"Company\":\"One\","
                                "\"NumberOfEmployees\":5}},{\"object\":\"Lead\",\"fields\":{"
                                "\"LastName\":\"B\",\"City\":\"Bonn\"}}]}";
    const char *const patches[] = {demo_defaults, leads};
    struct state *state = state_new();
    for (gsize i = 0; i < G_N_ELEMENTS(patches); i++) {
        g_autoptr(Json) patch = json_parse(patches[i], strlen(patches[i]), NULL);
        must(patch != NULL && state_patch(state, patch, NULL));
    }
    return state;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct state *state; /* a query changes nothing */
    if (state == NULL)
        state = new_org();
    g_autofree char *text = g_strndup((const char *)data, size);
    struct soql_problem problem = {0};
    struct soql *query = soql_parse(text, &problem);
    must((query == NULL) == (problem.code != NULL));
    Json *answer = query == NULL
                       ? NULL
                       : soql_run(state, query, state_find_user(state, "admin@bird-demo.example"),
                                  "62.0", &problem);
    must((answer == NULL) == (problem.code != NULL));
    must((problem.code == NULL) == (problem.message == NULL));
    Json *columns = answer == NULL ? NULL : soql_columns(state, query);
    must((answer == NULL) == (columns == NULL));
    json_free(columns);
    json_free(answer);
    g_free(problem.message);
    soql_free(query);
    return 0;
}
