/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "demo_org/soql/soql.h"

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_TEXT, TOKEN_SIGN };

struct token {
    enum token_kind kind;
    char *text; /* for TOKEN_TEXT without quotes and escapes */
    gsize at;
};

struct parser {
    const char *text;
    gsize at;
    struct token token;
    struct soql_problem *problem;
    bool failed;
    bool inner; /* within IN (SELECT ...), which does not nest */
};

void soql_fail(struct soql_problem *problem, const char *code, const char *text, gsize at,
               const char *message)
{
    enum { BEFORE = 60, AFTER = 40 };
    const gsize length = strlen(text);
    const gsize start = at > BEFORE ? at - BEFORE : 0;
    const gsize end = MIN(length, at + AFTER);
    guint row = 1;
    gsize line_start = 0;
    for (gsize i = 0; i < at && i < length; i++) {
        if (text[i] == '\n') {
            row++;
            line_start = i + 1;
        }
    }
    g_autofree char *shown = g_strndup(text + start, end - start);
    g_autofree char *blanks = g_strnfill(at - start, ' ');
    g_free(problem->message);
    problem->code = code;
    problem->message = g_strdup_printf("\n%s\n%s^\nERROR at Row:%u:Column:%u\n%s", shown, blanks,
                                       row, (guint)(at - line_start) + 1, message);
}

static void fail_token(struct parser *parser)
{
    if (parser->failed)
        return;
    parser->failed = true;
    g_autofree char *message = g_strdup_printf(
        "unexpected token: '%s'", parser->token.kind == TOKEN_END ? "<EOF>" : parser->token.text);
    if (parser->token.at > 0) {
        soql_fail(parser->problem, "MALFORMED_QUERY", parser->text, parser->token.at, message);
        return;
    }
    parser->problem->code = "MALFORMED_QUERY";
    parser->problem->message = g_steal_pointer(&message);
}

static bool is_word_char(char c)
{
    return g_ascii_isalnum(c) || c == '_' || c == '.' || c == ':' || c == '-' || c == '+' ||
           c == '%';
}

static char *read_quoted(struct parser *parser)
{
    GString *text = g_string_new(NULL);
    const char *c = parser->text + parser->at + 1;
    for (; *c != '\0' && *c != '\''; c++) {
        if (*c == '\\' && c[1] != '\0') {
            c++;
            g_string_append_c(text, *c == 'n' ? '\n' : *c == 't' ? '\t' : *c == 'r' ? '\r' : *c);
        } else {
            g_string_append_c(text, *c);
        }
    }
    parser->at = (gsize)(c - parser->text) + (*c == '\'');
    return g_string_free(text, FALSE);
}

static void next(struct parser *parser)
{
    g_clear_pointer(&parser->token.text, g_free);
    while (g_ascii_isspace(parser->text[parser->at]))
        parser->at++;
    const char *start = parser->text + parser->at;
    gsize length = 0;
    parser->token.at = parser->at;
    if (*start == '\0') {
        parser->token.kind = TOKEN_END;
        return;
    }
    if (*start == '\'') {
        parser->token.kind = TOKEN_TEXT;
        parser->token.text = read_quoted(parser);
        return;
    }
    while (is_word_char(start[length]))
        length++;
    parser->token.kind = length > 0 ? TOKEN_WORD : TOKEN_SIGN;
    if (length == 0)
        length = (*start == '<' || *start == '>' || *start == '!') &&
                         (start[1] == '=' || (*start == '<' && start[1] == '>'))
                     ? 2
                     : 1;
    parser->token.text = g_strndup(start, length);
    parser->at += length;
}

static bool at_word(const struct parser *parser, const char *word)
{
    return parser->token.kind == TOKEN_WORD && g_ascii_strcasecmp(parser->token.text, word) == 0;
}

static bool at_sign(const struct parser *parser, const char *sign)
{
    return parser->token.kind == TOKEN_SIGN && strcmp(parser->token.text, sign) == 0;
}

static bool take_word(struct parser *parser, const char *word)
{
    if (parser->failed || !at_word(parser, word))
        return false;
    next(parser);
    return true;
}

static bool take_sign(struct parser *parser, const char *sign)
{
    if (parser->failed || !at_sign(parser, sign))
        return false;
    next(parser);
    return true;
}

static void want_word(struct parser *parser, const char *word)
{
    if (!take_word(parser, word))
        fail_token(parser);
}

static void want_sign(struct parser *parser, const char *sign)
{
    if (!take_sign(parser, sign))
        fail_token(parser);
}

static bool is_keyword(const char *text)
{
    static const char *const words[] = {"SELECT", "FROM", "WHERE", "ORDER", "LIMIT", "OFFSET",
                                        "AND",    "OR",   "GROUP", "BY",    "IN",    "LIKE"};
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (g_ascii_strcasecmp(words[i], text) == 0)
            return true;
    return false;
}

