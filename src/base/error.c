/* SPDX-License-Identifier: MIT */
#include "perch/base/error.h"

G_DEFINE_QUARK(perch - error - quark, perch_error)

enum perch_exit perch_error_exit(const GError *error)
{
    static const enum perch_exit exits[] = {
        [PERCH_ERROR_USAGE] = PERCH_EXIT_USAGE,
        [PERCH_ERROR_CANCELLED] = PERCH_EXIT_CANCELLED,
        [PERCH_ERROR_INPUT] = PERCH_EXIT_USAGE,
        [PERCH_ERROR_NETWORK] = PERCH_EXIT_NETWORK,
        [PERCH_ERROR_OAUTH] = PERCH_EXIT_AUTHORIZATION,
        [PERCH_ERROR_REST] = PERCH_EXIT_API,
        [PERCH_ERROR_STORE_ABSENT] = PERCH_EXIT_KEYRING,
        [PERCH_ERROR_STORE_LOCKED] = PERCH_EXIT_KEYRING,
        [PERCH_ERROR_STORE_NO_COLLECTION] = PERCH_EXIT_KEYRING,
        [PERCH_ERROR_STORE_FAILED] = PERCH_EXIT_KEYRING,
        [PERCH_ERROR_STORE_DAMAGED] = PERCH_EXIT_KEYRING,
        [PERCH_ERROR_STORE_NEWER] = PERCH_EXIT_KEYRING,
        [PERCH_ERROR_NOT_FOUND] = PERCH_EXIT_USAGE,
        [PERCH_ERROR_FILE] = PERCH_EXIT_UNEXPECTED,
        [PERCH_ERROR_BUSY] = PERCH_EXIT_BUSY,
        [PERCH_ERROR_LIMIT] = PERCH_EXIT_UNEXPECTED,
        [PERCH_ERROR_INTERNAL] = PERCH_EXIT_UNEXPECTED,
    };
    if (error == NULL)
        return PERCH_EXIT_OK;
    if (error->domain != PERCH_ERROR || error->code < 0 ||
        (gsize)error->code >= G_N_ELEMENTS(exits))
        return PERCH_EXIT_UNEXPECTED;
    return exits[error->code];
}
