/* SPDX-License-Identifier: MIT */
#include "paste.h"

#include <string.h>

#include "perch/base/secret.h"
#include "perch/base/text.h"
#include "perch/salesforce/salesforce.h"

enum { FAILURES = 8, UNKNOWN_CHARACTERS = 600 };

/* ---- the surroundings of a finding ---- */

#define STATUS_PATTERN                                                                            \
    "(?i)HTTP/[0-9.]+\\s+([2-5]\\d\\d)\\b"                                                        \
    "|(?:HTTP ERROR |<body>\\s*)([45]\\d\\d)\\b"                                                  \
    "|\\b(?:status|response|http|error)[ _-]?(?:error[ "                                          \
    "_-]?)?(?:code|status)?[\"']?\\s*(?:[:=]>?|is)?\\s*[\"']?"                                    \
    "([2-5]\\d\\d)\\b(?![.:-]\\d)"                                                                \
    "|(?<![,.:\\w])([45]\\d\\d)(?:\\s+\\(?|, message=')(?:Client Error|Server Error|Bad Request|" \
    "Unauthorized|Forbidden|Not Found|Method Not Allowed|Too Many Requests|"                      \
    "Internal Server Error|Bad Gateway|Service Unavailable|Gateway Timeout|error)\\b"             \
    "|(?:: |\\bfailed )\\(([45]\\d\\d)\\)(?=[ .\n])"                                              \
    "|\\bERROR_HTTP_([45]\\d\\d)\\b"                                                              \
    "|\"code\"\\s*:\\s*([2-5]\\d\\d)\\b"                                                          \
    "|(?:\\banswered|\\breturned|returned (?:error:|code)|responded with|failed with|->|=>)\\s+"  \
    "([2-5]\\d\\d)\\b"

/* How far from a finding its details may be. */
enum { NEAR_BYTES = 4 * 1024 };

static char *window_at(const char *text, gsize at, gsize *ret_start)
{
    const char *start = text + (at > NEAR_BYTES ? at - NEAR_BYTES : 0);
    const char *end = text + at + strnlen(text + at, NEAR_BYTES);
    while (start > text && (*start & 0xC0) == 0x80)
        start--;
    while (*end != '\0' && (*end & 0xC0) == 0x80)
        end++;
    *ret_start = (gsize)(start - text);
    return g_strndup(start, (gsize)(end - start));
}

/* The first group that participated in the last match before the offset, else in the first match
 * after it; NULL = no match. *ret_at (may be NULL): where that match starts. */
static char *nearest(const char *pattern, const char *text, gsize at, gsize *ret_at)
{
    gsize offset;
    g_autofree char *window = window_at(text, at, &offset);
    const GRegex *regex = regex_of(pattern);
    g_autoptr(GMatchInfo) info = NULL;
    char *best = NULL;
    for (g_regex_match(regex, window, 0, &info); g_match_info_matches(info);
         g_match_info_next(info, NULL)) {
        int start = 0;
        g_match_info_fetch_pos(info, 0, &start, NULL);
        if (best != NULL && offset + (gsize)start > at)
            break;
        g_free(best);
        best = g_match_info_fetch(info, g_match_info_get_match_count(info) - 1);
        if (ret_at != NULL)
            *ret_at = offset + (gsize)start;
    }
    return best;
}

static long status_near(const char *text, gsize at, gsize *ret_at)
{
    g_autofree char *digits = nearest(STATUS_PATTERN, text, at, ret_at);
    return digits == NULL ? 0 : (long)g_ascii_strtoll(digits, NULL, 10);
}

/* The stage, from the address of the request. */
static enum stage stage_near(const char *text, gsize at)
{
    static const struct {
        const char *sign;
        enum stage stage;
    } signs[] = {
        {"oauth2/authorize", STAGE_AUTHORIZE},  {"RemoteAccess", STAGE_AUTHORIZE},
        {"OauthRedirect", STAGE_AUTHORIZE},     {"response_type=", STAGE_AUTHORIZE},
        {"oauth2/token", STAGE_TOKEN},          {"grant_type=", STAGE_TOKEN},
        {"POST /services/data/", STAGE_INSERT}, {"oauth2/userinfo", STAGE_REST},
        {"/services/data/", STAGE_REST},
    };
    g_autofree char *sign = nearest(
        "oauth2/authorize|RemoteAccess|OauthRedirect|response_type=|oauth2/token|grant_type="
        "|oauth2/userinfo|POST /services/data/(?=[^\\s]*/sobjects/)|/services/data/",
        text, at, NULL);
    for (gsize i = 0; sign != NULL && i < G_N_ELEMENTS(signs); i++)
        if (g_ascii_strcasecmp(signs[i].sign, sign) == 0)
            return signs[i].stage;
    return STAGE_ANY;
}

