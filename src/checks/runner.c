/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <string.h>

#include "evidence.h"
#include "perch/base/clock.h"
#include "perch/base/text.h"
#include "perch/checks/check.h"
#include "perch/checks/making.h"

/*
 * A run (one running check) may outlive its list: an HTTP answer or a keyring callback can be
 * pending when the list is freed. The run then has no result and frees itself in the callback.
 */
struct CheckList {
    const struct check_list_def *def;
    struct check_list_def own; /* def of a list built for this session */
    GArray *built;             /* its checks, or NULL */
    struct session *session;
    struct check_list_listener listener;
    GPtrArray *results; /* struct check_result * */
    GPtrArray *runs;    /* struct check_run *; NULL = not running */
    GCancellable *cancellable;
    guint advance_source;
    bool done;
};

static struct check_result *result_new(const struct check_def *def)
{
    struct check_result *result = g_new0(struct check_result, 1);
    result->id = def->id;
    result->title = _(def->title);
    result->blocks = def->blocks;
    result->milliseconds = -1;
    return result;
}

static struct check_result *find(const GPtrArray *results, const char *id)
{
    for (guint i = 0; results != NULL && i < results->len; i++) {
        struct check_result *result = results->pdata[i];
        if (strcmp(result->id, id) == 0)
            return result;
    }
    return NULL;
}

/* The check of a need, without the mark of what of it blocks (check.h). */
static const struct check_result *needed(const CheckList *list, const char *need)
{
    return find(list->results, need + (*need == '~' || *need == '!'));
}

static bool blocks(const struct check_result *result, const char *need)
{
    return *need != '~' &&
           (result->status == CHECK_FAILED || (result->status == CHECK_SKIPPED && *need != '!'));
}

enum readiness { READY, NOT_YET, NEVER };

static enum readiness readiness(const CheckList *list, const struct check_def *def)
{
    enum readiness answer = READY;
    for (int i = 0; i < CHECK_NEEDS_MAX && def->needs[i] != NULL; i++) {
        const struct check_result *need = needed(list, def->needs[i]);
        if (need == NULL)
            continue;
        if (blocks(need, def->needs[i]))
            return NEVER;
        if (need->status == CHECK_WAITING || need->status == CHECK_RUNNING)
            answer = NOT_YET;
    }
    return answer;
}

static void start_run(CheckList *list, guint index)
{
    struct check_run *run = g_new0(struct check_run, 1);
    struct check_result *result = list->results->pdata[index];
    run->def = &list->def->checks[index];
    run->session = list->session;
    run->cancellable = g_object_ref(list->cancellable);
    run->result = result;
    run->private = list;
    result->status = CHECK_RUNNING;
    result->started_ms = clock_monotonic_ms();
    list->runs->pdata[index] = run;
    list->listener.result(result, list->listener.user);
    run->def->start(run);
}

static void skip_for_needs(CheckList *list, struct check_result *result,
                           const struct check_def *def)
{
    result->status = CHECK_SKIPPED;
    for (int i = 0; i < CHECK_NEEDS_MAX && def->needs[i] != NULL; i++) {
        const struct check_result *need = needed(list, def->needs[i]);
        if (need != NULL && blocks(need, def->needs[i])) {
            g_free(result->summary);
            result->summary = g_strdup_printf(_("not run (needs: %s)"), need->title);
            break;
        }
    }
    list->listener.result(result, list->listener.user);
}

static gboolean advance(gpointer user)
{
    CheckList *list = user;
    guint open = 0;
    list->advance_source = 0;
    for (guint i = 0; i < list->def->count; i++) {
        struct check_result *result = list->results->pdata[i];
        const struct check_def *def = &list->def->checks[i];
        if (result->status == CHECK_WAITING) {
            switch (readiness(list, def)) {
            case READY:
                start_run(list, i);
                break;
            case NEVER:
                skip_for_needs(list, result, def);
                break;
            case NOT_YET:
                break;
            }
        }
        open += result->status == CHECK_WAITING || result->status == CHECK_RUNNING;
    }
    /* A check that ended at once may have made an earlier row ready: scan again. */
    if (open == 0 && !list->done) {
        list->done = true;
        list->listener.done(list->listener.user);
    }
    return G_SOURCE_REMOVE;
}

static void schedule(CheckList *list)
{
    if (list->advance_source == 0)
        list->advance_source = g_idle_add(advance, list);
}

