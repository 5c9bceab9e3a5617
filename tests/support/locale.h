/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_LOCALE_H
#define SUPPORT_LOCALE_H

/*
 * Makes a locale in the build folder, named LANGUAGE.CHARSET (pl_PL.UTF-8), whatever the machine
 * has; LOCPATH is to be the folder that this returns. Owned by the caller; NULL where the C library
 * makes no locales.
 */
char *locale_make(const char *language, const char *charset);

/* Lets this process speak the language of such a locale, from the catalogues of the build folder.
 * False where there can be none. */
int locale_speak(const char *language);
/* And English again. */
void locale_speak_english(void);

#endif
