#ifndef CNCURSES_SHIM_H
#define CNCURSES_SHIM_H

/* The few calls that imtui makes of ncurses: terminal modes, size and keys. The globals of
   <ncurses.h> stay behind these functions. */

#define _XOPEN_SOURCE_EXTENDED 1
#define NCURSES_WIDECHAR 1
#include <locale.h>
#include <ncurses.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#define IM_KEY_PASTE_BEGIN 2000
#define IM_KEY_PASTE_END 2001

/* Takes the terminal over; 0 when there is none. */
static inline int im_open(void) {
    setlocale(LC_ALL, "");
    SCREEN *screen = newterm(NULL, stdout, stdin);
    if (screen == NULL) return 0;
    set_term(screen);
    raw();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    set_escdelay(25);
    define_key("\033[200~", IM_KEY_PASTE_BEGIN);
    define_key("\033[201~", IM_KEY_PASTE_END);
    refresh();
    return 1;
}

/* Gives the terminal back as it was. */
static inline void im_close(void) { endwin(); }

static inline int im_colors(void) { return tigetnum("colors"); }

static inline void im_size(int *rows, int *columns) {
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0) {
        *rows = size.ws_row;
        *columns = size.ws_col;
    } else {
        *rows = LINES;
        *columns = COLS;
    }
}

/* Waits for a key, `milliseconds` at most (-1: as long as it takes).
   0: none came, 1: a character, 2: a function key. */
static inline int im_key(int milliseconds, unsigned int *key) {
    wint_t value = 0;
    timeout(milliseconds);
    int kind = get_wch(&value);
    *key = (unsigned int)value;
    if (kind == ERR) return 0;
    return kind == KEY_CODE_YES ? 2 : 1;
}

static inline unsigned int im_key_function(int number) { return KEY_F(number); }

#endif
