/* coverage.c: coverage [DIR]: fails for every op of ops.def that has no numeric case, a pair
 * DIR/<op>/<case>.sir and .want (DIR is tests/num unless given), and for every case without its
 * other half. */
#define _POSIX_C_SOURCE 200809L
#include <glob.h>
#include <stdio.h>
#include <string.h>

static const char *const ops[] = {
#define EW(name, ...) #name,
#define OP(name, ...) #name,
#include "../ir/ops.def"
#undef EW
#undef OP
};

static size_t count_files(const char *dir, const char *op, const char *suffix)
{
	char pattern[512];
	glob_t g = {0};
	snprintf(pattern, sizeof pattern, "%s/%s/*%s", dir, op, suffix);
	const size_t n = glob(pattern, 0, NULL, &g) == 0 ? g.gl_pathc : 0;
	globfree(&g);
	return n;
}

int main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : "tests/num";
	int nmissing = 0;
	for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
		const size_t ngraphs = count_files(dir, ops[i], ".sir");
		const size_t nwants = count_files(dir, ops[i], ".want");
		if (ngraphs == 0)
			printf("%s: no numeric case in %s/%s\n", ops[i], dir, ops[i]);
		else if (ngraphs != nwants)
			printf("%s: %zu .sir but %zu .want in %s/%s\n", ops[i], ngraphs, nwants,
			       dir, ops[i]);
		nmissing += ngraphs == 0 || ngraphs != nwants;
	}
	return nmissing > 0;
}
