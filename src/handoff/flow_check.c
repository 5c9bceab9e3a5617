/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "flow.h"
#include "flow_read.h"
#include "perch/base/text.h"

/* Compares somebody's flow with what perch hands over: one row for each problem. */

enum call_kind { CALL_TOKEN = 1, CALL_CREATE = 2, CALL_EITHER = 3, CALL_OTHER = 4 };

struct checking {
    const struct flow_source *source;
    const struct flow_file *file;
    GPtrArray *items;    /* what perch hands over */
    GPtrArray *findings; /* struct check_result * */
};

static void finding_free(gpointer data)
{
    check_result_free(data);
}

/* Takes ownership of text. */
static void add(struct checking *c, const char *id, enum check_status status, const char *where,
                char *text)
{
    struct check_result *finding = g_new0(struct check_result, 1);
    finding->id = id;
    finding->title = g_intern_string(where);
    finding->status = status;
    finding->blocks = true;
    finding->milliseconds = -1;
    finding->summary = text_clean(text);
    g_ptr_array_add(c->findings, finding);
    g_free(text);
}

/* ---- inspect a call ---- */

static const char *set_value(const char *path, gpointer user)
{
    const struct flow_file *file = user;
    return g_hash_table_lookup(file->set, path);
}

/* text with the values that the flow itself sets. */
static char *resolved(const struct checking *c, const char *text)
{
    return text == NULL ? g_strdup("") : text_fill(text, set_value, (gpointer)(guintptr)c->file);
}

static char *host_of(const char *url)
{
    g_autoptr(GUri) uri = url == NULL ? NULL : g_uri_parse(url, G_URI_FLAGS_PARSE_RELAXED, NULL);
    return g_strdup(uri == NULL || g_uri_get_host(uri) == NULL ? "" : g_uri_get_host(uri));
}

static enum call_kind kind_of(const struct flow_call *call)
{
    return strstr(call->url, "/services/oauth2/token") != NULL ? CALL_TOKEN
           : strstr(call->url, "/sobjects/") != NULL           ? CALL_CREATE
                                                               : CALL_OTHER;
}

/* The decoded value of a form's key; NULL if missing. */
static char *form_value(const struct checking *c, const struct flow_call *call, const char *key)
{
    g_autofree char *body = resolved(c, call->body);
    g_autofree char *start = g_strconcat(key, "=", NULL);
    g_auto(GStrv) pairs = g_strsplit(body, "&", -1);
    for (char **pair = pairs; *pair != NULL; pair++)
        if (g_str_has_prefix(g_strstrip(*pair), start)) {
            char *value = g_uri_unescape_string(*pair + strlen(start), NULL);
            return value != NULL ? value : g_strdup("");
        }
    return NULL;
}

static bool is_variable(const char *text)
{
    g_autofree char *path = text == NULL ? NULL : text_variable(text);
    return path != NULL;
}

