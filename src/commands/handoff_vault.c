/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "handoff.h"
#include "paste_input.h"
#include "perch/base/paths.h"
#include "perch/base/text.h"
#include "perch/commands/command.h"
#include "perch/explain/explain.h"
#include "perch/vault/vault.h"

/* perch handoff NAME --format vault: into HashiCorp Vault or OpenBao. */

/* OpenBao's names first, as in its own command line; then Vault's. */
static const char *setting(const char *name)
{
    g_autofree char *bao = g_strconcat("BAO_", name, NULL);
    g_autofree char *vault = g_strconcat("VAULT_", name, NULL);
    const char *value = g_getenv(bao);
    if (value == NULL || *value == '\0')
        value = g_getenv(vault);
    return value != NULL && *value != '\0' ? value : NULL;
}

static Secret *token_from_file(const char *file, GError **error)
{
    g_autoptr(SecretBuf) text = paste_from_file(file, error);
    if (text == NULL)
        return NULL;
    g_strstrip(text->text);
    if (*text->text != '\0')
        return secret_new(text->text);
    g_set_error(error, PERCH_ERROR, PERCH_ERROR_INPUT, _("There is no token in %s."), file);
    return NULL;
}

/* The token: from the named file, the environment, or the file that `vault login` writes. */
static Secret *find_token(const char *file, GError **error)
{
    const char *value = setting("TOKEN");
    g_autofree char *left = g_build_filename(g_get_home_dir(), ".vault-token", NULL);
    if (file != NULL)
        return token_from_file(file, error);
    if (value != NULL)
        return secret_new(value);
    if (paths_is_taken(left))
        return token_from_file(left, error);
    g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_USAGE,
                        _("There is no token for the store. Set VAULT_TOKEN, give "
                          "--vault-token-file, or run vault login."));
    return NULL;
}

static bool find_place(struct vault_place *place, const struct handoff_options *options,
                       GError **error)
{
    const char *address = setting("ADDR");
    g_autofree char *usual = g_strdup_printf(
        options->vault_mount == NULL ? "secret/perch/%s" : "perch/%s", options->name);
    if (address == NULL) {
        g_set_error_literal(error, PERCH_ERROR, PERCH_ERROR_USAGE,
                            _("Set VAULT_ADDR to the address of the store, such as "
                              "https://vault.example.com:8200."));
        return false;
    }
    place->address = g_strdup(address);
    place->space = g_strdup(setting("NAMESPACE"));
    place->token = find_token(options->vault_token_file, error);
    return place->token != NULL &&
           vault_place_parse(place, options->vault_mount,
                             options->vault_path != NULL ? options->vault_path : usual, error);
}

struct vault_run {
    GMainLoop *loop;
    const struct vault_place *place;
    const struct handoff_options *options;
    int code;
};

static void tell(const struct vault_run *run, const struct vault_result *result)
{
    g_autofree char *where = g_strconcat(run->place->mount, "/", run->place->path, NULL);
    g_autofree char *clean = text_clean(where);
    if (result->version > 0)
        command_put(stderr, _("Written to %s in %s, version %lld.\n"), clean, run->place->address,
                    (long long)result->version);
    else
        command_put(stderr, _("Written to %s in %s.\n"), clean, run->place->address);
    command_put(stderr, "%s\n",
                result->read_back
                    ? _("Read back: the same.")
                    : _("The token may not read it back, so the write is unverified."));
    if (result->merged)
        command_put(stderr, "%s\n", _("Other keys there were kept."));
}

static Json *evidence_of(const struct vault_run *run, const struct vault_result *result)
{
    Json *evidence = json_object();
    json_set_string(evidence, "address", run->place->address);
    json_set_string(evidence, "mount", run->place->mount);
    json_set_string(evidence, "path", run->place->path);
    if (result->version > 0)
        json_set_int(evidence, "version", result->version);
    json_set_bool(evidence, "read_back", result->read_back);
    json_set_bool(evidence, "other_keys", result->merged);
    return evidence;
}

static void print_json(const struct vault_run *run, const struct vault_result *result)
{
    g_autoptr(GPtrArray) results = g_ptr_array_new();
    g_autoptr(Json) evidence = evidence_of(run, result);
    struct failure failure = {0};
    g_autoptr(Diagnosis) diagnosis = NULL;
    if (!result->ok) {
        failure_own(&failure, STAGE_ANY, "vault", result->problem);
        diagnosis = explain(&failure);
        diagnosis->exit = result->exit;
        failure_clear(&failure);
    }
    struct check_result row = {.id = "vault",
                               .title = _("Store"),
                               .status = result->ok ? CHECK_OK : CHECK_FAILED,
                               .blocks = true,
                               .evidence = evidence,
                               .diagnosis = diagnosis};
    g_ptr_array_add(results, &row);
    g_autoptr(Json) json = check_results_to_json(results, "handoff", run->options->name);
    g_autofree char *text = json_print(json);
    puts(text);
}

static void done(const struct vault_result *result, gpointer user)
{
    struct vault_run *run = user;
    if (run->options->json)
        print_json(run, result);
    if (!result->ok)
        command_put(stderr, "perch: %s\n", result->problem);
    else if (!run->options->json && !run->options->quiet)
        tell(run, result);
    run->code = result->ok ? PERCH_EXIT_OK : (int)result->exit;
    g_main_loop_quit(run->loop);
}

int handoff_to_vault(const struct handoff_options *options, const Secret *values)
{
    g_autoptr(GError) error = NULL;
    struct vault_place place = {0};
    g_autoptr(Json) data = json_parse(secret_peek(values), secret_length(values), &error);
    g_autoptr(Http) http =
        data != NULL && find_place(&place, options, &error) ? http_new(&error) : NULL;
    struct vault_run run = {.place = &place, .options = options};
    if (http == NULL) {
        run.code = command_error(error);
    } else {
        run.loop = g_main_loop_new(NULL, FALSE);
        if (options->timeout > 0)
            http_limit(http, (guint)options->timeout * 1000);
        vault_write(http, &place, data, done, &run);
        g_main_loop_run(run.loop);
        g_main_loop_unref(run.loop);
    }
    vault_place_clear(&place);
    return run.code;
}
