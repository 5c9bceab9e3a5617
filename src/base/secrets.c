/* SPDX-License-Identifier: MIT */
#include "perch/base/secrets.h"

#include <string.h>

#include "perch/base/error.h"
#include "perch/base/json.h"
#include "perch/base/text.h"

enum { ITEM_VERSION = 1 };

/* Everything in an item, by type, with the part it belongs to: the writer, the reader, the
 * comparison and the merge follow these lists. */
#define SECRET_MEMBERS(X)            \
    X(client_secret, SECRETS_APP)    \
    X(private_key, SECRETS_APP)      \
    X(refresh_token, SECRETS_TOKENS) \
    X(access_token, SECRETS_TOKENS)

#define TIME_MEMBERS(X)          \
    X(issued_at, SECRETS_TOKENS) \
    X(good_until, SECRETS_TOKENS)

static const char *const known_keys[] = {"version", "connection", "instance_url",
#define X(member, part) #member,
                                         SECRET_MEMBERS(X) TIME_MEMBERS(X)
#undef X
};

void secrets_clear(struct secrets *secrets)
{
#define X(member, part) secret_unref(secrets->member);
    SECRET_MEMBERS(X)
#undef X
    wipe_free(secrets->instance_url);
    memset(secrets, 0, sizeof *secrets);
}

void secrets_copy(struct secrets *to, const struct secrets *from)
{
    *to = *from;
#define X(member, part) secret_ref(to->member);
    SECRET_MEMBERS(X)
#undef X
    to->instance_url = g_strdup(from->instance_url);
}

void secrets_merge(struct secrets *to, const struct secrets *from, guint parts)
{
#define X(member, part) \
    if (parts & (part)) \
        secret_set(&to->member, from->member);
    SECRET_MEMBERS(X)
#undef X
    if (!(parts & SECRETS_TOKENS))
        return;
    char *instance_url = g_strdup(from->instance_url);
    wipe_free(to->instance_url);
    to->instance_url = instance_url;
#define X(member, part) to->member = from->member;
    TIME_MEMBERS(X)
#undef X
}

bool secrets_equal(const struct secrets *a, const struct secrets *b)
{
    bool same = g_strcmp0(a->instance_url, b->instance_url) == 0;
    /* No short cut: every comparison runs, whatever the result of the others. */
#define X(member, part) same = secret_equal(a->member, b->member) & same;
    SECRET_MEMBERS(X)
#undef X
#define X(member, part) same = (a->member == b->member) & same;
    TIME_MEMBERS(X)
#undef X
    return same;
}

bool secrets_are_good(const struct secrets *secrets, gint64 now_ms)
{
    /* A token from the future: the clock was set back, so its age is unknown. */
    return secrets->access_token != NULL && now_ms >= secrets->issued_at &&
           now_ms < secrets->good_until;
}

Secret *secrets_to_item(const struct secrets *secrets, const char *name)
{
    g_autoptr(Json) json = json_object();
    json_set_int(json, "version", ITEM_VERSION);
    json_set_string(json, "connection", name);
#define X(member, part)          \
    if (secrets->member != NULL) \
        json_set_string(json, #member, secret_peek(secrets->member));
    SECRET_MEMBERS(X)
#undef X
    if (secrets->instance_url != NULL)
        json_set_string(json, "instance_url", secrets->instance_url);
#define X(member, part) json_set_int(json, #member, secrets->member);
    TIME_MEMBERS(X)
#undef X
    g_autoptr(WipedText) text = json_print(json);
    return secret_new(text);
}

bool secrets_token_is_plain(const char *text)
{
    for (const char *p = text; *p != '\0'; p++)
        if (!g_ascii_isgraph(*p))
            return false;
    return true;
}

static bool is_known(const char *key)
{
    for (gsize i = 0; i < G_N_ELEMENTS(known_keys); i++)
        if (strcmp(known_keys[i], key) == 0)
            return true;
    return false;
}

static const char not_ours[] = N_("The keyring item was not written by perch. Authorize again.");

/* An item with unknown keys is refused: saving over it would lose what a newer perch put there. */
static bool is_ours(const Json *json, GError **error)
{
    if (!json_is_object(json) || json_get_int(json, "version", 0) < 1) {
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_STORE_DAMAGED, _(not_ours));
        return false;
    }
    bool newer = json_get_int(json, "version", 0) > ITEM_VERSION;
    JSON_FOREACH(value, json)
    {
        newer |= !is_known(json_key(value));
    }
    if (newer)
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_STORE_NEWER,
                            _("The keyring item was written by a newer perch. Update perch."));
    return !newer;
}

char *secrets_item_name(const Secret *item)
{
    g_autoptr(Json) json = json_parse(secret_peek(item), secret_length(item), NULL);
    return g_strdup(json_get_string(json, "connection"));
}

bool secrets_from_item(const Secret *item, struct secrets *ret_secrets, GError **error)
{
    g_autoptr(Json) json = json_parse(secret_peek(item), secret_length(item), NULL);
    if (!is_ours(json, error))
        return false;
    static const char *const tokens[] = {"refresh_token", "access_token"};
    for (gsize i = 0; i < G_N_ELEMENTS(tokens); i++) {
        const char *token = json_get_string(json, tokens[i]);
        if (token == NULL || secrets_token_is_plain(token))
            continue;
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_STORE_DAMAGED, _(not_ours));
        return false;
    }
    memset(ret_secrets, 0, sizeof *ret_secrets);
#define X(member, part) ret_secrets->member = secret_new(json_get_string(json, #member));
    SECRET_MEMBERS(X)
#undef X
    ret_secrets->instance_url = g_strdup(json_get_string(json, "instance_url"));
#define X(member, part) ret_secrets->member = json_get_int(json, #member, 0);
    TIME_MEMBERS(X)
#undef X
    return true;
}