static bool same_path(const char *url, const char *wanted)
{
    const char *a = strstr(url, "/services/"), *b = strstr(wanted, "/services/");
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* ---- the rules: NULL = fine, else a sentence, owned by the caller ---- */

static char *wrong_host(const struct checking *c, const struct flow_call *call)
{
    bool token = kind_of(call) == CALL_TOKEN;
    g_autofree char *url = resolved(c, call->url);
    g_autofree char *host = host_of(url);
    g_autofree char *wanted = host_of(flow_value(c->items, token ? "token_url" : "create_url"));
    if (strcmp(host, wanted) == 0 || strstr(url, "{{") != NULL)
        return NULL;
    bool login =
        strcmp(host, "login.salesforce.com") == 0 || strcmp(host, "test.salesforce.com") == 0;
    if (login && !token)
        return g_strdup_printf(_("It calls the login host %s for records. They are at %s."), host,
                               wanted);
    return g_strdup_printf(_("It calls the host %s. This connection is at %s."), host, wanted);
}

static char *old_version(const struct checking *c, const struct flow_call *call)
{
    const char *data = strstr(call->url, "/services/data/v");
    const char *wanted = c->source->connection->api_version;
    double version = data == NULL ? 0 : g_ascii_strtod(data + strlen("/services/data/v"), NULL);
    char used[G_ASCII_DTOSTR_BUF_SIZE]; /* as in the address, whatever the locale */
    g_ascii_formatd(used, sizeof used, "%.1f", version);
    return version == 0 || wanted == NULL || version >= g_ascii_strtod(wanted, NULL)
               ? NULL
               : g_strdup_printf(_("It uses API version %s; the org has %s."), used, wanted);
}

static char *other_path(const struct checking *c, const struct flow_call *call)
{
    g_autofree char *wanted =
        g_strconcat("/sobjects/", object_name(c->source->channel->object), NULL);
    const char *object = strstr(call->url, "/sobjects/");
    return object == NULL || g_str_has_prefix(object, wanted) ||
                   same_path(call->url, flow_value(c->items, "create_url"))
               ? NULL
               : g_strdup_printf(_("It creates a different object than %s, which this channel "
                                   "creates."),
                                 object_name(c->source->channel->object));
}

static char *wrong_method(const struct checking *c, const struct flow_call *call)
{
    (void)c;
    return call->method == NULL || g_ascii_strcasecmp(call->method, "POST") == 0 ||
                   (kind_of(call) == CALL_CREATE && g_ascii_strcasecmp(call->method, "PATCH") == 0)
               ? NULL
               : g_strdup_printf(_("Its method is %s. It must be POST."), call->method);
}

static char *wrong_type(const struct checking *c, const struct flow_call *call)
{
    const char *wanted =
        kind_of(call) == CALL_TOKEN ? "application/x-www-form-urlencoded" : "application/json";
    (void)c;
    if (call->type == NULL || *call->type == '\0')
        return g_strdup_printf(_("Its Content-Type is missing. It must be %s."), wanted);
    return g_str_has_prefix(call->type, wanted)
               ? NULL
               : g_strdup_printf(_("Its Content-Type is %s. It must be %s."), call->type, wanted);
}

/* The mapping's own texts may have such braces. */
static bool is_mapped(const struct checking *c, GRegex *regex, const char *braces)
{
    g_autoptr(GMatchInfo) match = NULL;
    g_regex_match(regex, flow_value(c->items, "create_body"), 0, &match);
    for (; g_match_info_matches(match); g_match_info_next(match, NULL)) {
        g_autofree char *own = g_match_info_fetch(match, 0);
        if (strcmp(own, braces) == 0)
            return true;
    }
    return false;
}

/* "{name}" where a flow writes "{{name}}". */
static char *single_braces(const struct checking *c, const struct flow_call *call)
{
    static const char pattern[] = "(?<!\\{)\\{ *[A-Za-z][A-Za-z0-9_. -]*\\}(?!\\})";
    const char *const texts[] = {call->url, call->authorization, call->body};
    g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_RAW, 0, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GMatchInfo) match = NULL;
        if (texts[i] == NULL)
            continue;
        g_regex_match(regex, texts[i], 0, &match);
        for (; g_match_info_matches(match); g_match_info_next(match, NULL)) {
            g_autofree char *found = g_match_info_fetch(match, 0);
            if (!is_mapped(c, regex, found))
                return g_strdup_printf(
                    _("%s is sent literally. A variable has double braces: {%s}."), found, found);
        }
    }
    return NULL;
}

static char *wrong_grant(const struct checking *c, const struct flow_call *call)
{
    g_autofree char *grant = form_value(c, call, "grant_type");
    const char *wanted = connection_way(c->source->connection)->grant_type;
    if (connection_way(c->source->connection)->signs)
        return g_strdup(_("A step cannot sign a login with a private key. Use the function."));
    return g_strcmp0(grant, wanted) == 0
               ? NULL
               : g_strdup_printf(_("Its body must contain grant_type=%s."), wanted);
}

static char *wrong_key(const struct checking *c, const struct flow_call *call)
{
    g_autofree char *id = form_value(c, call, "client_id");
    return g_strcmp0(id, c->source->connection->client_id) == 0 || is_variable(id)
               ? NULL
               : g_strdup(_("Its client_id is not this connection's consumer key."));
}

