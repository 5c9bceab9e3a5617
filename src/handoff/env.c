/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "flow.h"
#include "perch/base/text.h"

/* The values as variables, one per line, in the forms that programs read. Each form refuses values
 * that its readers do not all read alike. */

/* Whether a value cannot be put in single quotes. */
static bool quotes_cannot_hold(const char *value)
{
    return strpbrk(value, "'\\") != NULL || strstr(value, "${") != NULL || !text_is_clean(value);
}

/* Docker, kubectl and podman take everything after the equals sign literally; others (Compose,
 * dotenv) interpret quotes, variables and comments, and strip blanks. */
static bool bare_cannot_hold(const char *value)
{
    gsize length = strlen(value);
    return strpbrk(value, "'\"`\\$#") != NULL || !text_is_clean(value) ||
           (length > 0 && (value[0] == ' ' || value[length - 1] == ' '));
}

static bool fish_cannot_hold(const char *value)
{
    return !text_is_clean(value);
}

struct style {
    const char *remark, *before, *equals, *after;
    const char *escaped; /* characters to escape with a backslash */
    bool (*cannot_hold)(const char *value);
    const char *refusal; /* translated later */
};

static const struct style sh = {
    "For a shell: set -a; . ./FILE; set +a",
    "",
    "='",
    "'\n",
    "",
    quotes_cannot_hold,
    N_("Its value contains a quote, a backslash, ${ or a control character, which programs read "
       "differently from an env file. Use --format json."),
};
static const struct style bare = {
    "For docker run --env-file FILE, kubectl create secret generic NAME --from-env-file=FILE",
    "",
    "=",
    "\n",
    "",
    bare_cannot_hold,
    N_("Its value contains a quote, a backslash, $, #, a control character, or a space at either "
       "end, which programs read differently from an env file without quotes. Use --format "
       "k8s-secret or json."),
};
static const struct style fish = {
    "For fish: source FILE",
    "set -gx ",
    " '",
    "'\n",
    "'\\",
    fish_cannot_hold,
    N_("Its value contains a control character. Use --format json."),
};

static void add_value(const struct style *style, const char *value, SecretBuf *out)
{
    while (*value != '\0') {
        gsize plain = strcspn(value, style->escaped);
        secret_buf_add_len(out, value, plain);
        value += plain;
        if (*value == '\0')
            break;
        secret_buf_add(out, "\\");
        secret_buf_add_len(out, value++, 1);
    }
}

static bool write_lines(const struct flow_source *source, const struct style *style, SecretBuf *out,
                        GError **error)
{
    g_autoptr(GPtrArray) items = flow_values(source);
    secret_buf_add(out, "# Secrets of a Salesforce connection. ");
    secret_buf_add(out, style->remark);
    secret_buf_add(out, "\n");
    for (guint i = 0; i < items->len; i++) {
        const struct handoff_item *item = items->pdata[i];
        g_autofree char *key = flow_env_key(item->id);
        g_autoptr(Secret) line = flow_key_line(item->value);
        const char *value = secret_peek(line != NULL ? line : item->value);
        if (style->cannot_hold(value)) {
            g_set_error(error, PERCH_ERROR, PERCH_ERROR_INPUT, "%s: %s", key, _(style->refusal));
            return false;
        }
        secret_buf_add(out, style->before);
        secret_buf_add(out, key);
        secret_buf_add(out, style->equals);
        add_value(style, value, out);
        secret_buf_add(out, style->after);
    }
    return true;
}

bool write_env(const struct flow_source *source, SecretBuf *out, GError **error)
{
    return write_lines(source, &sh, out, error);
}

/* The same lines for programs that take the whole file. */
static bool write_env_for(const char *remark, const struct flow_source *source, SecretBuf *out,
                          GError **error)
{
    struct style style = sh;
    style.remark = remark;
    return write_lines(source, &style, out, error);
}

bool write_github(const struct flow_source *source, SecretBuf *out, GError **error)
{
    return write_env_for("For GitHub Actions: gh secret set -f FILE", source, out, error);
}

bool write_container(const struct flow_source *source, SecretBuf *out, GError **error)
{
    return write_env_for("For podman secret create NAME FILE; in the container: set -a; "
                         ". /run/secrets/NAME",
                         source, out, error);
}

bool write_env_file(const struct flow_source *source, SecretBuf *out, GError **error)
{
    return write_lines(source, &bare, out, error);
}

bool write_fish(const struct flow_source *source, SecretBuf *out, GError **error)
{
    return write_lines(source, &fish, out, error);
}
