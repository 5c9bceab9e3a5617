/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "flow.h"
#include "perch/base/text.h"

/*
 * The flow as a POSIX shell script that needs nothing but curl. Secrets reach curl through pipes
 * only: every user of the machine can see a program's arguments.
 */

static const char head[] =
    "#!/bin/sh\n"
    "# What the flow does, to be tried from here. It holds secrets: keep it to yourself.\n"
    "#   sh THIS-FILE [CHANNEL...]   creates a record with sample values for each channel (all of\n"
    "#                               them when none is named), prints its id and deletes it again\n"
    "#   KEEP=1 sh THIS-FILE         leaves the records in the org\n"
    "set -eu\n"
    "\n"
    "# Both print the answer's body; an error's too, and then they fail.\n"
    "post_form() { # URL, the body on standard input\n"
    "    curl -sS --fail-with-body -X POST -H 'Content-Type: application/x-www-form-urlencoded' "
    "\\\n"
    "        --data @- \"$1\"\n"
    "}\n"
    "call() { # METHOD URL [BODY]\n"
    "    method=$1 url=$2\n"
    "    shift 2\n"
    "    [ $# = 0 ] || set -- --data-binary \"$1\"\n"
    "    printf 'Authorization: Bearer %s\\n' \"$access_token\" |\n"
    "        curl -sS --fail-with-body -X \"$method\" -H @- -H 'Content-Type: application/json' "
    "\\\n"
    "            -H 'Sforce-Auto-Assign: FALSE' \"$@\" \"$url\"\n"
    "}\n"
    "value() { # KEY of a JSON answer on standard input\n"
    "    sed -n \"s/.*\\\"$1\\\" *: *\\\"\\([^\\\"]*\\)\\\".*/\\1/p\"\n"
    "}\n"
    "give_up() { # TEXT ANSWER\n"
    "    printf '%s\\n%s\\n' \"$1\" \"$2\" >&2\n"
    "    exit 1\n"
    "}\n"
    "create() { # CHANNEL OBJECT URL BODY\n"
    "    answer=$(call POST \"$3\" \"$4\") || give_up \"$1: no $2 was created\" \"$answer\"\n"
    "    id=$(printf '%s\\n' \"$answer\" | value id)\n"
    "    printf '%s: %s %s created\\n' \"$1\" \"$2\" \"$id\"\n"
    "    [ -z \"${KEEP:-}\" ] || return 0\n"
    "    answer=$(call DELETE \"$3/$id\") || give_up \"$1: $id was not deleted\" \"$answer\"\n"
    "    printf '%s: %s %s deleted again\\n' \"$1\" \"$2\" \"$id\"\n"
    "}\n"
    "channels=\" $* \"\n"
    "wanted() {\n"
    "    case $channels in '  ' | *\" $1 \"*) return 0 ;; *) return 1 ;; esac\n"
    "}\n";

/* Adds text as one word in single quotes, whatever it contains. */
static void add_quoted(SecretBuf *out, const char *text)
{
    secret_buf_add(out, "'");
    for (const char *p = text; *p != '\0'; p++)
        secret_buf_add_len(out, *p == '\'' ? "'\\''" : p, *p == '\'' ? 4 : 1);
    secret_buf_add(out, "'");
}

/* The body is form-encoded: no character is special to a shell or ends the here-document. */
static void add_token(const GPtrArray *items, SecretBuf *out)
{
    secret_buf_add(out, "\n# Step 1: get a token\nanswer=$(\n    post_form ");
    add_quoted(out, flow_value(items, "token_url"));
    secret_buf_add(out, " <<'END'\n");
    secret_buf_add(out, flow_value(items, "token_body"));
    secret_buf_add(out, "\nEND\n) || give_up 'no token' \"$answer\"\n"
                        "access_token=$(printf '%s\\n' \"$answer\" | value access_token)\n");
}

static void add_channel(const struct flow_source *source, SecretBuf *out)
{
    const struct channel *channel = source->channel;
    g_autoptr(GPtrArray) items = flow_forms(source);
    g_autoptr(Json) record = channel_record(channel);
    g_autoptr(WipedText) body = json_print(record);
    g_autofree char *name = text_clean(channel->name);
    secret_buf_add(out, "\n# Step 2: ");
    secret_buf_add(out, name);
    secret_buf_add(out, ", create the ");
    secret_buf_add(out, object_name(channel->object));
    secret_buf_add(out, "\nif wanted ");
    secret_buf_add(out, channel->id);
    secret_buf_add(out, "; then\n    create ");
    secret_buf_add(out, channel->id);
    secret_buf_add(out, " ");
    secret_buf_add(out, object_name(channel->object));
    secret_buf_add(out, " ");
    add_quoted(out, flow_value(items, "create_url"));
    secret_buf_add(out, " \\\n        ");
    add_quoted(out, body);
    secret_buf_add(out, "\nfi\n");
}

bool write_curl(const struct flow_source *source, SecretBuf *out, GError **error)
{
    if (!flow_needs_no_signature(source, error))
        return false;
    g_autoptr(GPtrArray) items = flow_forms(source);
    const GPtrArray *channels = source->connection->channels;
    secret_buf_add(out, head);
    add_token(items, out);
    for (guint i = 0; i < channels->len; i++) {
        const struct flow_source one = {source->connection, source->secrets, channels->pdata[i]};
        add_channel(&one, out);
    }
    return true;
}
