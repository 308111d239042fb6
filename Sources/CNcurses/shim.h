#ifndef CNCURSES_SHIM_H
#define CNCURSES_SHIM_H

/* The few calls that imtui makes of ncurses: terminal modes, terminfo and size. The globals of
   <ncurses.h> stay behind these functions. */

#define _XOPEN_SOURCE_EXTENDED 1
#define NCURSES_WIDECHAR 1
#include <langinfo.h>
#include <locale.h>
#include <ncurses.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Takes the locale from the environment; 1 when its characters are UTF-8. */
static inline int im_locale_is_utf8(void) {
    setlocale(LC_ALL, "");
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* Puts the terminal into raw mode; 0 when TERM names none that is known. Nothing is drawn: what
   is sent to a terminal is not ncurses' business here. */
static inline int im_open(void) {
    SCREEN *screen = newterm(NULL, stdout, stdin);
    if (screen == NULL) return 0;
    set_term(screen);
    raw();
    noecho();
    nonl();
    def_prog_mode();
    return 1;
}

/* Gives the terminal's modes back as they were. */
static inline void im_leave(void) { reset_shell_mode(); }

/* Puts the terminal into raw mode again. */
static inline void im_return(void) { reset_prog_mode(); }

static inline int im_colors(void) { return tigetnum("colors"); }

/* A string of the terminal's description; NULL: it has none. */
static inline const char *im_string(const char *name) {
    char *value = tigetstr((char *)name);
    return value == (char *)-1 ? NULL : value;
}

/* Rows, columns and pixels of the terminal; 0 pixels: not known. */
static inline void im_size(int *rows, int *columns, int *width, int *height) {
    struct winsize size;
    *rows = 24;
    *columns = 80;
    *width = 0;
    *height = 0;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return;
    if (size.ws_row > 0) *rows = size.ws_row;
    if (size.ws_col > 0) *columns = size.ws_col;
    *width = size.ws_xpixel;
    *height = size.ws_ypixel;
}

#endif
