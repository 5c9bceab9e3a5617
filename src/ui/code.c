/* SPDX-License-Identifier: MIT */
#include <qrencode.h>
#include <string.h>

#include "perch/base/library.h"
#include "perch/base/text.h"
#include "ui_private.h"

/* An address as a QR code over the whole screen: two modules in each cell, dark on light whatever
 * the terminal's colours are. libqrencode is loaded when the key is pressed. */

enum { QUIET = 2 }; /* light modules around it */

#define QR_FUNCTIONS(X) \
    X(encodeData)       \
    X(free)

struct qr_functions {
#define X(name) __typeof__(QRcode_##name) *name;
    QR_FUNCTIONS(X)
#undef X
};

static const struct qr_functions *qr_functions(GError **error)
{
    static const char *const names[] = {"libqrencode.so.4", NULL};
    static struct qr_functions functions;
    gpointer library = functions.free != NULL ? NULL : library_open("libqrencode", names, error);
    if (library != NULL) {
#define X(name) LIBRARY_SYMBOL(functions, library, "QRcode_", name);
        QR_FUNCTIONS(X)
#undef X
    }
    return functions.free != NULL ? &functions : NULL;
}

static bool is_dark(const QRcode *code, int row, int column)
{
    row -= QUIET;
    column -= QUIET;
    return row >= 0 && row < code->width && column >= 0 && column < code->width &&
           (code->data[row * code->width + column] & 1) != 0;
}

static void draw_modules(const QRcode *code, int left)
{
    static const char *const cells[2][2] = {{" ", "▄"}, {"▀", "█"}};
    const int width = code->width + 2 * QUIET;
    for (int row = 0; row < width; row += 2) {
        g_autoptr(GString) line = g_string_new(NULL);
        for (int column = 0; column < width; column++)
            g_string_append(line,
                            cells[is_dark(code, row, column)][is_dark(code, row + 1, column)]);
        ui_put(stdscr, row / 2, left, STYLE_CODE, false, line->str);
    }
}

/* What is said below the code, or in its place. */
static void draw_text(const GPtrArray *lines, int row)
{
    for (guint i = 0; i < lines->len; i++)
        ui_put(stdscr, row++, 0, STYLE_PLAIN, false, lines->pdata[i]);
    ui_put(stdscr, row, 0, STYLE_DIM, false, _("Any key closes this."));
}

void ui_draw_code(Ui *ui)
{
    const char *address = ui->view->code;
    g_autoptr(GError) error = NULL;
    const struct qr_functions *qr = qr_functions(&error);
    QRcode *code =
        qr == NULL ? NULL
                   : qr->encodeData((int)strlen(address), (const guchar *)address, 0, QR_ECLEVEL_L);
    const int columns = ui->frame.cols, rows = ui->frame.rows;
    const int width = code == NULL ? 0 : code->width + 2 * QUIET, height = (width + 1) / 2;
    g_autoptr(GPtrArray) below = text_wrap(ui->view->code_text, MAX(columns, width));
    const int needed = height + (int)below->len + 1;
    g_autofree char *problem =
        error != NULL ? g_strdup(error->message)
        : ui->ascii   ? g_strdup(_("A QR code needs a terminal that shows UTF-8."))
        : code == NULL || columns < width || rows < needed
            ? g_strdup_printf(_("The QR code needs a window of %dx%d; this one is %dx%d."), width,
                              needed, columns, rows)
            : NULL;
    werase(stdscr);
    curs_set(0);
    if (problem != NULL) {
        g_autoptr(GPtrArray) lines = text_wrap(problem, columns);
        draw_text(lines, 0);
    } else {
        draw_modules(code, (columns - width) / 2);
        draw_text(below, height);
    }
    if (code != NULL)
        qr->free(code);
}
