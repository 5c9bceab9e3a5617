/* SPDX-License-Identifier: MIT */

#include "support/fetch.h"

#include <curl/curl.h>

static size_t on_bytes(char *bytes, size_t size, size_t count, void *user)
{
    g_string_append_len(user, bytes, (gssize)(size * count));
    return size * count;
}

static void set_method(CURL *curl, const struct fetch_options *options)
{
    if (options->body != NULL) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, options->body);
        if (options->length > 0)
            curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)options->length);
    }
    if (options->method != NULL) {
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, options->method);
    }
    if (g_strcmp0(options->method, "HEAD") == 0) {
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    }
}

static struct curl_slist *list_of(const char *const *texts)
{
    struct curl_slist *list = NULL;
    for (gsize i = 0; texts != NULL && texts[i] != NULL; i++) {
        list = curl_slist_append(list, texts[i]);
    }
    return list;
}

static char *info_text(CURL *curl, CURLINFO info)
{
    char *text = NULL;
    curl_easy_getinfo(curl, info, &text);
    return g_strdup(text != NULL ? text : "");
}

struct fetched *fetch(const char *url, const struct fetch_options *options)
{
    static const struct fetch_options none = {0};
    options = options != NULL ? options : &none;
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = list_of(options->headers);
    struct curl_slist *connect_to = list_of(options->connect_to);
    GString *head = g_string_new(NULL);
    GString *body = g_string_new(NULL);

    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_CONNECT_TO, connect_to);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
                     (long)(options->milliseconds > 0 ? options->milliseconds : 30000));
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_bytes);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, head);
    if (options->ca_file != NULL) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, options->ca_file);
    }
    set_method(curl, options);

    CURLcode code = curl_easy_perform(curl);
    struct fetched *fetched = g_new0(struct fetched, 1);
    if (code == CURLE_OK) {
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &fetched->status);
    } else {
        g_string_assign(body, curl_easy_strerror(code));
    }
    fetched->type = info_text(curl, CURLINFO_CONTENT_TYPE);
    fetched->location = info_text(curl, CURLINFO_REDIRECT_URL);
    fetched->headers = g_string_free(head, FALSE);
    fetched->body = g_string_free(body, FALSE);
    curl_slist_free_all(headers);
    curl_slist_free_all(connect_to);
    curl_easy_cleanup(curl);
    return fetched;
}

void fetched_free(struct fetched *fetched)
{
    if (fetched != NULL) {
        g_free(fetched->headers);
        g_free(fetched->body);
        g_free(fetched->type);
        g_free(fetched->location);
        g_free(fetched);
    }
}
