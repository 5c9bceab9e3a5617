/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "flow.h"
#include "perch/base/text.h"

/*
 * A Kubernetes Secret (v1, Opaque) as YAML. The values are base64, so that YAML's quoting rules do
 * not matter; the keys are names of environment variables, so that envFrom accepts all of them
 * (kubernetes.io/docs: Secrets, Object Names).
 */

enum { SECRET_MAX = 1024 * 1024 };

/* A DNS label made of the connection's name: lower case, letters, digits and '-'. */
static char *object_label(const char *name)
{
    GString *label = g_string_new("salesforce-");
    for (const char *p = name; *p != '\0'; p++)
        g_string_append_c(label, g_ascii_isalnum(*p) ? g_ascii_tolower(*p) : '-');
    while (label->str[label->len - 1] == '-')
        g_string_truncate(label, label->len - 1);
    return g_string_free(label, FALSE);
}

bool write_k8s(const struct flow_source *source, SecretBuf *out, GError **error)
{
    g_autoptr(GPtrArray) items = flow_values(source);
    g_autofree char *label = object_label(source->connection->name);
    gsize total = 0;
    secret_buf_add(out, "# Secrets of a Salesforce connection: base64 hides nothing.\n"
                        "# kubectl apply --server-side -f THIS-FILE\n"
                        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: ");
    secret_buf_add(out, label);
    secret_buf_add(out, "\ntype: Opaque\ndata:\n");
    for (guint i = 0; i < items->len; i++) {
        const struct handoff_item *item = items->pdata[i];
        const guchar *bytes = (const guchar *)secret_peek(item->value);
        g_autofree char *key = flow_env_key(item->id);
        g_autoptr(WipedText) base64 = g_base64_encode(bytes, secret_length(item->value));
        total += secret_length(item->value);
        secret_buf_add(out, "  ");
        secret_buf_add(out, key);
        secret_buf_add(out, ": ");
        secret_buf_add(out, base64);
        secret_buf_add(out, "\n");
    }
    if (total > SECRET_MAX) {
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                            _("The values are too large for a Kubernetes Secret (1 MiB)."));
        return false;
    }
    return true;
}
