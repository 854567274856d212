/* library.c: the installed library of modules: where it is, and what is in it. */
#define _XOPEN_SOURCE 700
#include "library.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json.h"

/* As it is seen from the current folder, where it lies below that. */
static const char *from_here(Arena *a, const char *path)
{
	char here[PATH_MAX];
	const size_t n = getcwd(here, sizeof here) ? strlen(here) : 0;
	return arena_strdup(a,
			    n && !strncmp(path, here, n) && path[n] == '/' ? path + n + 1 : path);
}

const char *library_folder(Arena *a)
{
	static const char *const places[] = {"../share/seldc/models", "../models", "models"};
	char exe[PATH_MAX], real[PATH_MAX];
	const ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	if (n <= 0)
		return NULL;
	exe[n] = '\0';
	*strrchr(exe, '/') = '\0';
	for (size_t i = 0; i < COUNT(places); i++) {
		const char *lib = arena_printf(a, "%s/%s/lib/nn.json", exe, places[i]);
		if (access(lib, R_OK) == 0 &&
		    realpath(arena_printf(a, "%s/%s", exe, places[i]), real))
			return from_here(a, real);
	}
	return NULL;
}

/* ---- --list-modules ---- */

static void print_names(const char *before, Json *list, const char *after)
{
	fputs(before, stdout);
	for (Json *j = json_first(list); j; j = j->next)
		printf("%s%s", j->index ? ", " : "", j->text);
	fputs(after, stdout);
}

/* A default as it stands in the file. */
static void print_param(Json *decl)
{
	Json *const d = decl->kind == JSON_OBJECT ? json_get(decl, "default") : decl;
	printf("%s%s", decl->index ? " " : "    {", decl->key);
	if (!d)
		return;
	if (d->kind == JSON_STRING)
		printf("=%s", d->text);
	else if (d->kind == JSON_BOOL)
		printf("=%s", d->boolean ? "true" : "false");
	else if (d->kind == JSON_NUMBER)
		printf("=%g", d->num);
	else
		printf("=[...]");
}

static void print_module(Json *m)
{
	Json *const doc = json_get(m, "doc"), *const params = json_get(m, "params");
	printf("%s", m->key);
	print_names("(", json_get(m, "in"), ")");
	print_names(" -> ", json_get(m, "out"), "\n");
	if (doc && doc->kind == JSON_STRING)
		printf("    %s\n", doc->text);
	for (Json *j = json_first(params); j; j = j->next)
		print_param(j);
	if (json_first(params))
		puts("}");
}

static int by_name(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

static bool list_file(Arena *a, Diag *d, const char *folder, const char *name)
{
	Json *const root = json_read(a, d, arena_printf(a, "%s/lib/%s", folder, name), (Loc){0});
	Json *const doc = root ? json_get(root, "doc") : NULL;
	if (!root)
		return false;
	printf("# %s: %s\n", name, doc && doc->kind == JSON_STRING ? doc->text : "");
	for (Json *m = json_first(json_get(root, "modules")); m; m = m->next)
		print_module(m);
	puts("");
	return true;
}

int library_list(void)
{
	Arena *const a = arena_new();
	Diag diag = {.arena = a, .out = stderr};
	LIST(const char *) names = {0};
	const char *const folder = library_folder(a);
	DIR *const dir = folder ? opendir(arena_printf(a, "%s/lib", folder)) : NULL;
	for (const struct dirent *e; dir && (e = readdir(dir));) {
		const char *const dot = strrchr(e->d_name, '.');
		if (dot && !strcmp(dot, ".json"))
			list_push(a, &names, arena_strdup(a, e->d_name));
	}
	if (dir)
		closedir(dir);
	if (!names.n)
		diag_error(&diag, E601, (Loc){0},
			   "the library is in neither share/seldc/models nor models near seldc");
	else
		qsort(names.at, (size_t)names.n, sizeof *names.at, by_name);
	for (int i = 0; i < names.n; i++)
		list_file(a, &diag, folder, names.at[i]);
	const int status = diag.status;
	arena_free(a);
	return status;
}
