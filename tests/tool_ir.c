/* tool_ir.c: ir_tool MODE FILE.sir, the text IR without the rest of the compiler.
 * roundtrip: parse and print to stdout. verify: parse and verify. Diagnostics go to stderr;
 * status 1 if there were errors, 2 for a wrong command line or an unreadable file. */
#include "../ir/ir.h"

#include <string.h>

static int run(Arena *a, bool verify, const char *path)
{
	size_t len = 0;
	const char *text = file_read(a, path, &len);
	if (!text) {
		perror(path);
		return 2;
	}
	Diag diag = {.arena = a, .out = stderr};
	const Source src = {.name = path, .text = text, .len = len};
	Module *m = ir_parse(a, &diag, ops_new(a), &src);
	if (!m)
		return 1;
	if (verify)
		return ir_verify(m) > 0;
	Buf b;
	buf_init(&b, a);
	ir_print(&b, m);
	return fwrite(b.s, 1, b.len, stdout) == b.len && fflush(stdout) == 0 ? 0 : 2;
}

int main(int argc, char **argv)
{
	const bool verify = argc == 3 && !strcmp(argv[1], "verify");
	if (argc != 3 || (!verify && strcmp(argv[1], "roundtrip"))) {
		fputs("usage: ir_tool roundtrip|verify FILE.sir\n", stderr);
		return 2;
	}
	Arena *a = arena_new();
	const int status = run(a, verify, argv[2]);
	arena_free(a);
	return status;
}
