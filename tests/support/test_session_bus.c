/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "support/session_bus.h"
#include "support/test.h"

static int store(TmpHome *home, const char *value, const char *secret)
{
    const char *argv[] = {"secret-tool", "store", "--label=test", "perch-test", value, NULL};
    g_autoptr(Child) tool = child_run(argv, home->env, secret);
    return child_code(tool);
}

static void open_keyring__keeps__what_is_stored(void **state)
{
    (void)state;
    g_autoptr(TmpHome) home = tmphome_new();
    g_autoptr(SessionBus) bus = session_bus_start(home, SESSION_KEYRING_OPEN);
    g_autofree char *nothing = session_bus_lookup(home, "perch-test", "a");
    assert_null(nothing);
    assert_int_equal(store(home, "a", "one"), 0);
    assert_int_equal(store(home, "b", "two"), 0);
    g_autofree char *one = session_bus_lookup(home, "perch-test", "a");
    assert_string_equal(one, "one");
    assert_int_equal(session_bus_count(home, "perch-test", "b"), 1);
    assert_int_equal(session_bus_count(home, "perch-test", "c"), 0);
}

static void two_keyrings__at_once__are_apart(void **state)
{
    (void)state;
    g_autoptr(TmpHome) first = tmphome_new();
    g_autoptr(TmpHome) second = tmphome_new();
    g_autoptr(SessionBus) one = session_bus_start(first, SESSION_KEYRING_OPEN);
    g_autoptr(SessionBus) two = session_bus_start(second, SESSION_KEYRING_OPEN);
    assert_int_equal(store(first, "a", "one"), 0);
    assert_int_equal(session_bus_count(second, "perch-test", "a"), 0);
    assert_int_equal(session_bus_count(first, "perch-test", "a"), 1);
}

static void other_states__refuse__to_store(void **state)
{
    (void)state;
    static const enum session_keyring kinds[] = {SESSION_NO_KEYRING, SESSION_KEYRING_LOCKED,
                                                 SESSION_KEYRING_EMPTY};
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autoptr(TmpHome) home = tmphome_new();
        g_autoptr(SessionBus) bus = session_bus_start(home, kinds[i]);
        assert_int_not_equal(store(home, "a", "one"), 0);
    }
}

static void borrowed_keyring__is_lent_again__empty(void **state)
{
    (void)state;
    g_autoptr(TmpHome) first = tmphome_new();
    SessionBus *bus = session_bus_borrow(first);
    g_autofree char *address = g_strdup(bus->address);
    assert_int_equal(store(first, "a", "one"), 0);
    session_bus_return(bus);
    g_autoptr(TmpHome) second = tmphome_new();
    bus = session_bus_borrow(second);
    assert_string_equal(bus->address, address);
    assert_int_equal(session_bus_count(second, "perch-test", "a"), 0);
    assert_int_equal(store(second, "b", "two"), 0);
    session_bus_return(bus);
}

static void borrowed_keyring__that_was_changed__is_not_lent_again(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        g_autoptr(TmpHome) home = tmphome_new();
        SessionBus *bus = session_bus_borrow(home);
        assert_int_equal(store(home, "a", "one"), 0);
        if (i == 0)
            session_bus_lock(bus);
        else if (i == 1)
            assert_true(child_stop(bus->keyring, 10000));
        session_bus_return(bus);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(open_keyring__keeps__what_is_stored),
        cmocka_unit_test(two_keyrings__at_once__are_apart),
        cmocka_unit_test(other_states__refuse__to_store),
        cmocka_unit_test(borrowed_keyring__is_lent_again__empty),
        cmocka_unit_test(borrowed_keyring__that_was_changed__is_not_lent_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
