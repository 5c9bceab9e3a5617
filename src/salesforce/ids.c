/* SPDX-License-Identifier: MIT */
#include "perch/salesforce/salesforce.h"

#include <string.h>

enum { ID_SHORT = 15, ID_LONG = 18, ID_CHUNK = 5 };

bool salesforce_id_is_valid(const char *id)
{
    gsize length = strlen(id);
    if (length != ID_SHORT && length != ID_LONG)
        return false;
    for (const char *p = id; *p != '\0'; p++)
        if (!g_ascii_isalnum(*p))
            return false;
    return true;
}

/* Each of the last three characters encodes which of five characters are upper case. */
char *salesforce_id_long(const char *id)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
    if (strlen(id) != ID_SHORT)
        return g_strdup(id);
    char suffix[4] = "";
    for (int chunk = 0; chunk < 3; chunk++) {
        guint capitals = 0;
        for (int i = 0; i < ID_CHUNK; i++)
            if (g_ascii_isupper(id[chunk * ID_CHUNK + i]))
                capitals |= 1U << i;
        suffix[chunk] = digits[capitals];
    }
    return g_strconcat(id, suffix, NULL);
}
