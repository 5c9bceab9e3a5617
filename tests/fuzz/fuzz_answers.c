/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "fuzz/fuzz.h"
#include "perch/auth/oauth.h"
#include "perch/explain/explain.h"
#include "perch/salesforce/salesforce.h"

/* Whatever a server answers: a result or an error, never both, never a crash. */

static void token(const char *body, gsize length)
{
    struct token_answer answer = {0};
    g_autoptr(Json) json = json_parse(body, length, NULL);
    g_autoptr(GError) error = NULL;
    bool fine = token_answer_parse(&answer, json, "https://login.salesforce.com", &error);
    must(fine == (error == NULL));
    if (fine) {
        must(answer.access_token != NULL);
        must(salesforce_url_is_trusted(answer.instance_url));
        g_autoptr(Secret) secret = secret_new("secret");
        token_signature_check(&answer, secret);
        token_answer_clear(&answer);
    }
}

static void userinfo(const char *body, gsize length)
{
    struct userinfo info = {0};
    g_autoptr(Json) json = json_parse(body, length, NULL);
    g_autoptr(GError) error = NULL;
    bool fine = userinfo_parse(&info, json, &error);
    must(fine == (error == NULL));
    if (fine) {
        userinfo_clear(&info);
    }
}

static void describe(const char *body, gsize length)
{
    struct describe describe = {0};
    g_autoptr(Json) json = json_parse(body, length, NULL);
    g_autoptr(GError) error = NULL;
    bool fine = describe_parse(&describe, json, &error);
    must(fine == (error == NULL));
    if (fine) {
        g_autoptr(Json) sample = record_sample(&describe, "marker");
        must(json_is_object(sample));
        JSON_FOREACH(value, sample)
        {
            must(describe_field(&describe, json_key(value)) != NULL);
        }
        describe_clear(&describe);
    }
}

static void small(const char *body, gsize length)
{
    g_autoptr(Json) json = json_parse(body, length, NULL);
    g_autoptr(GError) versions = NULL;
    g_autoptr(GError) created = NULL;
    g_autofree char *label = NULL;
    g_autofree char *newest = versions_newest(json, &label, &versions);
    must((newest == NULL) == (versions != NULL));
    g_autofree char *id = record_created_id(json, &created);
    must((id == NULL) == (created != NULL));
    must(id == NULL || salesforce_id_is_valid(id));
    bool active = false;
    must(introspect_lifetime(json, 1000, &active) >= 0);
    gint64 used = 0;
    gint64 allowed = 0;
    g_autofree char *header = g_strndup(body, length);
    limit_info_parse(header, &used, &allowed);
    scope_covers(header, "api");
}

static void failure(const char *body, gsize length)
{
    struct failure failure = {0};
    failure_parse(&failure, (enum stage)(length % (STAGE_INSERT + 1)), 400, body, length);
    Diagnosis *diagnosis = explain(&failure);
    must(diagnosis != NULL && diagnosis->title != NULL && diagnosis->fix != NULL);
    must((int)diagnosis->cause >= 0 && diagnosis->cause < CAUSE_COUNT);
    diagnosis_free(diagnosis);
    failure_clear(&failure);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const readers[])(const char *body, gsize length) = {token, userinfo, describe,
                                                                      small, failure};
    if (size < 1) {
        return 0;
    }
    /* NUL after it, as net/ hands bodies out. */
    g_autofree char *body = g_malloc(size);
    memcpy(body, data + 1, size - 1);
    body[size - 1] = '\0';
    readers[data[0] % G_N_ELEMENTS(readers)](body, size - 1);
    return 0;
}