static void parse_path(struct parser *parser, struct soql_path *path)
{
    if (parser->failed || parser->token.kind != TOKEN_WORD || is_keyword(parser->token.text)) {
        fail_token(parser);
        return;
    }
    path->at = parser->token.at;
    path->parts = g_strsplit(parser->token.text, ".", -1);
    next(parser);
}

static void parse_selected(struct parser *parser, GArray *selected)
{
    struct soql_selected item = {.item = SOQL_FIELD};
    parse_path(parser, &item.path);
    if (!parser->failed && at_sign(parser, "(")) {
        next(parser);
        g_autofree char *function = g_strjoinv(".", item.path.parts);
        const bool count = g_ascii_strcasecmp(function, "COUNT") == 0;
        const bool fields = g_ascii_strcasecmp(function, "FIELDS") == 0;
        if (!count && !fields) {
            fail_token(parser);
        } else if (fields) {
            item.item = SOQL_FIELDS_ALL;
            next(parser);
        } else if (at_sign(parser, ")")) {
            item.item = SOQL_COUNT;
        } else {
            item.item = SOQL_COUNT_FIELD;
            g_strfreev(item.path.parts);
            item.path.parts = NULL;
            parse_path(parser, &item.path);
        }
        want_sign(parser, ")");
        if (item.item == SOQL_COUNT_FIELD && parser->token.kind == TOKEN_WORD &&
            !is_keyword(parser->token.text)) {
            item.alias = g_strdup(parser->token.text);
            next(parser);
        }
    }
    g_array_append_val(selected, item);
}

static void clear_literal(gpointer data)
{
    g_free(((struct soql_literal *)data)->text);
}

static void parse_literal(struct parser *parser, GArray *literals)
{
    struct soql_literal literal = {LITERAL_BARE, NULL};
    if (parser->failed || (parser->token.kind != TOKEN_WORD && parser->token.kind != TOKEN_TEXT)) {
        fail_token(parser);
        return;
    }
    if (parser->token.kind == TOKEN_TEXT)
        literal.kind = LITERAL_TEXT;
    else if (at_word(parser, "null"))
        literal.kind = LITERAL_NULL;
    literal.text = g_strdup(parser->token.text);
    g_array_append_val(literals, literal);
    next(parser);
}

static void parse_operator(struct parser *parser, struct soql_node *node)
{
    static const struct {
        const char *text;
        enum soql_op op;
    } signs[] = {{"=", OP_EQUAL},       {"!=", OP_UNEQUAL}, {"<>", OP_UNEQUAL},   {"<", OP_LESS},
                 {"<=", OP_LESS_EQUAL}, {">", OP_MORE},     {">=", OP_MORE_EQUAL}};
    for (gsize i = 0; i < G_N_ELEMENTS(signs); i++) {
        if (take_sign(parser, signs[i].text)) {
            node->op = signs[i].op;
            return;
        }
    }
    node->negated = take_word(parser, "NOT");
    if (take_word(parser, "IN"))
        node->op = OP_IN;
    else if (!node->negated && take_word(parser, "LIKE"))
        node->op = OP_LIKE;
    else
        fail_token(parser);
}

static struct soql_node *node_new(enum soql_node_kind kind, struct soql_node *left,
                                  struct soql_node *right)
{
    struct soql_node *node = g_new0(struct soql_node, 1);
    node->kind = kind;
    node->left = left;
    node->right = right;
    return node;
}

static struct soql *parse_query(struct parser *parser);

/* After IN and the parenthesis: values, or the query that yields them. */
static void parse_set(struct parser *parser, struct soql_node *node)
{
    if (at_word(parser, "SELECT")) {
        if (parser->inner)
            fail_token(parser);
        parser->inner = true;
        node->inner = parse_query(parser);
        parser->inner = false;
        return;
    }
    do
        parse_literal(parser, node->literals);
    while (take_sign(parser, ","));
}

static struct soql_node *parse_compare(struct parser *parser)
{
    struct soql_node *node = node_new(SOQL_COMPARE, NULL, NULL);
    node->literals = g_array_new(FALSE, FALSE, sizeof(struct soql_literal));
    g_array_set_clear_func(node->literals, clear_literal);
    parse_path(parser, &node->path);
    parse_operator(parser, node);
    if (node->op != OP_IN || parser->failed) {
        parse_literal(parser, node->literals);
        return node;
    }
    want_sign(parser, "(");
    parse_set(parser, node);
    want_sign(parser, ")");
    return node;
}

static struct soql_node *parse_condition(struct parser *parser, int depth);