static char *object_near(const char *text, gsize at)
{
    return nearest("(?i)/sobjects/([A-Z]\\w{1,79})", text, at, NULL);
}

/* The target, from a nearby address. */
static enum failure_target target_near(const char *text, gsize at)
{
    static const struct {
        const char *pattern;
        enum failure_target target;
    } kinds[] = {
        {"(?i)/sobjects/\\w+/\\w{15}(?:\\w{3})?\\z", FAILURE_OF_RECORD},
        {"(?i)/sobjects/\\w+(?:/describe)?/?\\z", FAILURE_OF_OBJECT},
        {"(?i)/services/data/v[0-9.]+/(?:limits|query|queryAll|search)\\z", FAILURE_OF_SERVICE},
    };
    g_autofree char *path =
        nearest("(?<![/:])((?:/services/data/v[0-9.]+)?/[A-Za-z]\\w+(?:/\\w+)*)", text, at, NULL);
    for (gsize i = 0; path != NULL && i < G_N_ELEMENTS(kinds); i++)
        if (regex_fits(kinds[i].pattern, path))
            return kinds[i].target;
    return FAILURE_OF_ANYTHING;
}

/* A failure of the way that a program calls an OAuth error is one. The words beside invalid_grant
 * decide. Where no row knows them, as in most languages, their topic may. */
static void look_at_words(const struct paste_text *paste, struct failure *failure, gsize at)
{
    enum { NEAR = 200 };
    const struct match match = failure_match(failure);
    const char *wire =
        failure->own || failure->message == NULL || match.certainty != CERTAINTY_LIKELY
            ? NULL
            : paste_wire_code(failure->message);
    if (wire != NULL && regex_fits("\\A[a-z_]+\\z", failure->code == NULL ? "" : failure->code)) {
        g_autofree char *said = g_strdup(failure->message);
        failure_say_own(failure, wire, said);
        return;
    }
    if (match.cause != CAUSE_LOGIN_REFUSED || match.certainty != CERTAINTY_LIKELY ||
        failure->code == NULL || g_ascii_strcasecmp(failure->code, "invalid_grant") != 0)
        return;
    g_autofree char *piece = g_strndup(paste->text + at, NEAR);
    g_autofree char *near = g_utf8_make_valid(piece, -1);
    g_autofree char *words =
        g_strdup_printf("%s: %s", failure->code, failure->message == NULL ? "" : failure->message);
    g_autoptr(GString) both = g_string_new(words);
    g_string_append_printf(both, "\n%s", near);
    g_string_replace(both, failure->code, "", 0); /* what is "invalid" there is the grant */
    const char *p = both->str;
    for (const char *topic; (topic = paste_topic(&p)) != NULL;) {
        struct failure same = {.code = (char *)(guintptr)topic, .own = true};
        if (failure_match(&same).cause == CAUSE_SESSION_EXPIRED)
            same.code = (char *)(guintptr) "refresh-words";
        if (!failure_code_may_mean("invalid_grant", failure_match(&same).cause))
            continue;
        failure_say_own(failure, same.code, words);
        return;
    }
}

/* Who got a 4xx was connected: words beside it in the text, and a program's error in one line with
 * it, are not of the connection. */
static bool was_answered(const struct paste_text *paste, const struct failure *failure, gsize at)
{
    const bool loose = g_str_has_suffix(failure->code, "-words");
    g_autofree char *line = loose ? NULL : paste_line_at(paste->text, at);
    return (loose ? status_near(paste->text, at, NULL) : status_near(line, 0, NULL)) / 100 == 4;
}

/* Words that anybody may use are worth less where they cannot mean that: a record's failure at the
 * login, the login's at a record, and no connection where an answer came. */
