/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "fuzz/fuzz.h"
#include "perch/base/connection.h"
#include "perch/base/json.h"
#include "perch/base/secret.h"

/* What was printed is read again as the same, whatever it was. */
static void check_round_trip(const Json *json)
{
    g_autoptr(WipedText) once = json_print(json);
    g_autoptr(Json) back = json_parse(once, strlen(once), NULL);
    must(back != NULL);
    g_autoptr(WipedText) twice = json_print(back);
    must(strcmp(once, twice) == 0);
}

static void touch(const Json *json)
{
    JSON_FOREACH(value, json)
    {
        json_string(value);
        json_number(value);
        json_bool(value);
        if (json_is_array(value) || json_is_object(value)) {
            touch(value);
        }
    }
    json_get_string(json, "name");
    json_get_int(json, "version", 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Json) json = json_parse((const char *)data, size, &error);
    must((json == NULL) == (error != NULL));
    if (json == NULL) {
        return 0;
    }
    check_round_trip(json);
    touch(json);
    g_autoptr(GError) refused = NULL;
    Connection *connection = connection_from_json(json, "fuzz", &refused);
    must((connection == NULL) == (refused != NULL));
    if (connection != NULL) {
        g_autoptr(Json) written = connection_to_json(connection);
        Connection *back = connection_from_json(written, "fuzz", NULL);
        must(back != NULL);
        g_autoptr(Json) rewritten = connection_to_json(back);
        g_autoptr(WipedText) first = json_print(written);
        g_autoptr(WipedText) second = json_print(rewritten);
        must(strcmp(first, second) == 0);
        connection_free(back);
        connection_free(connection);
    }
    return 0;
}