static struct soql_node *parse_term(struct parser *parser, int depth)
{
    if (depth > 20) {
        fail_token(parser);
        return NULL;
    }
    if (take_word(parser, "NOT"))
        return node_new(SOQL_NOT, parse_term(parser, depth + 1), NULL);
    if (!take_sign(parser, "("))
        return parse_compare(parser);
    struct soql_node *inner = parse_condition(parser, depth + 1);
    want_sign(parser, ")");
    return inner;
}

/* SOQL requires parentheses to mix AND and OR; like most parsers, this accepts both with the usual
 * precedence. */
static struct soql_node *parse_and(struct parser *parser, int depth)
{
    struct soql_node *left = parse_term(parser, depth);
    while (take_word(parser, "AND"))
        left = node_new(SOQL_AND, left, parse_term(parser, depth));
    return left;
}

static struct soql_node *parse_condition(struct parser *parser, int depth)
{
    struct soql_node *left = parse_and(parser, depth);
    while (take_word(parser, "OR"))
        left = node_new(SOQL_OR, left, parse_and(parser, depth));
    return left;
}

static void parse_orders(struct parser *parser, GArray *orders)
{
    want_word(parser, "BY");
    do {
        struct soql_order order = {.descending = false};
        parse_path(parser, &order.path);
        order.descending = take_word(parser, "DESC");
        if (!order.descending)
            take_word(parser, "ASC");
        order.nulls_last = order.descending;
        if (take_word(parser, "NULLS")) {
            order.nulls_last = take_word(parser, "LAST");
            if (!order.nulls_last)
                want_word(parser, "FIRST");
        }
        g_array_append_val(orders, order);
    } while (take_sign(parser, ","));
}

static gint64 parse_count(struct parser *parser)
{
    gint64 number = 0;
    if (parser->failed || parser->token.kind != TOKEN_WORD ||
        !g_ascii_string_to_signed(parser->token.text, 10, 0, G_MAXINT32, &number, NULL))
        fail_token(parser);
    else
        next(parser);
    return number;
}

static void parse_clauses(struct parser *parser, struct soql *query)
{
    want_word(parser, "SELECT");
    do
        parse_selected(parser, query->selected);
    while (take_sign(parser, ","));
    want_word(parser, "FROM");
    if (!parser->failed && parser->token.kind == TOKEN_WORD && !is_keyword(parser->token.text)) {
        query->object = g_strdup(parser->token.text);
        query->object_at = parser->token.at;
        next(parser);
    } else {
        fail_token(parser);
    }
    if (take_word(parser, "WHERE"))
        query->where = parse_condition(parser, 0);
    if (take_word(parser, "ORDER"))
        parse_orders(parser, query->orders);
    if (take_word(parser, "LIMIT"))
        query->limit = parse_count(parser);
    if (take_word(parser, "OFFSET"))
        query->offset = parse_count(parser);
}

static void clear_selected(gpointer data)
{
    struct soql_selected *selected = data;
    g_strfreev(selected->path.parts);
    g_free(selected->alias);
}

static void clear_order(gpointer data)
{
    g_strfreev(((struct soql_order *)data)->path.parts);
}

static void free_node(struct soql_node *node)
{
    if (node == NULL)
        return;
    free_node(node->left);
    free_node(node->right);
    g_strfreev(node->path.parts);
    soql_free(node->inner);
    if (node->literals != NULL)
        g_array_unref(node->literals);
    g_free(node);
}

void soql_free(struct soql *query)
{
    if (query == NULL)
        return;
    g_free(query->text);
    g_free(query->object);
    g_array_unref(query->selected);
    g_array_unref(query->orders);
    free_node(query->where);
    g_free(query);
}

static struct soql *parse_query(struct parser *parser)
{
    struct soql *query = g_new0(struct soql, 1);
    query->text = g_strdup(parser->text);
    query->limit = -1;
    query->selected = g_array_new(FALSE, FALSE, sizeof(struct soql_selected));
    query->orders = g_array_new(FALSE, FALSE, sizeof(struct soql_order));
    g_array_set_clear_func(query->selected, clear_selected);
    g_array_set_clear_func(query->orders, clear_order);
    parse_clauses(parser, query);
    return query;
}

struct soql *soql_parse(const char *text, struct soql_problem *problem)
{
    struct parser parser = {.text = text, .problem = problem};
    *problem = (struct soql_problem){0};
    g_autofree char *stripped = g_strstrip(g_strdup(text));
    if (*stripped == '\0') {
        problem->code = "MALFORMED_QUERY";
        problem->message = g_strdup("SOQL statements cannot be empty or null");
        return NULL;
    }
    next(&parser);
    struct soql *query = parse_query(&parser);
    if (!parser.failed && parser.token.kind != TOKEN_END)
        fail_token(&parser);
    g_free(parser.token.text);
    if (!parser.failed)
        return query;
    soql_free(query);
    return NULL;
}