static int rank_for_stage(const struct paste_text *paste, struct failure *failure, int rank,
                          gsize at)
{
    const enum cause cause = failure_match(failure).cause;
    const bool login = failure->stage == STAGE_AUTHORIZE || failure->stage == STAGE_TOKEN;
    if (rank > RANK_WIRE || !failure->own)
        return rank;
    g_autofree char *words = g_strdup(failure->message);
    if (login && g_str_equal(failure->code, "access-words"))
        failure_say_own(failure, "AppAccessDenied", words);
    else if ((login && rank <= RANK_ANYBODY && cause_row(cause)->stage == STAGE_INSERT) ||
             (failure->stage == STAGE_INSERT && rank == RANK_TOPIC && cause == CAUSE_LOGIN_REFUSED))
        return RANK_WORDS_ONLY;
    else if (cause == CAUSE_CONNECT_FAILED && was_answered(paste, failure, at))
        return RANK_WORDS_ONLY;
    return rank;
}

/* Who issued a certificate that was not accepted: "issuer: O=Gate Inc." of cURL's and OpenSSL's
 * output. */
static void name_issuer(const struct paste_text *paste, struct failure *failure, gsize at)
{
    if (!failure->own || g_strcmp0(failure->code, "tls") != 0)
        return;
    g_autofree char *issuer =
        nearest("(?i)(\\bissuer ?[:=] ?[^\\n]{3,120})", paste->text, at, NULL);
    g_autofree char *seen = presentable(issuer, 120);
    if (seen != NULL && strstr(failure->message, seen) == NULL)
        failure_add(failure, seen);
}

/* Which server sent a page that tells nothing else. */
static void name_server(const struct paste_text *paste, struct failure *failure, gsize at)
{
    static const char line[] =
        "(?mi)^(?:[<*] ?)?((?:Server|Via|Proxy-Agent|X-Squid-Error): [^\\n]{1,80})";
    if (failure->own && g_strcmp0(failure->code, "html") == 0 && failure->named == NULL) {
        g_autofree char *seen = nearest(line, paste->text, at, NULL);
        failure->named = presentable(seen, 80);
    }
}

static void finding_free(gpointer data)
{
    struct finding *finding = data;
    failure_clear(&finding->failure);
    g_free(finding);
}

/* A batch of thousands of records fails with one code: the first tells as much as all of them. */
static gboolean says_the_same(gconstpointer a, gconstpointer b)
{
    const struct finding *first = a, *other = b;
    return first->rank == other->rank && first->cause == other->cause &&
           first->certainty == other->certainty && first->at <= other->at &&
           g_strcmp0(first->failure.code, other->failure.code) == 0;
}

/* What failed but was tried once more: nothing was lost yet. */
static bool is_retried(const char *text, gsize at)
{
    g_autofree char *near = paste_near_in_line(text, at);
    return strcasestr(near, "retrying") != NULL;
}

void paste_add(struct paste_text *paste, struct failure *failure, int rank, gsize at)
{
    struct finding *finding = g_new0(struct finding, 1);
    if (failure->stage != STAGE_MACHINE) {
        failure->stage = paste->stage != STAGE_ANY ? paste->stage : stage_near(paste->text, at);
        if (paste->status != 0)
            failure->status = paste->status;
        else if (failure->status == 0)
            failure->status = status_near(paste->text, at, NULL);
        if (failure->stage != STAGE_AUTHORIZE && failure->stage != STAGE_TOKEN) {
            failure->object = object_near(paste->text, at);
            failure->target = target_near(paste->text, at);
        }
    }
    name_issuer(paste, failure, at);
    name_server(paste, failure, at);
    look_at_words(paste, failure, at);
    rank = rank_for_stage(paste, failure, rank, at);
    finding->failure = *failure;
    finding->rank = rank;
    finding->at = at;
    memset(failure, 0, sizeof *failure);
    /* These codes ask for a retry but do not say why it failed. */
    struct match match = failure_match(&finding->failure);
    const char *said = finding->failure.message != NULL ? finding->failure.message : "";
    if (match.cause == CAUSE_SESSION_EXPIRED)
        finding->rank -= 5;
    else if (match.cause == CAUSE_LOGIN_REFUSED && match.certainty == CERTAINTY_LIKELY)
        finding->rank -= 3;
    else if (match.cause == CAUSE_AUTOMATION_FAILED && rank >= RANK_WORD &&
             strstr(said, "System.DmlException") != NULL) /* the code of a record is in it */
        finding->rank = strcmp(finding->failure.code, "APEX_ERROR") == 0 ? RANK_WORD - 1 : rank + 1;
    if (rank >= RANK_WORD && is_retried(paste->text, at))
        finding->rank--;
    finding->certainty = match.certainty;
    finding->cause = match.cause;
    if (g_ptr_array_find_with_equal_func(paste->findings, finding, says_the_same, NULL))
        finding_free(finding);
    else
        g_ptr_array_add(paste->findings, finding);
}

