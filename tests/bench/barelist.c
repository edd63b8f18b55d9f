/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Probe of the benchmark: the least that a full-screen list can be. Reads all lines of a file, shows
 * a screenful with a cursor and a foot line, moves and pages. What the console costs is counted in
 * multiples of this.
 */
#include <curses.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct list {
	char **lines;
	size_t count, cap, top, at;
};

static void read_lines(struct list *l, const char *path)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	if (!f) {
		perror(path);
		exit(1);
	}
	while ((n = getline(&line, &cap, f)) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (l->count == l->cap) {
			l->cap = l->cap ? l->cap * 2 : 1024;
			l->lines = realloc(l->lines, l->cap * sizeof(*l->lines));
			if (!l->lines)
				abort();
		}
		l->lines[l->count++] = strdup(line);
	}
	free(line);
	fclose(f);
}

static void draw(const struct list *l)
{
	size_t rows = (size_t)LINES - 1, i;

	erase();
	for (i = 0; i < rows && l->top + i < l->count; i++) {
		if (l->top + i == l->at)
			attron(A_REVERSE);
		mvaddnstr((int)i, 0, l->lines[l->top + i], COLS);
		if (l->top + i == l->at)
			attroff(A_REVERSE);
	}
	mvprintw(LINES - 1, 0, "%zu of %zu", l->at + 1, l->count);
	refresh();
}

static void move_by(struct list *l, long by)
{
	size_t rows = (size_t)LINES - 1;
	long to = (long)l->at + by, last = (long)l->count - 1;

	to = to > last ? last : to;
	l->at = to < 0 ? 0 : (size_t)to;
	if (l->at < l->top)
		l->top = l->at;
	if (l->at >= l->top + rows)
		l->top = l->at - rows + 1;
}

int main(int argc, char **argv)
{
	struct list l = { 0 };
	int key;

	if (argc != 2) {
		fputs("usage: barelist FILE\n", stderr);
		return 2;
	}
	setlocale(LC_ALL, "");
	read_lines(&l, argv[1]);
	initscr();
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	curs_set(0);
	do {
		draw(&l);
		key = getch();
		switch (key) {
		case 'j': case KEY_DOWN: move_by(&l, 1); break;
		case 'k': case KEY_UP: move_by(&l, -1); break;
		case KEY_NPAGE: move_by(&l, LINES - 1); break;
		case KEY_PPAGE: move_by(&l, -(LINES - 1)); break;
		default: break;
		}
	} while (key != 'q' && key != ERR);
	endwin();
	return 0;
}