static char *wrong_secret(const struct checking *c, const struct flow_call *call)
{
    const Secret *wanted = c->source->secrets->client_secret;
    g_autoptr(WipedText) told = form_value(c, call, "client_secret");
    if (is_variable(told) || connection_way(c->source->connection)->signs)
        return NULL;
    if (secret_length(wanted) == 0)
        return told == NULL ? NULL : g_strdup(_("It sends a client_secret, and the app has none."));
    return g_strcmp0(told, secret_peek(wanted)) == 0
               ? NULL
               : g_strdup(_("Its client_secret is not this connection's consumer secret; "
                            "form-encode each + and %."));
}

static char *wrong_token(const struct checking *c, const struct flow_call *call)
{
    const Secret *wanted = c->source->secrets->refresh_token;
    g_autoptr(WipedText) told = form_value(c, call, "refresh_token");
    if (!connection_way(c->source->connection)->attended)
        return NULL;
    return is_variable(told) || (wanted != NULL && g_strcmp0(told, secret_peek(wanted)) == 0)
               ? NULL
               : g_strdup(_("Its refresh_token is not this connection's."));
}

/* Finds secrets in the flow itself: in a body, or in a variable that it sets. */
static char *plain_secret(const struct checking *c, const struct flow_call *call)
{
    static const char *const keys[] = {"client_secret", "refresh_token"};
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autoptr(WipedText) told = form_value(c, call, keys[i]);
        if (told != NULL && *told != '\0' && !is_variable(told))
            return g_strdup_printf(_("The %s is in the flow: anyone who can read the flow has it. "
                                     "The function takes it from its environment."),
                                   keys[i]);
    }
    return NULL;
}

static char *wrong_variable(const struct checking *c, const struct flow_call *call)
{
    const char *wanted = kind_of(call) == CALL_TOKEN ? "access_token" : "id";
    if (c->file->kind != FLOW_OF_BUILDER)
        return NULL;
    if (g_ptr_array_find_with_equal_func(call->variables, wanted, g_str_equal, NULL))
        return NULL;
    return g_strdup_printf(_("It takes no variable %s. The name must be the one in Salesforce's "
                             "answer."),
                           wanted);
}

static char *unknown_variables(const struct checking *c, const struct flow_call *call)
{
    (void)c;
    return call->variables_unknown
               ? g_strdup(_("Its variables are stored in a form that perch does not know; check "
                            "their names yourself."))
               : NULL;
}

static char *wrong_header(const struct checking *c, const struct flow_call *call)
{
    const char *header = call->authorization;
    (void)c;
    if (header == NULL)
        return call->integration
                   ? NULL
                   : g_strdup(_("The header Authorization is missing: Bearer {{access_token}}."));
    if (!g_str_has_prefix(header, "Bearer "))
        return g_strdup(_("The header Authorization must begin with Bearer and a space."));
    g_autofree char *path = text_variable(header + strlen("Bearer "));
    return path != NULL ? NULL
                        : g_strdup(_("The header Authorization must have one variable after "
                                     "Bearer and nothing else: Bearer {{access_token}}."));
}

static char *integrated(const struct checking *c, const struct flow_call *call)
{
    (void)c;
    return !call->integration ? NULL
           : call->authorization != NULL
               ? g_strdup(_("It has an OAuth integration and a header Authorization. Use one of "
                            "them."))
               : g_strdup(
                     _("It seems to log in by an OAuth integration, which perch cannot check."));
}

static char *retried(const struct checking *c, const struct flow_call *call)
{
    (void)c;
    return call->retries <= 0
               ? NULL
               : g_strdup(_("Its Retries are not 0: after a lost answer a retry creates a second "
                            "record."));
}

static const char *one_of_each(const char *path, gpointer user)
{
    (void)path;
    return user;
}

static bool is_json_with(const char *body, const char *text)
{
    g_autofree char *filled = text_fill(body, one_of_each, (gpointer)(guintptr)text);
    g_autoptr(Json) json = json_parse(filled, strlen(filled), NULL);
    return json_is_object(json);
}

