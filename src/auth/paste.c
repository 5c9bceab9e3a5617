/* SPDX-License-Identifier: MIT */
#include "perch/auth/oauth.h"

#include <string.h>

#include "perch/base/text.h"
#include "perch/base/typed.h"

enum { PASTE_MAX = 64 * 1024, CODE_MIN = 16, CODE_MAX = 4096, LAYERS = 4 };

/* Things that people paste by mistake, recognised by Salesforce's formats. */
static const struct lookalike {
    const char *prefix;
    const char *inside; /* NULL = anything */
    const char *problem;
} lookalikes[] = {
    {"00D", "!",
     N_("This is an access token, not a code. Keep it secret, and paste the address that the "
        "browser ends up on.")},
    {"5Aep", NULL,
     N_("This is a refresh token, not a code. Keep it secret, and paste the address that the "
        "browser ends up on.")},
    {"3MVG9", NULL,
     N_("This is a consumer key: it belongs in the previous step. Paste the address that the "
        "browser ends up on.")},
    {"eyJ", ".",
     N_("This is a token, not a code. Keep it secret, and paste the address that the browser "
        "ends up on.")},
};

/* Pages at which a login stops, by what is in their address, and the error that each is. */
static const struct stop {
    const char *inside;
    const char *error;
    const char *description;
} stops[] = {
    {"/_ui/identity/verification/", "verification-page",
     N_("The browser stopped at a page that asks for a second factor.")},
    {"/identity/saml/SamlError", "sso-page",
     N_("The browser stopped at Salesforce's page for failed single sign-on.")},
};

static const char login_page[] =
    N_("This is the login page. Log in and press Allow, then paste the address that the browser "
       "ends up on.");
static const char sign_on_page[] =
    N_("This is your company's sign-on page. Log in there and press Allow, then paste the address "
       "that the browser ends up on.");
static const char other_page[] =
    N_("Salesforce asks for something else first. Answer that page and press Allow, then paste the "
       "address that the browser ends up on.");

/* Addresses without a code, by their parameters. The first match provides the sentence. */
static const struct page {
    const char *inside;
    const char *problem;
} pages[] = {
    {"/secur/frontdoor.jsp",
     N_("This link logs in whoever has it: keep it secret. Paste the address that the browser ends "
        "up on after you pressed Allow.")},
    {"/_ui/system/security/", other_page}, /* ChangePassword */
    {"/_ui/identity/phone/", other_page},  /* AddPhoneNumber */
    {"SAMLRequest=", sign_on_page},
    {"://login.microsoftonline.com/", sign_on_page},
    {".okta.com/", sign_on_page},
    {"startURL=", login_page},
    {"response_type=",
     N_("This is the address to open, not the one to paste. Open it, log in and press Allow; then "
        "paste the address that the browser ends up on.")},
    {"client_id=",
     N_("This is the address to open, not the one to paste. Open it, log in and press Allow; then "
        "paste the address that the browser ends up on.")},
    {"access_token=",
     N_("This address contains a token instead of a code. Open the address that perch shows, and "
        "paste the address that the browser ends up on.")},
    {"RemoteAccessAuthorizationPage",
     N_("The browser is asking for your permission. Press Allow, then paste the address that it "
        "ends up on.")},
    {"/setup/secur/RemoteAccess",
     N_("There is no code in this address. Press Allow in the browser first, then paste the "
        "address that it ends up on.")},
    {"/lightning/",
     N_("This is a page of your org. Open the address that perch shows, press Allow, and paste the "
        "address that the browser ends up on.")},
    {"?ec=", login_page},
    {"Login | Salesforce", login_page}, /* its title */
    {"://login.salesforce.com", login_page},
    {"://test.salesforce.com", login_page},
    {"://", N_("There is no code in this address. Paste the whole address that the browser shows "
               "after you pressed Allow.")},
};

static bool is_quote(gunichar c)
{
    return (c > 0 && c < 128 && strchr("\"'`<>", (int)c) != NULL) || c == 0x201C || c == 0x201D ||
           c == 0x2018 || c == 0x2019 || c == 0xAB || c == 0xBB;
}

static void drop_blanks(SecretBuf *buf)
{
    while (buf->length > 0 && buf->text[buf->length - 1] == ' ')
        buf->text[--buf->length] = '\0';
}

/*
 * The text on one line: terminals break and indent long lines, so line breaks are removed with the
 * blanks around them. So are other control and invisible characters, and quotes around the whole.
 */
