/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "support/browser_login.h"
#include "support/html_form.h"
#include "support/page_server.h"
#include "support/test.h"
#include "support/webdriver.h"

static const struct page pages[] = {
    {"/", "<title>First</title><body><h1>Hello</h1><form action=\"/second\" method=\"get\">"
          "<input type=\"hidden\" name=\"x\" value=\"a&amp;b\"><input id=\"who\" name=\"who\">"
          "<button id=\"go\" name=\"do\" value=\"1\">Go on</button></form></body>"},
    {"/second", "<title>Second</title><body><p id=\"said\">Thank you</p></body>"},
    {"/away", "Location: /second?code=abc"},
    {"/login",
     "<form method=\"get\" action=\"/away\"><input type=\"email\" name=\"u\">"
     "<input type=\"password\" name=\"p\"><input type=\"submit\" value=\"Log In\"></form>"},
    {NULL, NULL},
};

static void chromium__walks__through_pages(void **state)
{
    (void)state;
    g_autoptr(TmpHome) home = tmphome_new();
    g_autoptr(PageServer) server = page_server_start(pages);
    g_autoptr(WebDriver) driver = webdriver_start(home, NULL);
    webdriver_open(driver, page_server_url(server));
    g_autofree char *title = webdriver_title(driver);
    assert_string_equal(title, "First");
    g_autofree char *heading = webdriver_text(driver, "h1");
    assert_string_equal(heading, "Hello");
    assert_false(webdriver_has(driver, "#said"));

    webdriver_type(driver, "#who", "Zoë & co");
    webdriver_click(driver, "#go");
    webdriver_wait_text(driver, "Thank you");
    g_autofree char *url = webdriver_url(driver);
    assert_contains(url, "/second?x=a%26b&who=Zo%C3%AB+%26+co&do=1");

    webdriver_back(driver);
    webdriver_wait_text(driver, "Hello");
    g_autofree char *away = g_strconcat(page_server_url(server), "/away", NULL);
    g_autofree char *arrived = g_strconcat(page_server_url(server), "/second?code=abc", NULL);
    webdriver_open_tab(driver, away);
    webdriver_wait_url(driver, arrived);

    g_autofree char *picture = g_build_filename(home->root, "picture.png", NULL);
    g_autofree char *png = NULL;
    gsize length = 0;
    webdriver_screenshot(driver, picture);
    assert_true(g_file_get_contents(picture, &png, &length, NULL));
    assert_true(length > 1000);
    assert_memory_equal(png, "\x89PNG", 4);
}

static void stand_in__logs_in__and_follows_redirects(void **state)
{
    (void)state;
    g_autoptr(PageServer) server = page_server_start(pages);
    g_autofree char *login = g_strconcat(page_server_url(server), "/login", NULL);
    struct browser_options options = {.username = "u@example.com", .password = "p"};
    g_autoptr(BrowserVisit) visit = browser_login(login, &options);
    assert_int_equal(visit->status, 200);
    assert_contains(visit->url, "/second?code=abc");
    assert_contains(visit->body, "Thank you");

    options.action = BROWSER_STOP_AT_CODE;
    g_autoptr(BrowserVisit) at_code = browser_login(login, &options);
    assert_contains(at_code->url, "/second?code=abc");
    assert_null(strstr(at_code->pages->str, "/second"));
    options.action = BROWSER_STOP_AT_LOGIN;
    g_autoptr(BrowserVisit) at_login = browser_login(login, &options);
    assert_contains(at_login->url, "/login");
    assert_string_equal(at_login->pages->str, "200 /login\n");
}

static void form__encodes__as_a_browser_does(void **state)
{
    (void)state;
    g_autoptr(HtmlForm) form = html_form_parse(
        "<p><form method=\"POST\" action=\"/x?y=1&amp;z=2\"><input type=\"hidden\" name=\"h\" "
        "value=\"&lt;&quot;&apos;&#39;&gt;\"><button type=\"submit\" name=\"d\" value=\"no\">Deny"
        "</button><button type=\"submit\" name=\"d\" value=\"yes\">Allow</button></form>");
    assert_string_equal(form->action, "/x?y=1&z=2");
    assert_string_equal(form->method, "post");
    g_autofree char *body = html_form_encode(form, html_form_button(form, "Allow"));
    assert_string_equal(body, "h=%3C%22%27%27%3E&d=yes");
    assert_null(html_form_parse("<p>nothing</p>"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(form__encodes__as_a_browser_does),
        cmocka_unit_test(stand_in__logs_in__and_follows_redirects),
        cmocka_unit_test(chromium__walks__through_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
