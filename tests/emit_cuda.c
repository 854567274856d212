/* emit_cuda.c: emit_cuda FILE.sir [fp32|tf32|bf16]: the kernels that the CUDA back end emits for a
 * graph after plan_memory, without the kernel files they use, then the launches, on standard
 * output. */
#include "backend_cuda/backend_cuda.h"
#include "passes/passes.h"

#include <string.h>

static CudaPrecision precision(const char *name)
{
	return !strcmp(name, "bf16") ? CUDA_BF16 : !strcmp(name, "tf32") ? CUDA_TF32 : CUDA_FP32;
}

static void print_launches(const CudaCode *code)
{
	for (int i = 0; i < code->launches.n; i++) {
		const CudaLaunch *l = &code->launches.at[i];
		printf("// %s %s: %u,%u,%u blocks of %u threads, %u bytes shared\n",
		       l->load ? "load" : "run ", l->kernel, l->grid[0], l->grid[1], l->grid[2],
		       l->block, l->smem);
	}
	printf("// weights %lld bytes, load-time values %lld, arena %lld\n",
	       (long long)code->param_bytes, (long long)code->load_bytes,
	       (long long)code->arena_bytes);
}

int main(int argc, char **argv)
{
	const CudaOptions opt = {.precision = precision(argc > 2 ? argv[2] : "fp32"),
				 .version = "0.0.0"};
	const PassOptions passes = {.only = "", .verify = true, .hooks = cuda_hooks(opt.precision)};
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
	if (!m || ir_verify(m) > 0 || !passes_run(m, &passes, &r))
		return 1;
	const Model model = {.module = m, .name = m->name, .batch = 1};
	const CudaCode *code = cuda_emit(a, &model, &opt);
	for (int f = 0; f < NFAMILIES; f++)
		if (code->unit[f].len > 0)
			printf("// ---- %s\n%.*s", cuda_family_name((CudaFamily)f),
			       (int)code->unit[f].len, code->unit[f].s);
	print_launches(code);
	arena_free(a);
	return 0;
}
