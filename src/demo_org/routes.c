/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "demo_org/control.h"
#include "demo_org/metadata/metadata.h"
#include "demo_org/oauth/oauth.h"
#include "demo_org/rest/rest.h"
#include "demo_org/server/http.h"
#include "demo_org/server/pages.h"
#include "demo_org/setup/setup.h"

/* Families of requests that share headers, permitted callers and error format. */
enum family { OAUTH, OAUTH_PAGE, PAGE, REST, REST_OPEN, SOAP, CONTROL };

static const struct route {
    const char *method, *path;
    enum family family;
    handler run;
} routes[] = {
#define ROUTE(method, path, family, run) {method, path, family, run},
#include "demo_org/routes.def"
#undef ROUTE
};

/* Matches one segment with a pattern's; {} captures the rest of the segment. */
static bool match_segment(const char *pattern, const char *segment, char **ret_capture)
{
    const char *hole = strstr(pattern, "{}");
    if (hole == NULL)
        return strcmp(pattern, segment) == 0;
    const gsize prefix = (gsize)(hole - pattern);
    if (strncmp(pattern, segment, prefix) != 0 || segment[prefix] == '\0')
        return false;
    *ret_capture = g_strdup(segment + prefix);
    return true;
}

static void clear_args(struct request *request)
{
    for (int i = 0; i < REQUEST_ARGS; i++)
        g_clear_pointer(&request->args[i], g_free);
}

/* Segments of a path, without the empty one after a trailing slash. */
static char **split_path(const char *path)
{
    char **parts = g_strsplit(path, "/", -1);
    const guint count = g_strv_length(parts);
    if (count > 2 && *parts[count - 1] == '\0')
        g_clear_pointer(&parts[count - 1], g_free);
    return parts;
}

static bool match_path(const char *pattern, char **segments, struct request *request)
{
    g_auto(GStrv) wanted = g_strsplit(pattern, "/", -1);
    int captured = 0;
    if (g_strv_length(wanted) != g_strv_length(segments))
        return false;
    for (guint i = 0; wanted[i] != NULL; i++) {
        char *capture = NULL;
        if (!match_segment(wanted[i], segments[i], &capture)) {
            clear_args(request);
            return false;
        }
        if (capture != NULL)
            request->args[captured++] = capture;
    }
    return true;
}

static void add_common_headers(const struct state *state, const struct request *request,
                               enum family family, struct response *response)
{
    g_autoptr(GDateTime) now = g_date_time_new_from_unix_utc(state_now(state) / 1000);
    /* Not g_date_time_format's names, which follow the locale. */
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    g_autofree char *clock = g_date_time_format(now, "%Y %H:%M:%S GMT");
    response_header_take(response, "Date",
                         g_strdup_printf("%s, %02d %s %s",
                                         days[g_date_time_get_day_of_week(now) - 1],
                                         g_date_time_get_day_of_month(now),
                                         months[g_date_time_get_month(now) - 1], clock));
    if (request->tls)
        response_header(response, "Strict-Transport-Security",
                        "max-age=63072000; includeSubDomains");
    response_header(response, "Cache-Control",
                    "no-cache,must-revalidate,max-age=0,no-store,private");
    if (family != OAUTH_PAGE)
        response_header(response, "X-Content-Type-Options", "nosniff");
    if (family == OAUTH || family == OAUTH_PAGE || family == PAGE) {
        response_header(response, "X-XSS-Protection", "1; mode=block");
        response_header(response, "Expires", "Thu, 01 Jan 1970 00:00:00 GMT");
    }
    if (family == REST || family == REST_OPEN) {
        g_autofree char *number = token_make("", 40);
        g_autofree char *id = g_compute_checksum_for_string(G_CHECKSUM_MD5, number, -1);
        response_header(response, "X-Robots-Tag", "none");
        response_header(response, "Vary", "Accept-Encoding");
        response_header(response, "Server", "sfdcedge");
        response_header(response, "X-SFDC-Request-Id", id);
    }
}

static bool run_allowed(const struct route *route, struct state *state, struct request *request,
                        struct response *response)
{
    if (route->family == REST)
        return rest_begin(state, request, response);
    if (route->family == CONTROL)
        return control_begin(request, response);
    return true;
}

static bool in_maintenance(const struct state *state)
{
    return state->org->maintenance || state_now(state) < state->org->maintenance_until_ms;
}

static void answer_maintenance(struct response *response)
{
    response_text(response, 503, "text/html;charset=UTF-8",
                  "<html><head><title>Maintenance</title></head><body><h1>We are down for "
                  "maintenance.</h1><p>Sorry for the inconvenience. We'll be back shortly.</p>"
                  "</body></html>");
}

static void answer_no_route(const struct request *request, const GString *allowed,
                            struct response *response)
{
    const bool rest = g_str_has_prefix(request->path, "/services/data");
    if (allowed->len > 0) {
        g_autofree char *text = g_strdup_printf("HTTP Method '%s' not allowed. Allowed are %s",
                                                request->method, allowed->str);
        response_header(response, "Allow", allowed->str);
        rest_error_code_first(response, 405, "METHOD_NOT_ALLOWED", text);
    } else if (rest) {
        rest_not_found(response);
    } else {
        page_message(response, 404, "URL No Longer Exists",
                     "You have attempted to reach a URL that no longer exists.");
    }
}

static enum family family_of(const char *path)
{
    if (g_str_has_prefix(path, "/services/data"))
        return REST_OPEN;
    return g_str_has_prefix(path, "/services/oauth2") ? OAUTH : PAGE;
}

void route_request(struct state *state, struct request *request, struct response *response)
{
    g_ptr_array_set_size(state->merged, 0);
    deploys_run(state);
    /* A client that joins an address ending in a slash sends two, as Salesforce's CLI does. */
    while (g_str_has_prefix(request->path, "//"))
        memmove(request->path, request->path + 1, strlen(request->path));
    g_auto(GStrv) segments = split_path(request->path);
    g_autoptr(GString) allowed = g_string_new(NULL);
    const char *path = NULL; /* path of the first route that matches except for its method */
    const char *method = strcmp(request->method, "HEAD") == 0 ? "GET" : request->method;
    for (gsize i = 0; i < G_N_ELEMENTS(routes); i++) {
        const struct route *route = &routes[i];
        if ((path != NULL && strcmp(path, route->path) != 0) ||
            !match_path(route->path, segments, request))
            continue;
        path = route->path;
        if (strcmp(route->method, method) == 0) {
            if (in_maintenance(state) && route->family != CONTROL)
                answer_maintenance(response);
            else if (run_allowed(route, state, request, response))
                route->run(state, request, response);
            add_common_headers(state, request, route->family, response);
            return;
        }
        const bool get = strcmp(route->method, "GET") == 0;
        g_string_append_printf(allowed, "%s%s%s", allowed->len > 0 ? "," : "", get ? "HEAD," : "",
                               route->method);
        clear_args(request);
    }
    answer_no_route(request, allowed, response);
    add_common_headers(state, request, family_of(request->path), response);
}