/* What the headers of a pasted answer tell of who sent it; NULL = nothing. A login's own redirects,
 * to a callback URL or to an identity provider, are none. */
static const char *header_code(const char *text, long status, char **ret_line)
{
    static const char away[] =
        "(?mi)^(?:< ?)?(Location: *(https?://[^/\\s]+)(?!\\S*[?&](?:code|error|SAMLRequest)=).*)";
    static const char carried[] =
        "(?mi)^(?:< ?)?((?:X-BlueCoat-)?Via: *+(?!\\S+ (?:vegur|varnish|\\S*cloudfront)).*"
        "|Server: *bigip.*)";
    g_autoptr(GMatchInfo) info = NULL;
    if (status / 100 == 3 && g_regex_match(regex_of(away), text, 0, &info)) {
        g_autofree char *origin = g_match_info_fetch(info, 2);
        *ret_line = g_match_info_fetch(info, 1);
        return salesforce_url_is_trusted(origin) ? NULL : "redirect-elsewhere";
    }
    if (status < 403 || status == 404 || !g_regex_match(regex_of(carried), text, 0, &info))
        return NULL;
    *ret_line = g_match_info_fetch(info, 1);
    return "passed-on";
}

/* Finds a bare HTTP status. The meaning of a 400, 403 or 404 is in the body, which was not pasted;
 * other statuses speak for themselves. */
void paste_find_status(struct paste_text *paste)
{
    gsize at = 0;
    long status = paste->status;
    if (status == 0)
        status = status_near(paste->text, strlen(paste->text), &at);
    g_autofree char *header = NULL;
    const char *code = header_code(paste->text, status, &header);
    if (status < 400 && code == NULL)
        return;
    struct failure failure = {.status = status};
    g_autofree char *line = paste_line_at(paste->text, at);
    if (code == NULL && status == 404 && target_near(paste->text, at) != FAILURE_OF_ANYTHING)
        code = "NOT_FOUND";
    if (code != NULL)
        failure_say_own(&failure, code, header != NULL ? header : line);
    else
        failure_say(&failure, NULL, line);
    const bool tells = code != NULL || (status != 400 && status != 403 && status != 404);
    paste_add(paste, &failure,
              header != NULL ? RANK_PAGE
              : tells        ? RANK_STATUS
                             : RANK_WORDS_ONLY,
              at);
}

/* ---- the choice ---- */

static int best_rank(const GPtrArray *findings)
{
    int best = RANK_NOTHING;
    for (guint i = 0; i < findings->len; i++)
        best = MAX(best, ((const struct finding *)findings->pdata[i])->rank);
    return best;
}

/* The address that a browser ends up on after a login, with an authorization code. */
static const char code_address[] =
    "(?i)(?:/OauthRedirect|oauth2/success)\\?(?:[^\\s]*&)?code=|[?&]code=aPrx";
static const char sounds_bad[] =
    "(?i)error|fail|exception|invalid|denied|refus|unable|cannot|could ?n[o']t"
    "|not |n't|\\bbut\\b|\\bno\\b|missing|expired|warn|problem|lost|wrong";

/* A browser that came back to this computer with a code, and something that failed: nothing
 * answered there. What the browser itself says of that is no failure of the way to Salesforce. */
static void find_listener(struct paste_text *paste)
{
    static const char came_back[] =
        "(?i)(?:https?://)?(?:localhost|127\\.0\\.0\\.1)[:/][^\\s]*[?&]code=";
    static const char browser_says[] =
        "(?i)ERR_CONNECTION_|ERR_EMPTY_RESPONSE|refused to connect|can.t (?:connect to|establish)"
        "|hat die Verbindung abgelehnt|n.autorise pas la conne|rechazó la conexión"
        "|odrzucił[ao]? połączenie|接続が拒否";
    const bool browser = regex_fits(browser_says, paste->text);
    if (!regex_fits(came_back, paste->text) || (!browser && !regex_fits(sounds_bad, paste->text)))
        return;
    struct failure failure = {0};
    g_autofree char *line = paste_line_at(paste->text, 0);
    failure_say_own(&failure, browser ? "no-listener" : "connect-words", line);
    paste_add(paste, &failure, browser ? RANK_PHRASE + 1 : RANK_TOPIC, 0);
}

