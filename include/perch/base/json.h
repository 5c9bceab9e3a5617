/* SPDX-License-Identifier: MIT */
#ifndef PERCH_JSON_H
#define PERCH_JSON_H

#include <glib.h>
#include <stdbool.h>

/*
 * The program's only interface to cJSON. Keys are case-sensitive. Getters are lenient because
 * Salesforce's answers vary: a missing key, null or an unexpected type gives the stated default.
 * All memory behind a Json is wiped when freed (json_use_wiping_allocators).
 */
typedef struct cJSON Json;

void json_use_wiping_allocators(void);

/* Parses one JSON value followed by nothing but white space; owned by the caller.
 * PERCH_ERROR_INPUT: nested deeper than 100 levels, larger than 16 MiB, not UTF-8, or NUL inside a
 * string (which would truncate it). */
Json *json_parse(const char *text, gsize length, GError **error);
void json_free(Json *json); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Json, json_free)
Json *json_copy(const Json *json);

bool json_is_object(const Json *json);
bool json_is_array(const Json *json);
bool json_is_string(const Json *json);
bool json_is_number(const Json *json);
bool json_is_bool(const Json *json);
bool json_is_null(const Json *json); /* true for NULL as well */

/* Borrowed, valid as long as the tree. NULL when missing; object may be NULL. */
const Json *json_get(const Json *object, const char *key);
const char *json_get_string(const Json *object, const char *key);
const char *json_string(const Json *json);

/* Accepts numbers written as strings, too ("issued_at" is one). */
gint64 json_get_int(const Json *object, const char *key, gint64 otherwise);
bool json_get_bool(const Json *object, const char *key, bool otherwise);
double json_number(const Json *json);
bool json_bool(const Json *json);

/* Iteration over the values of an object or an array. */
guint json_size(const Json *json);
const Json *json_first(const Json *container);
const Json *json_next(const Json *value);
const char *json_key(const Json *value); /* NULL in an array */
#define JSON_FOREACH(value, container) \
    for (const Json *value = json_first(container); value != NULL; value = json_next(value))

/* Builders. json_set and json_append take ownership of value. A NULL string becomes null. Setting
 * an existing key replaces its value in place. */
Json *json_object(void);
Json *json_array(void);
Json *json_string_new(const char *text);
Json *json_int_new(gint64 number);
Json *json_bool_new(bool value);
Json *json_null_new(void);
void json_set(Json *object, const char *key, Json *value);
void json_set_string(Json *object, const char *key, const char *text);
void json_set_int(Json *object, const char *key, gint64 number);
void json_set_bool(Json *object, const char *key, bool value);
void json_remove(Json *object, const char *key);
void json_append(Json *array, Json *value);

/* The tree as text; free with wipe_free (it may hold secrets). */
char *json_print(const Json *json);
char *json_print_pretty(const Json *json);

#endif