static char *no_json(const struct checking *c, const struct flow_call *call)
{
    (void)c;
    return call->body != NULL && is_json_with(call->body, "x")
               ? NULL
               : g_strdup(_("Its body is not a JSON object."));
}

static char *breaks(const struct checking *c, const struct flow_call *call)
{
    (void)c;
    return call->body == NULL || call->body_object || !is_json_with(call->body, "x") ||
                   is_json_with(call->body, "\"\\\n")
               ? NULL
               : g_strdup(_("A quotation mark, a backslash or a line break in a message breaks its "
                            "body. The function escapes them."));
}

static char *missing_fields(const struct checking *c, const struct flow_call *call)
{
    g_autoptr(GPtrArray) missing = g_ptr_array_new();
    g_autofree char *filled =
        call->body == NULL ? NULL : text_fill(call->body, one_of_each, (gpointer)(guintptr) "x");
    g_autoptr(Json) json = filled == NULL ? NULL : json_parse(filled, strlen(filled), NULL);
    const GPtrArray *mappings = c->source->channel->mappings;
    for (guint i = 0; json != NULL && i < mappings->len; i++) {
        const struct mapping *mapping = mappings->pdata[i];
        if (json_get(json, mapping->field) == NULL)
            g_ptr_array_add(missing, mapping->field);
    }
    if (missing->len == 0)
        return NULL;
    g_ptr_array_add(missing, NULL);
    g_autofree char *names = g_strjoinv(", ", (char **)missing->pdata);
    return g_strdup_printf(_("It does not fill these fields of the mapping: %s."), names);
}

/* Whether an earlier step is seen to set the variable; or its path cannot be followed. */
static bool is_set(const struct checking *c, const struct flow_call *call, const char *path)
{
    if (c->file->kind == FLOW_OF_BIRD)
        return strchr(path, '.') != NULL;
    if (strpbrk(path, ".[") != NULL || c->file->webhook ||
        g_hash_table_contains(c->file->set, path))
        return true;
    for (guint i = 0; i < c->file->calls->len && c->file->calls->pdata[i] != call; i++) {
        const struct flow_call *before = c->file->calls->pdata[i];
        if (before->variables_unknown ||
            g_ptr_array_find_with_equal_func(before->variables, path, g_str_equal, NULL))
            return true;
    }
    return false;
}

/* The first variable of the call that nothing sets; NULL if there is none. */
static char *unset_variable(const struct checking *c, const struct flow_call *call)
{
    g_autofree char *all =
        g_strjoin("\n", call->url, call->authorization ? call->authorization : "",
                  call->body ? call->body : "", NULL);
    g_autoptr(GPtrArray) paths = text_variables(all);
    for (guint i = 0; i < paths->len; i++)
        if (!is_set(c, call, paths->pdata[i]))
            return g_strdup(paths->pdata[i]);
    return NULL;
}

/* Whether only the flow itself can set it: these names are perch's, no trigger has them. */
static bool is_own_name(const struct checking *c, const char *name)
{
    static const char *const own[] = {"access_token", "senderName", "senderNumber", "message",
                                      NULL};
    return c->file->kind == FLOW_OF_BIRD ||
           (c->file->unknown->len == 0 && g_strv_contains(own, name));
}

static char *never_set(const struct checking *c, const struct flow_call *call)
{
    g_autofree char *name = unset_variable(c, call);
    if (name == NULL || !is_own_name(c, name))
        return NULL;
    return g_strdup_printf(c->file->kind == FLOW_OF_BIRD
                               ? _("{{%s}} is not a variable of Bird's Flows. Pick the flow's own.")
                               : _("{{%s}} is never set. Set it in an earlier Set variables step."),
                           name);
}

static char *maybe_set(const struct checking *c, const struct flow_call *call)
{
    g_autofree char *name = unset_variable(c, call);
    return name == NULL || is_own_name(c, name)
               ? NULL
               : g_strdup_printf(
                     _("No step that perch knows sets {{%s}}. Check that the trigger or "
                       "another step does."),
                     name);
}

