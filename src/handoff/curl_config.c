/* SPDX-License-Identifier: MIT */
#include "flow.h"

/* The token request as a file for curl --config: no secret in arguments or in .netrc. */

static void add_setting(SecretBuf *out, const char *name, const char *value)
{
    secret_buf_add(out, name);
    secret_buf_add(out, " = \"");
    for (const char *p = value; *p != '\0'; p++) {
        if (*p == '"' || *p == '\\')
            secret_buf_add(out, "\\");
        secret_buf_add_len(out, p, 1);
    }
    secret_buf_add(out, "\"\n");
}

bool write_curl_config(const struct flow_source *source, SecretBuf *out, GError **error)
{
    g_autoptr(GPtrArray) items = flow_values(source);
    g_autoptr(Secret) body = flow_token_body(source);
    if (!flow_needs_no_signature(source, error))
        return false;
    secret_buf_add(out, "# An access token as JSON: curl --config THIS-FILE\n");
    add_setting(out, "url", flow_value(items, "token_url"));
    add_setting(out, "data", secret_peek(body));
    secret_buf_add(out, "silent\nshow-error\nfail-with-body\n");
    return true;
}
