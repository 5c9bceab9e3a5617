/* SPDX-License-Identifier: MIT */

#include "support/webdriver.h"

#include <stdlib.h>
#include <string.h>

#include "perch/base/secret.h"
#include "support/fetch.h"
#include "support/test.h"

enum { START_MS = 60000, STOP_MS = 20000, POLL_MS = 50 };

/* The key under which the protocol hands out elements (W3C WebDriver, "web element identifier"). */
#define ELEMENT_KEY "element-6066-11e4-a52e-4f735466cecf"

struct WebDriver {
    Child *process;
    char *base; /* http://127.0.0.1:PORT/session/ID once there is a session */
};

/* The value of an answer; NULL for an error, whose name in the protocol goes to *ret_error. */
static Json *call(WebDriver *driver, const char *method, const char *path, const char *body,
                  char **ret_error)
{
    g_autofree char *url = g_strconcat(driver->base, path, NULL);
    const char *headers[] = {"Content-Type: application/json", NULL};
    struct fetch_options options = {.method = method,
                                    .body =
                                        strcmp(method, "POST") == 0 && body == NULL ? "{}" : body,
                                    .headers = headers,
                                    .milliseconds = START_MS};
    g_autoptr(Fetched) answer = fetch(url, &options);
    g_autoptr(Json) json = json_parse(answer->body, strlen(answer->body), NULL);
    const Json *value = json_get(json, "value");
    if (answer->status == 200) {
        return value != NULL ? json_copy(value) : json_null_new();
    }
    const char *name = json_get_string(value, "error");
    const char *message = json_get_string(value, "message");
    *ret_error = g_strdup_printf("%s: %.300s", name != NULL ? name : "no answer",
                                 message != NULL ? message : answer->body);
    return NULL;
}

static Json *must_call(WebDriver *driver, const char *method, const char *path, const char *body)
{
    char *error = NULL;
    Json *value = call(driver, method, path, body, &error);
    if (value == NULL) {
        print_error("WebDriver %s %s: %s\n", method, path, error);
        g_free(error);
        fail();
    }
    return value;
}

static char *must_text(WebDriver *driver, const char *method, const char *path, const char *body)
{
    g_autoptr(Json) value = must_call(driver, method, path, body);
    return g_strdup(json_string(value) != NULL ? json_string(value) : "");
}

/* {"key": "text"} */
static char *body_of(const char *key, const char *text)
{
    g_autoptr(Json) body = json_object();
    json_set_string(body, key, text);
    g_autoptr(WipedText) printed = json_print(body);
    return g_strdup(printed);
}

static void add_argument(Json *arguments, const char *format, const char *value)
{
    g_autofree char *text = g_strdup_printf("%s%s", format, value);
    json_append(arguments, json_string_new(text));
}

static char *capabilities(TmpHome *home, const struct webdriver_options *options)
{
    static const char *const fixed[] = {
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-default-browser-check",
        "--disable-default-apps",
        "--disable-extensions",
        "--metrics-recording-only",
        "--password-store=basic",
        "--window-size=1000,800",
        "--no-proxy-server",
        "--lang=en",
    };
    const char *rules = options != NULL ? options->host_rules : NULL;
    g_autofree char *all_rules =
        g_strdup_printf("%s%sMAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE [::1]",
                        rules != NULL ? rules : "", rules != NULL ? ", " : "");
    Json *arguments = json_array();
    for (gsize i = 0; i < G_N_ELEMENTS(fixed); i++) {
        json_append(arguments, json_string_new(fixed[i]));
    }
    g_autofree char *profile = g_build_filename(home->root, "chromium", NULL);
    add_argument(arguments, "--user-data-dir=", profile);
    add_argument(arguments, "--host-resolver-rules=", all_rules);
    if (options != NULL && options->trusted_key != NULL) {
        add_argument(arguments, "--ignore-certificate-errors-spki-list=", options->trusted_key);
    }
    g_autoptr(Json) body = json_object();
    Json *chrome = json_object();
    Json *match = json_object();
    Json *top = json_object();
    json_set(chrome, "args", arguments);
    json_set_string(match, "browserName", "chrome");
    json_set(match, "goog:chromeOptions", chrome);
    json_set(top, "alwaysMatch", match);
    json_set(body, "capabilities", top);
    g_autoptr(WipedText) printed = json_print(body);
    return g_strdup(printed);
}

static guint16 read_port(Child *process)
{
    static const char said[] = "was started successfully on port ";
    if (!child_wait_output(process, said, START_MS) ||
        !child_wait_output(process, ".\n", START_MS)) {
        return 0;
    }
    const char *at = strstr(process->output->str, said);
    return (guint16)strtoul(at + strlen(said), NULL, 10);
}

WebDriver *webdriver_start(TmpHome *home, const struct webdriver_options *options)
{
    WebDriver *driver = g_new0(WebDriver, 1);
    const char *argv[] = {"chromedriver", "--port=0", NULL};
    driver->process = child_start(argv, home->env);
    guint16 port = read_port(driver->process);
    if (port == 0) {
        print_error("chromedriver does not start: %s%s\n", driver->process->output->str,
                    driver->process->errors->str);
        webdriver_stop(driver);
        fail();
    }
    driver->base = g_strdup_printf("http://127.0.0.1:%u", port);
    g_autofree char *wanted = capabilities(home, options);
    g_autoptr(Json) session = must_call(driver, "POST", "/session", wanted);
    g_free(driver->base);
    driver->base = g_strdup_printf("http://127.0.0.1:%u/session/%s", port,
                                   json_get_string(session, "sessionId"));
    return driver;
}