/* Nothing but the address of a login page. */
static void find_login_page(struct paste_text *paste)
{
    static const char page[] = "(?i)\\A\\s*https://(?:login|test|[\\w-]+(?:\\.[\\w-]+)*\\.my)\\."
                               "salesforce\\.com/?(?:\\?ec=30[12]\\S*)?\\s*\\z";
    if (!regex_fits(page, paste->text))
        return;
    struct failure failure = {0};
    failure_say_own(&failure, "signin-page", paste->text);
    paste_add(paste, &failure, RANK_STATUS, 0);
}

static void find_all(struct paste_text *paste)
{
    paste_find_json(paste);
    paste_find_forms(paste);
    paste_find_markup(paste);
    paste_find_words(paste);
    paste_find_phrases(paste);
    paste_find_curl(paste);
    paste_find_status(paste);
    find_listener(paste);
    find_login_page(paste);
}

static bool same_failure(const struct failure *a, const struct failure *b)
{
    return (a->code != NULL && g_strcmp0(a->code, b->code) == 0) ||
           failure_match(a).cause == failure_match(b).cause;
}

/* Of two answers, the first that stands there, unless both say the same; else the surer one. */
static bool is_better(const struct finding *a, const struct finding *b)
{
    if (a->rank != b->rank)
        return a->rank > b->rank;
    if (a->rank < RANK_PHRASE || a->cause == b->cause)
        return a->certainty > b->certainty;
    return a->rank == RANK_PHRASE && a->at < b->at;
}

static struct finding *take_best(GPtrArray *findings)
{
    guint best = 0;
    for (guint i = 1; i < findings->len; i++)
        if (is_better(findings->pdata[i], findings->pdata[best]))
            best = i;
    return g_ptr_array_steal_index(findings, best);
}

/* Much weaker than the first: what programs make of it. A failure of the way is one of its own, and
 * a page's words are the page's. */
static bool is_made_of_it(const struct finding *finding, int first)
{
    const char *code = finding->failure.code == NULL ? "" : finding->failure.code;
    const bool of_the_way = finding->rank == RANK_WIRE && finding->certainty == CERTAINTY_CERTAIN;
    return (finding->rank < MIN(first, (int)RANK_WORD) - 5 && !of_the_way) ||
           (first == RANK_PAGE && finding->rank < first) ||
           (first >= RANK_LOOSE && g_str_has_suffix(code, "-page"));
}

/* The most specific first, each cause once. */
static void choose(GPtrArray *failures, GPtrArray *findings)
{
    int first = best_rank(findings);
    while (findings->len > 0 && failures->len < FAILURES) {
        g_autofree struct finding *finding = take_best(findings);
        bool known = failures->len > 0 && is_made_of_it(finding, first);
        for (guint i = 0; i < failures->len; i++)
            known = known || same_failure(failures->pdata[i], &finding->failure);
        if (known) {
            failure_clear(&finding->failure);
            continue;
        }
        g_ptr_array_add(failures, g_memdup2(&finding->failure, sizeof finding->failure));
    }
}

/* Whether the text shows a success. */
static bool shows_success(const char *text)
{
    static const char *const signs[] = {
        "(?i)\\A\\s*(?:Login History[^\\n]*|Status\\s*:?\\s*)?Success\\s*\\z",
        "\\A\\s*LOGIN_NO_ERROR\\s*\\z",
        "(?i)\"success\"\\s*:\\s*true",
        "(?i)\"access_token\"\\s*:",
        "\"totalSize\"\\s*:\\s*\\d+\\s*,\\s*\"done\"\\s*:",
        "(?i)<(?:\\w+:)?loginResponse\\b",
        "(?i)\\A\\s*HTTP/[0-9.]+\\s+20[0-9]\\b",
        "(?i)^< HTTP/[0-9.]+\\s+20[0-9]\\b",
    };
    /* what programs log, where nothing in the text sounds like a failure */
    static const char logged[] =
        "(?i)\\bsuccess(?:ful(?:ly)?)?\\b|\\b20[0-4] (?:OK|Created|No Content)\\b"
        "|\\btoken (?:was )?(?:refreshed|renewed|received)|\\bconnected to salesforce\\b"
        "|\\brecord created\\b|\\b(?:00Q|500)\\w{12,15} (?:was )?(?:created|inserted)";
    for (gsize i = 0; i < G_N_ELEMENTS(signs); i++)
        if (regex_fits(signs[i], text))
            return true;
    return (regex_fits(logged, text) || regex_fits(code_address, text)) &&
           !regex_fits(sounds_bad, text);
}