static void build(CheckList *list)
{
    if (list->def->build == NULL)
        return;
    list->built = g_array_new(FALSE, TRUE, sizeof(struct check_def));
    list->def->build(list->session, list->built);
    list->own.checks = (const struct check_def *)(gconstpointer)list->built->data;
    list->own.count = list->built->len;
    list->def = &list->own;
}

CheckList *check_list_start(const struct check_list_def *def, struct session *session,
                            const GPtrArray *before, const struct check_list_listener *listener)
{
    CheckList *list = g_new0(CheckList, 1);
    list->def = def;
    list->session = session;
    build(list);
    list->listener = *listener;
    list->cancellable = g_cancellable_new();
    list->results = g_ptr_array_new_with_free_func((GDestroyNotify)check_result_free);
    list->runs = g_ptr_array_new();
    g_ptr_array_set_size(list->runs, (int)list->def->count);
    for (guint i = 0; i < list->def->count; i++) {
        const struct check_result *old = find(before, list->def->checks[i].id);
        bool keep = old != NULL && old->status == CHECK_OK;
        g_ptr_array_add(list->results,
                        keep ? check_result_copy(old) : result_new(&list->def->checks[i]));
    }
    schedule(list);
    return list;
}

const GPtrArray *check_list_results(const CheckList *list)
{
    return list->results;
}

void check_list_free(CheckList *list)
{
    if (list == NULL)
        return;
    for (guint i = 0; i < list->runs->len; i++) {
        struct check_run *run = list->runs->pdata[i];
        if (run != NULL)
            run->result = NULL;
    }
    if (list->advance_source != 0)
        g_source_remove(list->advance_source);
    g_cancellable_cancel(list->cancellable);
    g_object_unref(list->cancellable);
    g_ptr_array_unref(list->results);
    g_ptr_array_unref(list->runs);
    g_clear_pointer(&list->built, g_array_unref);
    g_free(list);
}

static void run_free(struct check_run *run)
{
    g_object_unref(run->cancellable);
    g_free(run->call);
    if (run->state != NULL && run->state_free != NULL)
        run->state_free(run->state);
    g_clear_pointer(&run->also, g_ptr_array_unref);
    g_free(run);
}

bool check_run_is_alive(struct check_run *run)
{
    if (run->result != NULL)
        return true;
    run_free(run);
    return false;
}

static void settle(struct check_run *run, enum check_status status)
{
    CheckList *list = run->private;
    struct check_result *result = run->result;
    result->status = status;
    for (guint i = 0; i < list->runs->len; i++)
        if (list->runs->pdata[i] == run)
            list->runs->pdata[i] = NULL;
    GPtrArray *also = g_steal_pointer(&run->also);
    run_free(run);
    list->listener.result(result, list->listener.user);
    const guint before = list->results->len;
    if (also != NULL)
        g_ptr_array_extend_and_steal(list->results, also);
    for (guint i = before; i < list->results->len; i++)
        list->listener.result(list->results->pdata[i], list->listener.user);
    schedule(list);
}

static void set_summary(struct check_run *run, const char *format, va_list arguments)
    G_GNUC_PRINTF(2, 0);

static void set_summary(struct check_run *run, const char *format, va_list arguments)
{
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    check_result_summarize(run->result, text);
}

void check_waits(struct check_run *run, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set_summary(run, format, arguments);
    va_end(arguments);
}

void check_waits_for_keyring(struct check_run *run)
{
    check_waits(run, "%s",
                tokens_asks(run->session->tokens)
                    ? _("waiting for it; it may be asking for a password elsewhere")
                    : _("waiting for it"));
}

void check_ok(struct check_run *run, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set_summary(run, format, arguments);
    va_end(arguments);
    settle(run, CHECK_OK);
}

void check_skip(struct check_run *run, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set_summary(run, format, arguments);
    va_end(arguments);
    settle(run, CHECK_SKIPPED);
}

static void set_diagnosis(struct check_result *result, const struct session *session,
                          Diagnosis *diagnosis)
{
    const Connection *connection = session->connection;
    const char *org =
        connection->instance_url != NULL ? connection->instance_url : connection->login_url;
    const struct setup_ids ids = {.user_id = connection->user_id,
                                  .profile_id = connection->profile_id,
                                  .app_id = connection->app_id};
    /* What makes an app works for its connection, with the login of another. */
    const bool of_app = session->making != NULL && diagnosis->exit != PERCH_EXIT_AUTHORIZATION;
    diagnosis_name(diagnosis, of_app ? session->making->app->name : connection->name);
    check_result_diagnose(result, diagnosis, org, &ids);
}