static const struct rule {
    const char *id;
    enum call_kind of;
    enum check_status status;
    char *(*judge)(const struct checking *c, const struct flow_call *call);
} rules[] = {
    {"host", CALL_EITHER, CHECK_FAILED, wrong_host},
    {"method", CALL_EITHER, CHECK_FAILED, wrong_method},
    {"content-type", CALL_EITHER, CHECK_FAILED, wrong_type},
    {"single-braces", CALL_EITHER, CHECK_FAILED, single_braces},
    {"grant-type", CALL_TOKEN, CHECK_FAILED, wrong_grant},
    {"client-id", CALL_TOKEN, CHECK_FAILED, wrong_key},
    {"client-secret", CALL_TOKEN, CHECK_FAILED, wrong_secret},
    {"refresh-token", CALL_TOKEN, CHECK_FAILED, wrong_token},
    {"plain-secret", CALL_TOKEN, CHECK_WARNING, plain_secret},
    {"variable", CALL_EITHER, CHECK_FAILED, wrong_variable},
    {"variables-unknown", CALL_EITHER, CHECK_WARNING, unknown_variables},
    {"api-version", CALL_CREATE, CHECK_WARNING, old_version},
    {"object", CALL_CREATE, CHECK_FAILED, other_path},
    {"authorization", CALL_CREATE, CHECK_FAILED, wrong_header},
    {"integration", CALL_CREATE, CHECK_WARNING, integrated},
    {"body", CALL_CREATE, CHECK_FAILED, no_json},
    {"escaping", CALL_CREATE, CHECK_WARNING, breaks},
    {"fields", CALL_CREATE, CHECK_WARNING, missing_fields},
    {"retries", CALL_CREATE, CHECK_FAILED, retried},
    {"not-set", CALL_EITHER, CHECK_FAILED, never_set},
    {"maybe-set", CALL_EITHER, CHECK_WARNING, maybe_set},
};

static void check_call(struct checking *c, const struct flow_call *call)
{
    enum call_kind kind = kind_of(call);
    const char *what = kind == CALL_TOKEN ? _("Get a token") : _("Create the record");
    g_autofree char *where =
        *call->label == '\0' ? g_strdup(what) : g_strdup_printf("%s (%s)", what, call->label);
    guint before = c->findings->len;
    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
        char *text = rules[i].of & kind ? rules[i].judge(c, call) : NULL;
        if (text != NULL)
            add(c, rules[i].id, rules[i].status, where, text);
    }
    if (c->findings->len == before && kind != CALL_OTHER)
        add(c, "call", CHECK_OK, where, g_strdup(_("as perch exports it")));
}

/* ---- a function ---- */

static bool holds(const char *text, const Secret *secret)
{
    return secret_length(secret) > 0 && strstr(text, secret_peek(secret)) != NULL;
}

/* Compares line by line, except for the values that a person may change. */
static bool same_function(const char *a, const char *b)
{
    static const char own[] = "\\A(const SAVE_DUPLICATES =| *\"key\":)";
    g_auto(GStrv) lines = g_strsplit(a, "\n", -1), others = g_strsplit(b, "\n", -1);
    guint i = 0;
    while (lines[i] != NULL && others[i] != NULL &&
           (strcmp(lines[i], others[i]) == 0 || (g_regex_match_simple(own, lines[i], 0, 0) &&
                                                 g_regex_match_simple(own, others[i], 0, 0))))
        i++;
    return lines[i] == NULL && others[i] == NULL;
}

