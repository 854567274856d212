/* emit_cpu.c: emit_cpu FILE.sir: the C that the CPU back end emits for a graph after plan_memory,
 * on standard output. Kernel texts are replaced by their names: they are files of their own. */
#include "backend_cpu/emit.h"
#include "passes/passes.h"

#include <string.h>

#define X(name) extern const char *const cpu_kernel_##name;
KERNELS(X)
#undef X

static const struct {
	const char *name, *const *text;
} kernels[] = {
#define X(name) {#name, &cpu_kernel_##name},
    KERNELS(X)
#undef X
};

/* The number of our version, which is not part of the test, becomes 0.0.0. */
static const char *without_version(Arena *a, const char *s)
{
	const char *at = strstr(s, "\t.version = ");
	return arena_printf(a, "%.*s\t.version = \"0.0.0\",%s", (int)(at - s), s, strchr(at, '\n'));
}

/* Prints s with each kernel's text as a line that names it. */
static void print_without_kernels(const char *s)
{
	for (size_t i = 0; i < COUNT(kernels); i++) {
		const char *at = strstr(s, *kernels[i].text);
		if (!at)
			continue;
		printf("%.*s/* kernels/%s.h */\n", (int)(at - s), s, kernels[i].name);
		s = at + strlen(*kernels[i].text);
	}
	fputs(s, stdout);
}

int main(int argc, char **argv)
{
	static const CpuOptions opt = {0};
	const PassOptions passes = {.only = "", .verify = true, .hooks = cpu_hooks()};
	Arena *a = arena_new();
	Diag d = {.arena = a, .out = stderr};
	Source src = {.name = argc > 1 ? argv[1] : "?"};
	src.text = file_read(a, src.name, &src.len);
	if (!src.text) {
		perror(src.name);
		return 1;
	}
	Report r = {0};
	Module *m = ir_parse(a, &d, ops_new(a), &src);
	Buf b;
	buf_init(&b, a);
	if (!m || ir_verify(m) > 0 || !passes_run(m, &passes, &r))
		return 1;
	const Model model = {.module = m, .name = m->name, .batch = 1};
	if (!cpu_emit(&b, &model, &opt))
		return 1;
	print_without_kernels(without_version(a, b.s));
	arena_free(a);
	return 0;
}