void check_warn(struct check_run *run, struct failure *failure, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set_summary(run, format, arguments);
    va_end(arguments);
    if (failure != NULL) {
        session_tell(run->session, failure);
        set_diagnosis(run->result, run->session, explain(failure));
        failure_clear(failure);
    }
    settle(run, CHECK_WARNING);
}

void check_warn_with(struct check_run *run, Diagnosis *diagnosis, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set_summary(run, format, arguments);
    va_end(arguments);
    set_diagnosis(run->result, run->session, diagnosis);
    settle(run, CHECK_WARNING);
}

static void tell_failure(struct check_result *result, const struct session *session,
                         const struct failure *failure, Diagnosis *diagnosis)
{
    g_autofree char *words = failure_words(failure);
    /* Before the login ends well, nobody knows whose it is; what makes an app is about another. */
    const bool knows_user = (failure->stage == STAGE_REST || failure->stage == STAGE_INSERT) &&
                            session->making == NULL && session->connection->username != NULL;
    if (knows_user && diagnosis->user_id == NULL &&
        (diagnosis->page == SETUP_PAGE_USER || diagnosis->page == SETUP_PAGE_PROFILE))
        diagnosis_add(diagnosis, _("The user is %s."), session->connection->username);
    set_diagnosis(result, session, diagnosis);
    check_result_summarize(result, words != NULL ? words : diagnosis->title);
}

void check_also_failed(struct check_run *run, struct failure *failure)
{
    if (run->also == NULL)
        run->also = g_ptr_array_new_with_free_func((GDestroyNotify)check_result_free);
    g_autofree char *id = g_strdup_printf("%s-%u", run->def->id, run->also->len + 2);
    struct check_result *result =
        check_result_failed(g_intern_string(id), run->result->title, NULL);
    session_tell(run->session, failure);
    tell_failure(result, run->session, failure, explain(failure));
    failure_clear(failure);
    g_ptr_array_add(run->also, result);
}

static void expire_result(CheckList *list, guint index)
{
    struct check_result *result = list->results->pdata[index];
    struct check_run *run = list->runs->pdata[index];
    struct failure failure;
    failure_own(&failure, STAGE_MACHINE, "timeout", _("no answer in time"));
    set_diagnosis(result, list->session, explain(&failure));
    g_free(result->summary);
    result->summary = g_strdup(_("no answer in time"));
    failure_clear(&failure);
    if (run != NULL) {
        result->milliseconds = (int)(clock_monotonic_ms() - result->started_ms);
        run->result = NULL; /* the run frees itself when its answer comes */
        list->runs->pdata[index] = NULL;
    }
    result->status = CHECK_FAILED;
    list->listener.result(result, list->listener.user);
}

void check_list_expire(CheckList *list)
{
    for (guint i = 0; i < list->def->count; i++) {
        struct check_result *result = list->results->pdata[i];
        const struct check_def *def = &list->def->checks[i];
        if (result->status == CHECK_WAITING && readiness(list, def) == NEVER)
            skip_for_needs(list, result, def);
        else if (result->status == CHECK_WAITING || result->status == CHECK_RUNNING)
            expire_result(list, i);
    }
    g_cancellable_cancel(list->cancellable);
    list->done = true;
}

/* A failure that waits for evidence from the org. */
typedef struct inquiry {
    struct session *session;
    struct failure failure;
    GCancellable *cancellable;
    struct check_result *result; /* owned; NULL: the run's */
    struct check_run *run;       /* NULL: no check found it */
    check_told told;
    gpointer user;
} Inquiry;

static void inquiry_free(struct inquiry *inquiry)
{
    failure_clear(&inquiry->failure);
    g_object_unref(inquiry->cancellable);
    check_result_free(inquiry->result);
    g_free(inquiry);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Inquiry, inquiry_free)

static void org_answered(struct evidence *evidence, gpointer user)
{
    g_autoptr(Inquiry) inquiry = user;
    struct check_run *run = inquiry->run;
    /* If cancelled, the session may be gone. */
    if (run != NULL ? !check_run_is_alive(run) : g_cancellable_is_cancelled(inquiry->cancellable))
        return;
    struct check_result *result = run != NULL ? run->result : inquiry->result;
    Json *facts = evidence_to_json(evidence);
    if (facts != NULL) {
        if (result->evidence == NULL)
            result->evidence = json_object();
        json_set(result->evidence, "org", facts);
    }
    tell_failure(result, inquiry->session, &inquiry->failure,
                 evidence_explain(&inquiry->failure, inquiry->session, evidence));
    if (run != NULL)
        settle(run, CHECK_FAILED);
    else
        inquiry->told(result, inquiry->user);
}