static SecretBuf *tidy(const char *text)
{
    SecretBuf *out = secret_buf_new();
    bool skip_blanks = true;
    for (const char *p = text; *p != '\0';) {
        gunichar c = g_utf8_get_char_validated(p, -1);
        bool valid = c != (gunichar)-1 && c != (gunichar)-2;
        const char *next = valid ? g_utf8_next_char(p) : p + 1;
        bool is_break = valid && (c == '\n' || c == '\r');
        bool is_blank = valid && (c == ' ' || c == '\t' || c == 0xA0);
        if (is_break) {
            drop_blanks(out);
            if (out->length > 0 && out->text[out->length - 1] == '\\') /* a shell's */
                out->text[--out->length] = '\0';
            skip_blanks = true;
        } else if (c >= 0x2500 && c <= 0x259F) {
            /* the frame of a box on a screen */
        } else if (is_blank) {
            if (!skip_blanks)
                secret_buf_add(out, " ");
        } else if (valid && !g_unichar_iscntrl(c) && g_unichar_type(c) != G_UNICODE_FORMAT &&
                   !(out->length == 0 && is_quote(c))) {
            secret_buf_add_len(out, p, (gsize)(next - p));
            skip_blanks = false;
        }
        p = next;
    }
    drop_blanks(out);
    for (char *last; out->length > 0; out->length = (gsize)(last - out->text)) {
        last = g_utf8_find_prev_char(out->text, out->text + out->length);
        if (last == NULL || !(is_quote(g_utf8_get_char(last)) || *last == ' '))
            break;
        *last = '\0';
    }
    return out;
}

static bool is_mark(char c, const char *marks)
{
    return c != '\0' && strchr(marks, c) != NULL;
}

/* Bytes between name and value: "=", or as browsers and JSON show it, name: value, "name":"value";
 * 0 = something else. */
static gsize sign_length(const char *text, bool quoted)
{
    if (*text == '=')
        return 1 + is_mark(text[1], "\"'`");
    const char *p = text + (quoted && *text == '"');
    p += strspn(p, " ");
    if (*p++ != ':')
        return 0;
    p += strspn(p, " ");
    return (gsize)(p + is_mark(*p, "\"'`") - text);
}

/* The raw value of name= in an address, a query, a page's text or a browser's list; NULL when
 * missing. */
static char *raw_param(const char *text, const char *name)
{
    bool may_be_listed = g_str_equal(name, "code") || g_str_equal(name, "state");
    for (const char *p = strstr(text, name); p != NULL; p = strstr(p + 1, name)) {
        bool starts = p == text || is_mark(p[-1], "?&# ;>\"'=");
        const char *end = p + strlen(name);
        bool quoted = p > text && p[-1] == '"' && *end == '"';
        gsize sign = *end == '=' || quoted || may_be_listed ? sign_length(end, quoted) : 0;
        if (starts && sign > 0)
            return g_strndup(end + sign, strcspn(end + sign, "&#\"'`<>)]|\\"));
    }
    return NULL;
}

/* The same, percent-decoded once; if words, '+' is a blank. */
static char *param(const char *text, const char *name, bool words)
{
    g_autoptr(WipedText) raw = raw_param(text, name);
    if (raw == NULL)
        return NULL;
    if (words)
        g_strdelimit(raw, "+", ' ');
    char *value = g_uri_unescape_string(raw, NULL);
    return value == NULL && words ? g_steal_pointer(&raw) : value;
}

static void remove_all(char *text, char unwanted)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++)
        if (*from != unwanted)
            *to++ = *from;
    wipe(to, strlen(to));
    *to = '\0';
}

static bool is_all_of(const char *text, const char *more)
{
    for (const char *p = text; *p != '\0'; p++)
        if (!g_ascii_isalnum(*p) && strchr(more, *p) == NULL)
            return false;
    return *text != '\0';
}

/* A consumer secret: 64 hexadecimal digits, or 16 to 20 digits in old apps. */
static bool looks_like_secret(const char *text)
{
    gsize length = strlen(text);
    gsize hex = strspn(text, "0123456789ABCDEF"), digits = strspn(text, "0123456789");
    return (length == 64 && hex == 64) || (length >= 16 && length <= 20 && digits == length);
}

/* Base64 of a text, an address or JSON: no code, whose bytes are random. */
static bool holds_text(const char *code)
{
    g_autoptr(WipedText) text = typed_base64(code);
    return text != NULL;
}

/* The two forms of Salesforce's codes (struct paste). */
static bool is_whole(const char *code)
{
    static const struct {
        gsize length, padding;
    } forms[] = {{76, 2}, {96, 1}};
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++)
        if (strlen(code) == forms[i].length &&
            strcspn(code, "=") == forms[i].length - forms[i].padding)
            return true;
    return false;
}

