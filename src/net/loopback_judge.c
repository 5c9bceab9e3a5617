/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "loopback_private.h"

enum parameter { CODE, STATE, ERROR, DESCRIPTION, PARAMETER_COUNT };

static const char *const names[PARAMETER_COUNT] = {
    [CODE] = "code",
    [STATE] = "state",
    [ERROR] = "error",
    [DESCRIPTION] = "error_description",
};

static void clear(char *values[PARAMETER_COUNT])
{
    for (int i = 0; i < PARAMETER_COUNT; i++)
        g_clear_pointer(&values[i], wipe_free);
}

/* Keeps value under its name; FALSE for a duplicate. Ignores other names. */
static bool keep(char *values[PARAMETER_COUNT], const char *name, char **value)
{
    for (int i = 0; i < PARAMETER_COUNT; i++) {
        if (strcmp(names[i], name) != 0)
            continue;
        if (values[i] != NULL)
            return false;
        values[i] = g_steal_pointer(value);
    }
    return true;
}

/* Decodes once. FALSE: not decodable, or a duplicate parameter. */
static bool read_query(struct slice query, char *values[PARAMETER_COUNT])
{
    GUriParamsIter iter;
    char *name = NULL, *value = NULL;
    g_autoptr(GError) error = NULL;
    bool fine = true;
    g_uri_params_iter_init(&iter, query.text, (gssize)query.length, "&", G_URI_PARAMS_WWW_FORM);
    while (fine && g_uri_params_iter_next(&iter, &name, &value, &error)) {
        fine = keep(values, name, &value);
        g_free(name);
        wipe_free(value);
    }
    return fine && error == NULL;
}

static void judge_values(char *values[PARAMETER_COUNT], const Secret *state,
                         struct loopback_verdict *verdict)
{
    bool has_code = values[CODE] != NULL && *values[CODE] != '\0';
    bool has_error = values[ERROR] != NULL && *values[ERROR] != '\0';
    if (values[STATE] == NULL || !secret_equal_text(state, values[STATE])) {
        verdict->page = PAGE_NOT_THIS_LOGIN;
        return;
    }
    if (has_code == has_error)
        return;
    verdict->counts = true;
    verdict->page = PAGE_STILL_WORKING;
    verdict->outcome = has_code ? LOOPBACK_CODE : LOOPBACK_ERROR;
    verdict->code = g_steal_pointer(&values[CODE]);
    verdict->error = g_steal_pointer(&values[ERROR]);
    verdict->description = g_steal_pointer(&values[DESCRIPTION]);
}

/* A web page can make a browser call this listener under the page's own host name (DNS rebinding);
 * such a request does not have one of these hosts. */
bool loopback_is_own_host(struct slice host, guint16 port)
{
    static const char *const hosts[] = {"localhost", "127.0.0.1", "[::1]"};
    for (gsize i = 0; i < G_N_ELEMENTS(hosts); i++) {
        g_autofree char *own = g_strdup_printf("%s:%u", hosts[i], port);
        if (host.text != NULL && host.length == strlen(own) &&
            g_ascii_strncasecmp(host.text, own, host.length) == 0)
            return true;
    }
    return false;
}

void loopback_judge(const struct request_head *head, guint16 port, const Secret *state,
                    struct loopback_verdict *ret_verdict)
{
    *ret_verdict = (struct loopback_verdict){.page = PAGE_NOT_UNDERSTOOD};
    bool is_head = slice_equals(head->method, "HEAD");
    ret_verdict->without_body = is_head;
    if (!loopback_is_own_host(head->host, port)) {
        ret_verdict->page = PAGE_WRONG_HOST;
    } else if (!slice_equals(head->path, LOOPBACK_PATH)) {
        ret_verdict->page = PAGE_NOT_FOUND;
    } else if (slice_equals(head->method, "OPTIONS")) {
        ret_verdict->page = PAGE_PREFLIGHT;
    } else if (!is_head && !slice_equals(head->method, "GET")) {
        ret_verdict->page = PAGE_WRONG_METHOD;
    } else {
        char *values[PARAMETER_COUNT] = {0};
        if (head->query.text != NULL && read_query(head->query, values))
            judge_values(values, state, ret_verdict);
        ret_verdict->counts = ret_verdict->counts && !is_head;
        clear(values);
    }
}

void loopback_verdict_clear(struct loopback_verdict *verdict)
{
    g_clear_pointer(&verdict->code, wipe_free);
    g_clear_pointer(&verdict->error, g_free);
    g_clear_pointer(&verdict->description, g_free);
}