void webdriver_stop(WebDriver *driver)
{
    if (driver == NULL) {
        return;
    }
    if (driver->base != NULL && strstr(driver->base, "/session/") != NULL) {
        char *error = NULL;
        json_free(call(driver, "DELETE", "", NULL, &error)); /* returns when Chromium has gone */
        g_free(error);
    }
    child_stop(driver->process, STOP_MS);
    child_free(driver->process);
    g_free(driver->base);
    g_free(driver);
}

void webdriver_open(WebDriver *driver, const char *url)
{
    g_autofree char *body = body_of("url", url);
    json_free(must_call(driver, "POST", "/url", body));
}

void webdriver_open_tab(WebDriver *driver, const char *url)
{
    g_autofree char *kind = body_of("type", "tab");
    g_autoptr(Json) tab = must_call(driver, "POST", "/window/new", kind);
    g_autofree char *handle = body_of("handle", json_get_string(tab, "handle"));
    json_free(must_call(driver, "POST", "/window", handle));
    webdriver_open(driver, url);
}

void webdriver_back(WebDriver *driver)
{
    json_free(must_call(driver, "POST", "/back", NULL));
}

void webdriver_reload(WebDriver *driver)
{
    json_free(must_call(driver, "POST", "/refresh", NULL));
}

char *webdriver_url(WebDriver *driver)
{
    return must_text(driver, "GET", "/url", NULL);
}

char *webdriver_title(WebDriver *driver)
{
    return must_text(driver, "GET", "/title", NULL);
}

/* Path of the element, NULL when it is not there now. */
static char *find_now(WebDriver *driver, const char *css)
{
    g_autoptr(Json) query = json_object();
    json_set_string(query, "using", "css selector");
    json_set_string(query, "value", css);
    g_autoptr(WipedText) body = json_print(query);
    char *error = NULL;
    g_autoptr(Json) found = call(driver, "POST", "/element", body, &error);
    g_free(error);
    const char *id = json_get_string(found, ELEMENT_KEY);
    return id == NULL ? NULL : g_strdup_printf("/element/%s", id);
}

/* The pause between two looks at the browser: it also sees chromedriver die. */
static bool pause_until(WebDriver *driver, gint64 deadline)
{
    return !child_wait_end(driver->process, POLL_MS) && g_get_monotonic_time() / 1000 < deadline;
}

static gint64 deadline_from_now(void)
{
    return g_get_monotonic_time() / 1000 + WEBDRIVER_WAIT_MS;
}

static void give_up(WebDriver *driver, const char *what, const char *which)
{
    g_autofree char *url = webdriver_url(driver);
    g_autofree char *text = webdriver_text(driver, "body");
    fail_msg("%s \"%s\" on %s:\n%s", what, which, url, text);
}

bool webdriver_has(WebDriver *driver, const char *css)
{
    g_autofree char *element = find_now(driver, css);
    return element != NULL;
}

static char *find(WebDriver *driver, const char *css)
{
    gint64 deadline = deadline_from_now();
    for (;;) {
        char *element = find_now(driver, css);
        if (element != NULL) {
            return element;
        }
        if (!pause_until(driver, deadline)) {
            give_up(driver, "no element", css);
        }
    }
}

void webdriver_type(WebDriver *driver, const char *css, const char *text)
{
    g_autofree char *element = find(driver, css);
    g_autofree char *clear = g_strconcat(element, "/clear", NULL);
    g_autofree char *value = g_strconcat(element, "/value", NULL);
    g_autofree char *body = body_of("text", text);
    json_free(must_call(driver, "POST", clear, NULL));
    json_free(must_call(driver, "POST", value, body));
}

void webdriver_click(WebDriver *driver, const char *css)
{
    g_autofree char *element = find(driver, css);
    g_autofree char *path = g_strconcat(element, "/click", NULL);
    json_free(must_call(driver, "POST", path, NULL));
}

char *webdriver_text(WebDriver *driver, const char *css)
{
    g_autofree char *element = find(driver, css);
    g_autofree char *path = g_strconcat(element, "/text", NULL);
    return must_text(driver, "GET", path, NULL);
}

/* Text of the page as it is now, "" while one page gives way to the next. */
static char *text_now(WebDriver *driver)
{
    g_autofree char *element = find_now(driver, "body");
    g_autofree char *path = g_strconcat(element != NULL ? element : "", "/text", NULL);
    char *error = NULL;
    g_autoptr(Json) text = element == NULL ? NULL : call(driver, "GET", path, NULL, &error);
    g_free(error);
    return g_strdup(json_string(text) != NULL ? json_string(text) : "");
}

void webdriver_wait_text(WebDriver *driver, const char *text)
{
    gint64 deadline = deadline_from_now();
    for (;;) {
        g_autofree char *now = text_now(driver);
        if (strstr(now, text) != NULL) {
            return;
        }
        if (!pause_until(driver, deadline)) {
            give_up(driver, "no text", text);
        }
    }
}

void webdriver_wait_url(WebDriver *driver, const char *prefix)
{
    gint64 deadline = deadline_from_now();
    for (;;) {
        g_autofree char *url = webdriver_url(driver);
        if (g_str_has_prefix(url, prefix)) {
            return;
        }
        if (!pause_until(driver, deadline)) {
            give_up(driver, "the address does not become", prefix);
        }
    }
}

void webdriver_screenshot(WebDriver *driver, const char *path)
{
    g_autofree char *text = must_text(driver, "GET", "/screenshot", NULL);
    gsize length = 0;
    g_autofree guchar *png = g_base64_decode(text, &length);
    g_autoptr(GError) error = NULL;
    g_file_set_contents(path, (const char *)png, (gssize)length, &error);
    assert_no_error(error);
}
