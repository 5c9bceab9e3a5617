/* SPDX-License-Identifier: MIT */
#ifndef PERCH_NET_CURL_LOOP_H
#define PERCH_NET_CURL_LOOP_H

#include "curl.h"
#include <glib.h>
#include <stdbool.h>

/* libcurl's multi interface as sources of a GLib main context. Handles stay owned by the caller. */
typedef struct CurlLoop CurlLoop;

/* A transfer ended. The handle has already left the multi; the callback may add new ones or free
 * the loop. */
typedef void (*curl_loop_done)(CURL *easy, CURLcode code, gpointer user);

CurlLoop *curl_loop_new(GMainContext *context, curl_loop_done done, gpointer user);
void curl_loop_free(CurlLoop *loop); /* remove every handle first */
void curl_loop_expect_many(CurlLoop *loop);
bool curl_loop_add(CurlLoop *loop, CURL *easy);
void curl_loop_remove(CurlLoop *loop, CURL *easy); /* done is not called for it */

#endif