const char *explain_success(const char *text)
{
    g_autoptr(WipedText) plain = paste_plain(text, strlen(text));
    return regex_fits(code_address, plain)
               ? _("the login worked, and this address holds the authorization code. Paste it "
                   "where perch waits for it, at Authorize, within 15 minutes")
               : _("nothing in it failed");
}

static void add_unknown(GPtrArray *failures, const char *text, enum stage stage, long status)
{
    struct failure *failure = g_new0(struct failure, 1);
    *failure = (struct failure){.stage = stage, .status = status};
    if (status == 0)
        failure->status = status_near(text, strlen(text), NULL);
    g_autofree char *head = presentable(text, UNKNOWN_CHARACTERS);
    if (head != NULL && regex_fits("\\A[A-Z]+(?:_[A-Z]+)+\\z", head))
        failure_say(failure, head, NULL);
    else if (status == 0) /* neither a bare 403 nor words amid others tell anything */
        failure_say_own(failure, "bare-status", head);
    else
        failure_say(failure, NULL, head);
    g_ptr_array_add(failures, failure);
}

/* Only sentences without a code, or vague statuses: certainly a failure, but unknown which. */
static bool all_are_weak(GPtrArray *findings)
{
    for (guint i = 0; i < findings->len; i++)
        if (((const struct finding *)findings->pdata[i])->rank > RANK_WORDS_ONLY)
            return false;
    return true;
}

/* What users wrote into a record is no answer of Salesforce's. */
static char *without_records(const char *text)
{
    static const char record[] = "(\"attributes\"\\s*:\\s*\\{\\s*\"type\"\\s*:\\s*\"(?!\\w*(?:Log|"
                                 "Event|Error|Job|Result|History))"
                                 "\\w++\"[^{}]*+\\})[^{}]*+";
    return g_regex_replace(regex_of(record), text, -1, 0, "\\1", 0, NULL);
}

GPtrArray *explain_paste_all(const char *text, gsize length, enum stage stage, long status,
                             gsize *ret_left_out)
{
    GPtrArray *failures = g_ptr_array_new_with_free_func((GDestroyNotify)failure_free);
    g_autoptr(GPtrArray) findings = g_ptr_array_new_with_free_func(finding_free);
    gsize left_out;
    g_autoptr(WipedText) plain = paste_plain(text, length);
    g_autofree char *safe = redact(plain);
    g_autofree char *bare = without_records(safe);
    g_autofree char *variant = paste_digest(bare, &left_out);
    g_autofree char *shown = g_strdup(variant);
    guint layer = 0;
    if (ret_left_out != NULL)
        *ret_left_out = left_out;
    while (variant != NULL) {
        struct paste_text paste = {variant, stage, status, findings};
        find_all(&paste);
        if (best_rank(findings) < RANK_TOPIC && !shows_success(variant))
            paste_find_topics(&paste);
        if (best_rank(findings) >= RANK_LOOSE)
            break;
        char *next = paste_next_variant(variant, &layer);
        g_free(variant);
        variant = next == NULL ? NULL : redact(next);
        if (g_strcmp0(variant, next) != 0) { /* a secret that the quoting hid */
            g_free(shown);
            shown = g_strdup(variant);
        }
        wipe_free(next);
    }
    if (all_are_weak(findings)) {
        if (findings->len > 0 || !shows_success(shown))
            add_unknown(failures, shown, stage, status);
    } else {
        choose(failures, findings);
    }
    return failures;
}

bool explain_paste(struct failure *ret_failure, const char *text, gsize length, enum stage stage,
                   long status)
{
    g_autoptr(GPtrArray) all = explain_paste_all(text, length, stage, status, NULL);
    *ret_failure = (struct failure){0};
    if (all->len == 0)
        return false;
    struct failure *first = all->pdata[0];
    *ret_failure = *first;
    memset(first, 0, sizeof *first);
    return true;
}