/* A bare code has to look like one: Salesforce's begin with aPrx and end with = or ==. */
static bool is_bare_code(const char *text)
{
    gsize length = strlen(text);
    return length >= CODE_MIN && length <= CODE_MAX && is_all_of(text, "._~+/=-") &&
           (g_str_has_prefix(text, "aPrx") || (g_str_has_suffix(text, "=") && !holds_text(text)));
}

static void nothing(struct paste *paste, const char *problem)
{
    paste->kind = PASTE_NOTHING;
    paste->problem = problem;
}

static void take_state(struct paste *paste, const char *text, const Secret *state)
{
    g_autoptr(WipedText) carried = param(text, "state", false);
    if (carried == NULL)
        return;
    remove_all(carried, '='); /* a letter's soft line break */
    /* Text appended by the person does not make it another state: nobody else knows ours. */
    g_autoptr(WipedText) head = g_strndup(carried, state == NULL ? 0 : strlen(secret_peek(state)));
    paste->has_state = true;
    paste->state_matches = state != NULL && *head != '\0' && secret_equal_text(state, head);
}

static bool take_error(struct paste *paste, const char *error, const char *description)
{
    if (error == NULL || *error == '\0')
        return false;
    paste->kind = PASTE_ERROR;
    paste->error = text_clean(error);
    paste->description = text_clean(description);
    return true;
}

/* Salesforce's codes end in = or ==; what follows is not part of the code. */
static void end_at_padding(char *code)
{
    gsize length = strcspn(code, "=");
    length += strspn(code + length, "=");
    wipe(code + length, strlen(code + length));
    code[length] = '\0';
}

/* Truncated, abbreviated by a program, or words: never to be posted. */
static bool is_stump(const char *code)
{
    return !g_str_has_suffix(code, "=") || strlen(code) < CODE_MIN ||
           (!is_whole(code) && typed_is_stump(code));
}

static void take_code(struct paste *paste, const char *code)
{
    paste->kind = PASTE_CODE;
    paste->code = secret_new(code);
    if (!is_whole(code))
        paste->problem = _(
            "This code does not have the length of Salesforce's codes: a part is missing, or other "
            "text got into it. Copy the whole address from the browser again. If it stays the "
            "same, paste it once more: then perch uses it.");
}

/* The code that is encoded in raw, where every '=' of its own is %3D and any other one a letter's
 * soft line break; else raw has them as they are. */
static char *decode_code(const char *raw)
{
    g_autoptr(WipedText) joined = g_strdup(raw);
    if (strchr(raw, '%') != NULL)
        remove_all(joined, '=');
    char *code = g_uri_unescape_string(joined, NULL);
    if (code != NULL && strchr(code, '=') != NULL)
        return code;
    wipe_free(code);
    return g_uri_unescape_string(raw, NULL);
}

static bool take_code_param(struct paste *paste, const char *text)
{
    g_autoptr(WipedText) raw = raw_param(text, "code");
    if (raw == NULL || *raw == '\0')
        return false;
    remove_all(raw, ' ');
    g_autoptr(WipedText) code = decode_code(raw);
    if (code != NULL)
        end_at_padding(code);
    if (code == NULL || strlen(code) > CODE_MAX || !is_all_of(code, "._~+/=-!*"))
        nothing(paste, _("The code in this address is damaged. Copy the whole address from the "
                         "browser again."));
    else if (is_stump(code))
        nothing(paste, _("The code in this address is cut off: a whole one has 76 characters or "
                         "more and ends in = or %3D. Copy the whole address from the browser "
                         "again."));
    else
        take_code(paste, code);
    return true;
}

/* The code in a text like "the code is aPrx… ==", blanks and percent signs undone; or NULL. */
static char *dig_out_code(const char *text)
{
    const char *start = strstr(text, "aPrx");
    g_autoptr(WipedText) joined = g_strdup(start == NULL ? text : start);
    remove_all(joined, ' ');
    char *code = g_uri_unescape_string(joined, NULL);
    if (code != NULL && start != NULL)
        end_at_padding(code);
    return code;
}

