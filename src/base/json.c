/* SPDX-License-Identifier: MIT */
#include "perch/base/json.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "perch/base/error.h"
#include "perch/base/secret.h"
#include "perch/base/text.h"

enum { DEPTH_MAX = 100, SIZE_MAX_BYTES = 16 * 1024 * 1024 };

void json_use_wiping_allocators(void)
{
    cJSON_InitHooks(&(cJSON_Hooks){.malloc_fn = wiping_malloc, .free_fn = wiping_free});
}

/* cJSON recurses as deep as the text is nested; this protects the stack from hostile answers. It
 * also silently ends a string at NUL. */
static bool is_beyond_us(const char *text, gsize length)
{
    int depth = 0;
    bool quoted = false;
    for (gsize i = 0; i < length; i++) {
        char c = text[i];
        if (quoted) {
            if (c == '\\' && length - i > 5 && memcmp(text + i, "\\u0000", 6) == 0)
                return true;
            else if (c == '\\')
                i++;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '[' || c == '{') {
            if (++depth > DEPTH_MAX)
                return true;
        } else if (c == ']' || c == '}') {
            depth--;
        }
    }
    return false;
}

Json *json_parse(const char *text, gsize length, GError **error)
{
    if (length > SIZE_MAX_BYTES || !g_utf8_validate(text, (gssize)length, NULL) ||
        is_beyond_us(text, length)) {
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_INPUT,
                            _("This is not JSON that perch can read."));
        return NULL;
    }
    /* cJSON_ParseWithLengthOpts needs the terminator inside the length to see trailing rubbish. */
    char *copy = wiping_malloc(length + 1);
    memcpy(copy, text, length);
    copy[length] = '\0';
    Json *json = cJSON_ParseWithLengthOpts(copy, length + 1, NULL, true);
    wiping_free(copy);
    if (json == NULL)
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_INPUT, _("This is not valid JSON."));
    return json;
}

void json_free(Json *json)
{
    cJSON_Delete(json);
}

Json *json_copy(const Json *json)
{
    return cJSON_Duplicate(json, true);
}

bool json_is_object(const Json *json)
{
    return cJSON_IsObject(json);
}

bool json_is_array(const Json *json)
{
    return cJSON_IsArray(json);
}

bool json_is_string(const Json *json)
{
    return cJSON_IsString(json);
}

bool json_is_number(const Json *json)
{
    return cJSON_IsNumber(json);
}

bool json_is_bool(const Json *json)
{
    return cJSON_IsBool(json);
}

bool json_is_null(const Json *json)
{
    return json == NULL || cJSON_IsNull(json);
}

const Json *json_get(const Json *object, const char *key)
{
    return json_is_object(object) ? cJSON_GetObjectItemCaseSensitive(object, key) : NULL;
}

const char *json_string(const Json *json)
{
    return cJSON_GetStringValue(json);
}

const char *json_get_string(const Json *object, const char *key)
{
    return json_string(json_get(object, key));
}

gint64 json_get_int(const Json *object, const char *key, gint64 otherwise)
{
    const Json *value = json_get(object, key);
    if (json_is_number(value)) {
        double number = json_number(value);
        return number > -9e15 && number < 9e15 ? (gint64)number : otherwise;
    }
    gint64 number;
    const char *text = json_string(value);
    if (text != NULL && g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, &number, NULL))
        return number;
    return otherwise;
}

bool json_get_bool(const Json *object, const char *key, bool otherwise)
{
    const Json *value = json_get(object, key);
    return json_is_bool(value) ? json_bool(value) : otherwise;
}

double json_number(const Json *json)
{
    return json_is_number(json) ? cJSON_GetNumberValue(json) : 0.0;
}

bool json_bool(const Json *json)
{
    return cJSON_IsTrue(json);
}

guint json_size(const Json *json)
{
    return json == NULL ? 0 : (guint)cJSON_GetArraySize(json);
}

const Json *json_first(const Json *container)
{
    return json_is_object(container) || json_is_array(container) ? container->child : NULL;
}

const Json *json_next(const Json *value)
{
    return value->next;
}

const char *json_key(const Json *value)
{
    return value->string;
}

Json *json_object(void)
{
    return cJSON_CreateObject();
}

Json *json_array(void)
{
    return cJSON_CreateArray();
}

Json *json_string_new(const char *text)
{
    return text == NULL ? cJSON_CreateNull() : cJSON_CreateString(text);
}

Json *json_int_new(gint64 number)
{
    return cJSON_CreateNumber((double)number);
}

Json *json_bool_new(bool value)
{
    return cJSON_CreateBool(value);
}

Json *json_null_new(void)
{
    return cJSON_CreateNull();
}

void json_set(Json *object, const char *key, Json *value)
{
    if (!cJSON_ReplaceItemInObjectCaseSensitive(object, key, value))
        cJSON_AddItemToObject(object, key, value);
}

void json_set_string(Json *object, const char *key, const char *text)
{
    json_set(object, key, json_string_new(text));
}

void json_set_int(Json *object, const char *key, gint64 number)
{
    json_set(object, key, json_int_new(number));
}

void json_set_bool(Json *object, const char *key, bool value)
{
    json_set(object, key, json_bool_new(value));
}

void json_remove(Json *object, const char *key)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, key);
}

void json_append(Json *array, Json *value)
{
    cJSON_AddItemToArray(array, value);
}

/* JSON goes to terminals and files, so characters that would act there are escaped. cJSON only
 * escapes ASCII control characters. In JSON, such characters only occur inside strings. */
static void add_safely(SecretBuf *out, const char *printed)
{
    const char *from = printed;
    for (const char *p = printed; *p != '\0';) {
        gunichar c = g_utf8_get_char_validated(p, -1);
        gsize length = c >= (gunichar)-2 ? 1 : (gsize)(g_utf8_next_char(p) - p);
        if (c >= (gunichar)-2 || c < 0x7f || !text_is_hidden(c)) {
            p += length;
            continue;
        }
        char escaped[16];
        if (c < 0x10000)
            g_snprintf(escaped, sizeof escaped, "\\u%04x", c);
        else
            g_snprintf(escaped, sizeof escaped, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
                       0xdc00 + ((c - 0x10000) & 0x3ff));
        secret_buf_add_len(out, from, (gsize)(p - from));
        secret_buf_add(out, escaped);
        from = p += length;
    }
    secret_buf_add(out, from);
}

/* Moves the text to GLib's memory, so that wipe_free serves every string. */
static char *to_glib(char *printed)
{
    g_autoptr(SecretBuf) safe = secret_buf_new();
    add_safely(safe, printed);
    cJSON_free(printed);
    return g_strdup(safe->text);
}

char *json_print(const Json *json)
{
    return to_glib(cJSON_PrintUnformatted(json));
}

char *json_print_pretty(const Json *json)
{
    return to_glib(cJSON_Print(json));
}
