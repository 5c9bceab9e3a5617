/* SPDX-License-Identifier: MIT */
#include "curl.h"

#include <stdarg.h>

#include "perch/base/library.h"

const struct curl_functions *curl_functions(void)
{
    /* The same interface, built with OpenSSL or with GnuTLS. */
    static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", NULL};
    static struct curl_functions functions;
    if (functions.free == NULL) {
        gpointer library = library_need("libcurl", names);
#define X(name) LIBRARY_SYMBOL(functions, library, "curl_", name);
        CURL_FUNCTIONS(X)
#undef X
    }
    return &functions;
}

/* ---- variadic functions: the option's number tells the argument's type ---- */

#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

#define FORWARD(call, option, arguments)                                         \
    ((option) >= CURLOPTTYPE_BLOB          ? call(va_arg(arguments, void *))     \
     : (option) >= CURLOPTTYPE_OFF_T       ? call(va_arg(arguments, curl_off_t)) \
     : (option) >= CURLOPTTYPE_OBJECTPOINT ? call(va_arg(arguments, void *))     \
                                           : call(va_arg(arguments, long)))

CURLcode curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
    va_list arguments;
    va_start(arguments, option);
#define SET(value) curl_functions()->easy_setopt(easy, option, value)
    CURLcode code = FORWARD(SET, (int)option, arguments);
#undef SET
    va_end(arguments);
    return code;
}

CURLMcode curl_multi_setopt(CURLM *multi, CURLMoption option, ...)
{
    va_list arguments;
    va_start(arguments, option);
#define SET(value) curl_functions()->multi_setopt(multi, option, value)
    CURLMcode code = FORWARD(SET, (int)option, arguments);
#undef SET
    va_end(arguments);
    return code;
}

CURLcode curl_easy_getinfo(CURL *easy, CURLINFO info, ...)
{
    va_list arguments;
    va_start(arguments, info);
    CURLcode code = curl_functions()->easy_getinfo(easy, info, va_arg(arguments, void *));
    va_end(arguments);
    return code;
}