static bool take_bare_code(struct paste *paste, const char *text)
{
    g_autoptr(WipedText) code = dig_out_code(text);
    if (code == NULL)
        return false;
    for (gsize i = 0; i < G_N_ELEMENTS(lookalikes); i++) {
        const struct lookalike *like = &lookalikes[i];
        if (g_str_has_prefix(code, like->prefix) &&
            (like->inside == NULL || strstr(code, like->inside) != NULL)) {
            nothing(paste, _(like->problem));
            return true;
        }
    }
    if (looks_like_secret(code)) {
        nothing(paste, _("This looks like a consumer secret: it belongs in the previous step. "
                         "Paste the address that the browser ends up on."));
        return true;
    }
    if (g_str_has_prefix(code, "aPrx") && is_stump(code) && strlen(code) >= CODE_MIN) {
        nothing(paste, _("This code is cut off: a whole one has 76 characters or more and ends in "
                         "=. Copy the whole address from the browser again."));
        return true;
    }
    if (!is_bare_code(code))
        return false;
    take_code(paste, code);
    return true;
}

/* A JSON answer that someone copied from another program. */
static bool take_json(struct paste *paste, const char *text)
{
    if (*text != '{')
        return false;
    g_autoptr(Json) json = json_parse(text, strlen(text), NULL);
    if (take_error(paste, json_get_string(json, "error"),
                   json_get_string(json, "error_description")))
        return true;
    if (json_get_string(json, "access_token") == NULL)
        return false;
    nothing(paste, _("This is the answer to a code that was already used. Keep it secret, open "
                     "the address that perch shows, and paste the address that the browser ends "
                     "up on."));
    return true;
}

/* Text of Salesforce's error page: "OAUTH_EC_APP_NOT_FOUND : External client app is not ...". */
static bool take_page_text(struct paste *paste, const char *text)
{
    const char *word = strstr(text, "OAUTH_");
    if (word == NULL)
        return false;
    gsize length = strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
    g_autofree char *error = g_strndup(word, length);
    const char *rest = word + length;
    return take_error(paste, error, rest + strspn(rest, " :-"));
}

static bool take_stop(struct paste *paste, const char *text)
{
    for (gsize i = 0; i < G_N_ELEMENTS(stops); i++)
        if (strstr(text, stops[i].inside) != NULL)
            return take_error(paste, stops[i].error, _(stops[i].description));
    return false;
}

static bool take_error_params(struct paste *paste, const char *text)
{
    g_autofree char *error = param(text, "error", true);
    g_autofree char *description = param(text, "error_description", true);
    return take_error(paste, error, description);
}

static void take_nothing(struct paste *paste, const char *text)
{
    for (gsize i = 0; i < G_N_ELEMENTS(pages); i++)
        if (strstr(text, pages[i].inside) != NULL) {
            nothing(paste, _(pages[i].problem));
            paste->unread = i == G_N_ELEMENTS(pages) - 1;
            return;
        }
    paste->unread = true;
    nothing(paste, _("This is neither an address nor a code. Paste the whole address that the "
                     "browser shows after you pressed Allow."));
}

static void replace_all(SecretBuf *buf, const char *pattern, const char *with)
{
    g_autoptr(WipedText) text = text_replace(buf->text, pattern, with);
    secret_buf_clear(buf);
    secret_buf_add(buf, text);
}

/* Quoted-printable, as in emails: "code=3DaPrx...". Its soft line breaks are already gone, except
 * for the '='. Some programs have undone the names' =3D, but not the padding's. */
static void unquote_printable(SecretBuf *buf)
{
    if (strstr(buf->text, "code=3D") == NULL && strstr(buf->text, "error=3D") == NULL &&
        strstr(buf->text, "=3D=3D") == NULL)
        return;
    replace_all(buf, "(?i)(?<![?&]code|[?&]state|[?&]error)=(?!3D)", "");
    replace_all(buf, "(?i)=3D", "=");
}

static void parse_one(struct paste *ret_paste, const char *text, const Secret *state)
{
    *ret_paste = (struct paste){.kind = PASTE_NOTHING};
    if (take_json(ret_paste, text))
        return;
    take_state(ret_paste, text, state);
    if (take_error_params(ret_paste, text) || take_code_param(ret_paste, text) ||
        take_page_text(ret_paste, text) || take_stop(ret_paste, text))
        return;
    bool may_be_bare = strstr(text, "://") == NULL || strstr(text, "aPrx") != NULL;
    if (!may_be_bare || !take_bare_code(ret_paste, text))
        take_nothing(ret_paste, text);
}

/* What of several readings counts: ours before one without a state before another login's; a stump
 * of ours is asked for again, whatever else was pasted. */
enum { RANK_STATELESS = 5, RANK_BEST = 9 };
static int rank(const struct paste *paste, const char *text)
{
    const int found = paste->kind == PASTE_NOTHING ? 0 : paste->problem != NULL ? 1 : 2;
    if (paste->state_matches)
        return RANK_BEST - 2 + found;
    if (paste->has_state)
        return 1 + found;
    g_autoptr(WipedText) code = raw_param(text, "code");
    return found > 0 ? RANK_STATELESS - 1 + found : code != NULL ? RANK_STATELESS - 1 : 0;
}

