/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_FAKE_SERVICE_H
#define TESTS_SUPPORT_FAKE_SERVICE_H

#include <gio/gio.h>
#include <stdbool.h>

/*
 * A Secret Service for what gnome-keyring cannot do without a screen: prompts that stay open, are
 * accepted or dismissed, and services that behave differently (items hidden while locked, a prompt
 * before each write, plain sessions only). One collection, at most one item. It lives in the test's
 * own process and main context, on its own bus connection.
 */
enum fake_prompt {
    FAKE_HOLDS, /* stays open until Dismiss */
    FAKE_ACCEPTS,
    FAKE_DISMISSES, /* the person closes it */
    FAKE_DEAF,      /* stays open, Dismiss is not answered */
};

typedef struct FakeService {
    /* set by the test */
    bool locked;
    bool hides_locked;  /* a search finds nothing while locked */
    bool asks_to_write; /* CreateItem and Delete prompt */
    bool no_collection;
    bool forgets;   /* CreateItem succeeds but stores nothing */
    bool asks_each; /* an item is locked for all programs except its writer */
    enum fake_prompt prompt;
    const char *vanish_after; /* leaves the bus as soon as it has answered this method */
    const char *garbles;      /* this method (Get: each property) gets a wrong answer: */
    const char *garbage; /* a value as text, or "!" and an error's name; NULL = no answer at all */
    const char *complaint; /* the error's text */
    /* seen by the test */
    bool prompted, dismissed;
    guint unlock_calls;
    char *item; /* the secret's text; NULL = no item */
    /* its own */
    GDBusConnection *bus;
    GDBusNodeInfo *interfaces;
    const char *prompt_for; /* method that the open prompt belongs to */
    char *writer;           /* unique bus name of the program that wrote the item */
    char *pending;          /* text that a prompted CreateItem will store */
} FakeService;

FakeService *fake_service_new(const char *address);
void fake_service_agree(FakeService *service); /* the person accepts the open prompt */
void fake_service_free(FakeService *service);

#endif
