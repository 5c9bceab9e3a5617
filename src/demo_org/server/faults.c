/* SPDX-License-Identifier: MIT */
#include "demo_org/server/faults.h"

#include <gio/gio.h>
#include <string.h>

#include "perch/base/error.h"
#include "perch/base/secret.h"

enum { HUGE_HEAD = 512 * 1024 };

static const struct fault_kind {
    const char *name;
    enum wire wire;
    bool acts;
    unsigned status;
    const char *type, *body, *meaning;
} kinds[] = {
#define FAULT(name, wire, acts, status, type, body, meaning) \
    {name, wire, acts, status, type, body, meaning},
#include "demo_org/server/faults.def"
#undef FAULT
};

static const struct fault_kind *find_kind(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

bool faults_check(struct state *state, GError **error)
{
    STATE_EACH(fault, fault, state)
    if (find_kind(fault->kind) == NULL) {
        g_set_error(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                    "There is no fault \"%s\"; --list-faults names what there is.", fault->kind);
        state_remove(state, KIND_fault, fault->name);
        return false;
    }
    return true;
}

char *faults_list(void)
{
    GString *list = g_string_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (*kinds[i].name != '\0')
            g_string_append_printf(list, "%s\t%s\n", kinds[i].name, kinds[i].meaning);
    return g_string_free(list, FALSE);
}

/* Whether the fault hits this time. Counts down what passes first, and counts the hits. */
static bool hits(struct fault *fault)
{
    if (fault->times > 0 && fault->hits >= fault->times)
        return false;
    if (fault->skip > 0) {
        fault->skip--;
        return false;
    }
    fault->hits++;
    return true;
}

static bool is_refusal(const struct fault *fault)
{
    const struct fault_kind *kind = find_kind(fault->kind);
    return kind != NULL && kind->wire == WIRE_REFUSE;
}

bool faults_refuse(struct state *state)
{
    STATE_EACH(fault, fault, state)
    if (is_refusal(fault) && hits(fault))
        return true;
    return false;
}

static struct fault *find_fault(const struct state *state, const struct request *request)
{
    if (g_str_has_prefix(request->path, "/_demo/"))
        return NULL;
    STATE_EACH(fault, fault, state)
    if (!is_refusal(fault) && g_str_has_prefix(request->path, fault->name) &&
        (*fault->method == '\0' || strcmp(fault->method, request->method) == 0) && hits(fault))
        return fault;
    return NULL;
}

static void pack(struct response *response)
{
    g_autoptr(GZlibCompressor) packer = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9);
    g_autoptr(GInputStream) plain =
        g_memory_input_stream_new_from_data(response->body->str, (gssize)response->body->len, NULL);
    g_autoptr(GInputStream) packed = g_converter_input_stream_new(plain, G_CONVERTER(packer));
    GString *out = g_string_new(NULL);
    char block[4096];
    gssize got;
    while ((got = g_input_stream_read(packed, block, sizeof block, NULL, NULL)) > 0)
        g_string_append_len(out, block, got);
    g_string_free(response->body, TRUE);
    response->body = out;
}

static void fill_head(struct response *response)
{
    g_autofree char *filler = g_strnfill(HUGE_HEAD, 'x');
    response_header(response, "X-Filler", filler);
}

static void leave_out(const char *member, struct response *response)
{
    g_autoptr(Json) json = json_parse(response->body->str, response->body->len, NULL);
    if (json == NULL || *member == '\0')
        return;
    json_remove(json, member);
    g_autoptr(WipedText) text = json_print(json);
    g_string_assign(response->body, text);
}

static void spoil(const struct fault *fault, const struct fault_kind *kind,
                  const struct request *request, struct response *response)
{
    response->wire = kind->wire;
    if (kind->type != NULL)
        response_header(response, "Content-Type", kind->type);
    if (kind->body != NULL)
        g_string_assign(response->body, kind->body);
    leave_out(fault->without, response);
    if (kind->wire == WIRE_GZIP)
        pack(response);
    if (kind->wire == WIRE_GZIP || kind->wire == WIRE_BAD_GZIP)
        response_header(response, "Content-Encoding", "gzip");
    if (kind->wire == WIRE_HUGE_HEAD)
        fill_head(response);
    if (kind->wire == WIRE_REDIRECT)
        response_header(response, "Location",
                        *fault->location != '\0' ? fault->location : request->target);
}

void faults_route(struct state *state, struct request *request, struct response *response)
{
    const struct fault *fault = find_fault(state, request);
    const struct fault_kind *kind = fault != NULL ? find_kind(fault->kind) : NULL;
    if (kind == NULL || kind->acts)
        route_request(state, request, response);
    if (kind == NULL)
        return;
    spoil(fault, kind, request, response);
    if (fault->status != 0 || kind->status != 0)
        response->status = fault->status != 0 ? (unsigned)fault->status : kind->status;
    if (fault->retry_after > 0)
        response_header_take(response, "Retry-After",
                             g_strdup_printf("%" G_GINT64_FORMAT, fault->retry_after));
    response->delay_ms += (guint)fault->delay_ms;
    response->pause_ms = (guint)fault->pause_ms;
}
