/* SPDX-License-Identifier: MIT */
#ifndef PERCH_NET_CURL_H
#define PERCH_NET_CURL_H

/*
 * Include this instead of <curl/curl.h>. libcurl is loaded at the first call: with its thirty
 * dependencies that takes twice as long as all the rest of perch, and perch token, explain and
 * --help never need it.
 */
#include <curl/curl.h>

#define CURL_FUNCTIONS(X)  \
    X(easy_cleanup)        \
    X(easy_getinfo)        \
    X(easy_init)           \
    X(easy_nextheader)     \
    X(easy_setopt)         \
    X(easy_strerror)       \
    X(free)                \
    X(global_init_mem)     \
    X(multi_add_handle)    \
    X(multi_assign)        \
    X(multi_cleanup)       \
    X(multi_info_read)     \
    X(multi_init)          \
    X(multi_remove_handle) \
    X(multi_setopt)        \
    X(multi_socket_action) \
    X(slist_append)        \
    X(slist_free_all)      \
    X(url)                 \
    X(url_cleanup)         \
    X(url_get)             \
    X(url_set)             \
    X(version)

struct curl_functions {
#define X(name) __typeof__(curl_##name) *name;
    CURL_FUNCTIONS(X)
#undef X
};

/* Exits with a message if libcurl is not installed, as the dynamic loader would. */
const struct curl_functions *curl_functions(void);

/* Variadic ones are functions of the same name (curl.c), so that libcurl's macros still check the
 * types. */
#define curl_easy_cleanup curl_functions()->easy_cleanup
#define curl_easy_init curl_functions()->easy_init
#define curl_easy_nextheader curl_functions()->easy_nextheader
#define curl_easy_strerror curl_functions()->easy_strerror
#define curl_free curl_functions()->free
#define curl_global_init_mem curl_functions()->global_init_mem
#define curl_multi_add_handle curl_functions()->multi_add_handle
#define curl_multi_assign curl_functions()->multi_assign
#define curl_multi_cleanup curl_functions()->multi_cleanup
#define curl_multi_info_read curl_functions()->multi_info_read
#define curl_multi_init curl_functions()->multi_init
#define curl_multi_remove_handle curl_functions()->multi_remove_handle
#define curl_multi_socket_action curl_functions()->multi_socket_action
#define curl_slist_append curl_functions()->slist_append
#define curl_slist_free_all curl_functions()->slist_free_all
#define curl_url curl_functions()->url
#define curl_url_cleanup curl_functions()->url_cleanup
#define curl_url_get curl_functions()->url_get
#define curl_url_set curl_functions()->url_set

#endif