static void keep_better(struct paste *best, int *rank_of_best, const char *text,
                        const Secret *state)
{
    struct paste paste;
    parse_one(&paste, text, state);
    const int rank_of_this = rank(&paste, text);
    if (rank_of_this <= *rank_of_best) {
        paste_clear(&paste);
        return;
    }
    *rank_of_best = rank_of_this;
    paste_clear(best);
    *best = paste;
}

/* Each address in the text alone, so that one's code does not meet another one's state; then the
 * whole. */
static void read_each(struct paste *best, int *rank_of_best, const char *text, const Secret *state)
{
    const char *start = NULL;
    for (const char *p = text; (p = strstr(p, "://")) != NULL; p++) {
        const char *scheme = p;
        while (scheme > text && g_ascii_isalnum(scheme[-1]))
            scheme--;
        if (start != NULL && start < scheme) {
            g_autoptr(WipedText) one = g_strndup(start, (gsize)(scheme - start));
            keep_better(best, rank_of_best, one, state);
        }
        start = scheme;
    }
    if (start != NULL)
        keep_better(best, rank_of_best, start, state);
    if (*rank_of_best < RANK_STATELESS)
        keep_better(best, rank_of_best, text, state);
}

/* Other ways to write a query's parameters: of programs, tables, lists and XML. */
static char *as_query(const char *text)
{
#define QUOTES "\\\\*[\"'`]?"
    static const char *const forms[] = {
        "(?im)(^|[\\s{,(|])(?!\"\\w+\"\\s*:)" QUOTES "\\[?(code|state)\\]?" QUOTES
        "[ \t]*(?:=>|[:=|\xE2\x94\x82\t])[ \t]*\\[?" QUOTES,
        "(?im)^()[ \t]*(code|state):?[ \t]*\r?\n[ \t]*(?=\\S+\\s*$)(?!\\S*://)",
        "(?i)()<(code|state)>\\s*",
    };
    char *query = g_strdup(text);
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autoptr(WipedText) before = query;
        query = text_replace(before, forms[i], "\\1&\\L\\2\\E=");
    }
    return query;
}

/* The one whole code in a text that names none, whatever stands around it. */
static void take_lone_code(struct paste *paste, const char *text)
{
    if (paste->has_state || paste->kind == PASTE_ERROR ||
        (paste->kind == PASTE_CODE && paste->problem == NULL))
        return;
    g_autoptr(WipedText) found = typed_match(
        text, "(?<![\\w.+/~-])(?:[\\w.-]{74}(?:(?i)=|%3D){2}|[\\w.-]{95}(?:(?i)=|%3D))(?![\\w=%])");
    g_autoptr(WipedText) code = found == NULL ? NULL : g_uri_unescape_string(found, NULL);
    if (code == NULL || holds_text(code))
        return;
    paste_clear(paste);
    take_code(paste, code);
}

void paste_parse(struct paste *ret_paste, const char *text, const Secret *state)
{
    *ret_paste = (struct paste){.kind = PASTE_NOTHING};
    if (text != NULL && strlen(text) > PASTE_MAX) {
        nothing(ret_paste, _("This is too long to be an address or a code."));
        return;
    }
    g_autoptr(WipedText) plain = typed_unmarked(text == NULL ? "" : text);
    g_autoptr(WipedText) query = as_query(plain);
    g_autoptr(SecretBuf) buf = tidy(query);
    /* of a page's source, of an East Asian keyboard, of Windows' command line */
    replace_all(buf, "(?i)&(?:amp;)+|\xEF\xBC\x86", "&");
    replace_all(buf, "\\^", "");
    unquote_printable(buf);
    if (buf->length == 0) {
        nothing(ret_paste, _("Nothing was pasted."));
        return;
    }
    int best = -1;
    char *reading = g_strdup(buf->text);
    for (int layer = 0; reading != NULL && layer < LAYERS && best < RANK_BEST; layer++) {
        g_autoptr(WipedText) outer = reading;
        read_each(ret_paste, &best, outer, state);
        reading = typed_unwrap(outer);
    }
    wipe_free(reading);
    take_lone_code(ret_paste, plain);
}

void paste_clear(struct paste *paste)
{
    secret_unref(paste->code);
    g_free(paste->error); /* NOLINT(clang-analyzer-unix.Malloc): it loses track of copied structs */
    g_free(paste->description);
    *paste = (struct paste){0};
}
