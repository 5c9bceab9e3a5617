/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_HTML_FORM_H
#define SUPPORT_HTML_FORM_H

#include <glib.h>
#include <stdbool.h>

/* A form of an HTML page, as far as the demo org's pages need it. */
struct form_field {
    char *type; /* "hidden", "email", "password", "submit"..., of a button as well; "textarea",
                   "select" */
    char *name; /* NULL: not sent */
    char *value;
    char *label; /* the text on a button */
    bool off;    /* an unticked checkbox: not sent */
};

struct html_form {
    char *action;      /* may be relative */
    char *method;      /* lower case */
    GPtrArray *fields; /* struct form_field */
};

/* The first form; NULL when the page has none. */
struct html_form *html_form_parse(const char *page);
/* The first form that contains text; NULL when there is none. */
struct html_form *html_form_parse_with(const char *page, const char *text);
void html_form_free(struct html_form *form);
typedef struct html_form HtmlForm;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HtmlForm, html_form_free)

/* First field of the type, NULL if none. Borrowed. */
struct form_field *html_form_by_type(const struct html_form *form, const char *type);
/* The field of that name, NULL if none. Borrowed. */
struct form_field *html_form_field(const struct html_form *form, const char *name);
/* The submit button with that text on it; text NULL: the first one. Borrowed. */
struct form_field *html_form_button(const struct html_form *form, const char *text);
/* Encodes the form as a browser does when button is pressed; owned by the caller. */
char *html_form_encode(const struct html_form *form, const struct form_field *button);

#endif