/* Takes what failure contains. NULL: the org cannot be asked about it. */
static struct inquiry *inquiry_new(struct session *session, struct failure *failure,
                                   GCancellable *cancellable)
{
    session_tell(session, failure);
    if (!evidence_wanted(session, explain_cause(failure, NULL)))
        return NULL;
    struct inquiry *inquiry = g_new0(struct inquiry, 1);
    inquiry->session = session;
    inquiry->failure = *failure;
    inquiry->cancellable = g_object_ref(cancellable);
    memset(failure, 0, sizeof *failure);
    return inquiry;
}

static void inquire(struct inquiry *inquiry)
{
    evidence_gather(inquiry->session, explain_cause(&inquiry->failure, NULL), &inquiry->failure,
                    inquiry->cancellable, org_answered, inquiry);
}

bool check_ask_org(struct session *session, const char *id, const char *title,
                   struct failure *failure, GCancellable *cancellable, check_told told,
                   gpointer user)
{
    struct inquiry *inquiry = inquiry_new(session, failure, cancellable);
    if (inquiry == NULL)
        return false;
    inquiry->result = check_result_failed(id, title, NULL);
    inquiry->told = told;
    inquiry->user = user;
    inquire(inquiry);
    return true;
}

void check_fail(struct check_run *run, struct failure *failure)
{
    struct inquiry *inquiry = inquiry_new(run->session, failure, run->cancellable);
    if (inquiry != NULL) {
        inquiry->run = run;
        inquire(inquiry);
        return;
    }
    tell_failure(run->result, run->session, failure, explain(failure));
    failure_clear(failure);
    settle(run, CHECK_FAILED);
}

void check_fail_own(struct check_run *run, enum stage stage, const char *code, const char *message)
{
    struct failure failure;
    failure_own(&failure, stage, code, message);
    check_fail(run, &failure);
}

void check_fail_error(struct check_run *run, enum stage stage, const GError *error)
{
    struct failure failure;
    failure_from_error(&failure, stage, error);
    check_fail(run, &failure);
}

/* ---- HTTP ---- */

struct http_check {
    struct check_run *run;
    check_judge judge;
    bool any;
};

void check_fail_response(struct check_run *run, enum stage stage, enum failure_target target,
                         const char *object, const struct http_response *response)
{
    struct failure failure;
    failure_from_response(&failure, stage, response);
    failure.target = target;
    failure.object = g_strdup(object);
    check_fail(run, &failure);
}

/* Every REST answer says how much of the daily API allowance is used. */
static void note_limits(struct session *session, const struct http_response *response)
{
    const char *header = http_response_header(response, "Sforce-Limit-Info");
    gint64 used, allowed;
    if (header != NULL && limit_info_parse(header, &used, &allowed)) {
        session->api_used = used;
        session->api_allowed = allowed;
    }
}

static void http_answered(const struct http_response *response, gpointer user)
{
    g_autofree struct http_check *check = user;
    struct check_run *run = check->run;
    if (!check_run_is_alive(run))
        return;
    run->result->milliseconds = response->timing.total_ms;
    if (response->end == HTTP_ANSWERED)
        note_limits(run->session, response);
    if (response->end == HTTP_ANSWERED || check->any)
        check->judge(run, response);
    else
        check_fail_response(run, STAGE_MACHINE, FAILURE_OF_ANYTHING, NULL, response);
}

static void send(struct check_run *run, HttpRequest *request, check_judge judge, bool any)
{
    struct http_check *check = g_new0(struct http_check, 1);
    check->run = run;
    check->judge = judge;
    check->any = any;
    http_send(run->session->http, request, run->cancellable, http_answered, check);
}

void check_http(struct check_run *run, HttpRequest *request, check_judge judge)
{
    send(run, request, judge, false);
}

void check_http_any(struct check_run *run, HttpRequest *request, check_judge judge)
{
    send(run, request, judge, true);
}

void check_fail_unread(struct check_run *run, enum stage stage,
                       const struct http_response *response, const GError *error)
{
    struct failure failure;
    failure_from_unread(&failure, stage, response, error);
    check_fail(run, &failure);
}

static Json *evidence(struct check_run *run)
{
    if (run->result->evidence == NULL)
        run->result->evidence = json_object();
    return run->result->evidence;
}

void check_evidence(struct check_run *run, const char *key, const char *value)
{
    g_autofree char *told = text_told(value, TOLD_LIST);
    json_set_string(evidence(run), key, told);
}

void check_evidence_int(struct check_run *run, const char *key, gint64 value)
{
    json_set_int(evidence(run), key, value);
}