static void check_function(struct checking *c)
{
    static const struct {
        const char *id, *constant;
    } values[] = {
        {"login_url", "LOGIN_URL"}, {"client_id", "CLIENT_ID"}, {"api_version", "API_VERSION"}};
    const struct secrets *secrets = c->source->secrets;
    const char *wanted[] = {c->source->connection->login_url, c->source->connection->client_id,
                            c->source->connection->api_version};
    g_autoptr(SecretBuf) own = secret_buf_new();
    write_function(c->source, own, NULL);
    g_autoptr(Secret) key_line = flow_key_line(secrets->private_key);
    if (holds(c->file->text, secrets->client_secret) ||
        holds(c->file->text, secrets->private_key) || holds(c->file->text, key_line) ||
        holds(c->file->text, secrets->refresh_token))
        add(c, "plain-secret", CHECK_FAILED, _("Function"),
            g_strdup(_("It contains a secret. Put it into the function's environment.")));
    if (same_function(c->file->text, own->text)) {
        add(c, "function", CHECK_OK, _("Function"), g_strdup(_("as perch writes it")));
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
        g_autoptr(Json) json = json_string_new(wanted[i]);
        g_autofree char *printed = json_print(json);
        g_autofree char *line = g_strdup_printf("const %s = %s;", values[i].constant, printed);
        if (strstr(c->file->text, line) == NULL)
            add(c, "function-value", CHECK_FAILED, _("Function"),
                g_strdup_printf(_("It lacks the line: %s"), line));
    }
    add(c, "function", CHECK_WARNING, _("Function"),
        g_strdup_printf(_("It differs from what perch writes now; perch handoff %s --format "
                          "function writes a new one."),
                        c->source->connection->name));
}

/* ---- the whole flow ---- */

static guint count_of(const struct checking *c, enum call_kind kind)
{
    guint count = 0;
    for (guint i = 0; i < c->file->calls->len; i++)
        count += kind_of(c->file->calls->pdata[i]) == kind;
    return count;
}

static bool uses_integration(const struct checking *c)
{
    for (guint i = 0; i < c->file->calls->len; i++)
        if (((const struct flow_call *)c->file->calls->pdata[i])->integration)
            return true;
    return false;
}

/* A step of an unknown kind, such as one that calls a function, may be what is missing. */
static void check_complete(struct checking *c, bool doubtful)
{
    enum check_status status = doubtful ? CHECK_WARNING : CHECK_FAILED;
    if (count_of(c, CALL_CREATE) == 0)
        add(c, "no-create", status, _("Flow"),
            g_strdup(doubtful ? _("No step that perch knows creates a record in Salesforce. If it "
                                  "calls a function, check the function's text.")
                              : _("It has no call that creates a record in Salesforce.")));
    else if (count_of(c, CALL_TOKEN) == 0 && !uses_integration(c))
        add(c, "no-token", status, _("Flow"),
            g_strdup(doubtful ? _("No step that perch knows gets a token from Salesforce.")
                              : _("It has no call that gets a token from Salesforce.")));
}

static void check_whole(struct checking *c)
{
    const GPtrArray *unknown = c->file->unknown;
    if (c->source->connection->rotation != 0)
        add(c, "rotation", CHECK_FAILED, _("Flow"),
            g_strdup(_("Refresh token rotation is on: the flow works once and then stops.")));
    if (unknown->len > 0) {
        g_autoptr(GString) kinds = g_string_new(unknown->pdata[0]);
        for (guint i = 1; i < unknown->len; i++)
            g_string_append_printf(kinds, ", %s", (const char *)unknown->pdata[i]);
        add(c, "unknown", CHECK_WARNING, _("Flow"),
            g_strdup_printf(_("Steps of kinds that perch does not know were not checked: %s."),
                            kinds->str));
    }
    if (c->file->kind == FLOW_FUNCTION)
        check_function(c);
    else
        check_complete(c, unknown->len > 0);
}

GPtrArray *handoff_check(const Connection *connection, const struct secrets *secrets,
                         const char *text, gsize length, GError **error)
{
    const struct flow_source source = {connection, secrets, connection_channel(connection)};
    g_autoptr(FlowFile) file = flow_file_read(text, length);
    if (file->kind == FLOW_UNKNOWN) {
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                            _("This is neither a flow exported from Flow Builder or Bird's Flows, "
                              "nor a function."));
        return NULL;
    }
    g_autoptr(GPtrArray) items = flow_forms(&source);
    struct checking c = {&source, file, items, g_ptr_array_new_with_free_func(finding_free)};
    for (guint i = 0; i < file->calls->len; i++)
        check_call(&c, file->calls->pdata[i]);
    check_whole(&c);
    return c.findings;
}
