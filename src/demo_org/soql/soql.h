/* SPDX-License-Identifier: MIT */
#ifndef DEMO_SOQL_H
#define DEMO_SOQL_H

#include "demo_org/org/objects.h"

/*
 * The part of SOQL that administrators' tools use: SELECT fields and parent fields, count(),
 * FIELDS(ALL), FROM one object, WHERE with AND OR NOT, parentheses and IN (SELECT ...), ORDER BY,
 * LIMIT, OFFSET.
 */
struct soql_path {
    char **parts; /* {"Profile", "Name"} */
    gsize at;     /* position in the query, for messages */
};

enum soql_item { SOQL_FIELD, SOQL_COUNT, SOQL_COUNT_FIELD, SOQL_FIELDS_ALL };

struct soql_selected {
    enum soql_item item;
    struct soql_path path;
    char *alias; /* of COUNT(field); NULL: exprN */
};

enum soql_node_kind { SOQL_AND, SOQL_OR, SOQL_NOT, SOQL_COMPARE };

enum soql_op {
    OP_EQUAL,
    OP_UNEQUAL,
    OP_LESS,
    OP_LESS_EQUAL,
    OP_MORE,
    OP_MORE_EQUAL,
    OP_LIKE,
    OP_IN
};

enum soql_literal_kind { LITERAL_NULL, LITERAL_TEXT, LITERAL_BARE };

struct soql_literal {
    enum soql_literal_kind kind;
    char *text; /* for BARE as written: 12, true, TODAY, 2026-11-23 */
};

struct soql_node {
    enum soql_node_kind kind;
    struct soql_node *left, *right;
    struct soql_path path;
    enum soql_op op;
    bool negated;       /* NOT IN */
    struct soql *inner; /* of IN (SELECT ...); soql_run makes its rows the literals */
    GArray *literals;   /* struct soql_literal */
};

struct soql_order {
    struct soql_path path;
    bool descending;
    bool nulls_last;
};

struct soql {
    char *text;
    GArray *selected; /* struct soql_selected */
    char *object;
    gsize object_at;
    struct soql_node *where;
    GArray *orders; /* struct soql_order */
    gint64 limit;   /* -1: none */
    gint64 offset;
};

struct soql_problem {
    const char *code; /* errorCode */
    char *message;
};

/* NULL, with a problem, when the text is not a query. */
struct soql *soql_parse(const char *text, struct soql_problem *problem);
void soql_free(struct soql *query);

/* The answer's body; NULL, with a problem, when the query names something that does not exist. */
Json *soql_run(const struct state *state, const struct soql *query, const struct user *user,
               const char *version, struct soql_problem *problem);

/* columns.c: the columns of a query that soql_run has accepted. */
Json *soql_columns(const struct state *state, const struct soql *query);

/* Builds the message as Salesforce does: the query, a caret below the position, row and column. */
void soql_fail(struct soql_problem *problem, const char *code, const char *text, gsize at,
               const char *message);

/* where.c: whether a row satisfies the condition. value_of returns a row's value by path. */
struct soql_row {
    const struct state *state;
    const struct object *object;
    const struct user *user;
    const Json *row;
};
const Json *soql_value(const struct soql_row *row, const struct soql_path *path, Json **ret_owned);
bool soql_matches(const struct soql_row *row, const struct soql_node *node);
int soql_compare(const Json *a, const Json *b);

#endif
