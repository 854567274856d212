/* cuda_check.c: cuda_check [options] FILE.sir...: emits, compiles and runs graphs on the GPU and
 * compares with the values beside them (tests/num_case.h), or with the evaluator on seeded random
 * values where there are none. Activations are filled with NaN before each run; each graph runs
 * twice and must give the same bits. Prints "ok FILE" or "not ok FILE: reason"; status 1 on
 * failure.
 *   -p fp32|tf32|bf16   precision        -a sm_90   architecture      -t REL   tolerance
 *   -c                  compile only     -0         required passes alone
 *   -s FILE             write the CUDA source      -n N   time N runs and each launch
 *   -h FILE             write the C part, and FILE.s with the machine code
 *   -w FILE             evaluate and write the reference, nothing else
 *   -r FILE             read the reference instead of evaluating
 *   -k PASS             leave one optional pass out
 *   -P                  PTX, too           -N         nvcc instead of NVRTC
 *   -l                  with -c: list the files of machine code
 *   -x                  no reference: run and time only */
#define _GNU_SOURCE
#include "tests/num_case.h"

#include "backend_cuda/backend_cuda.h"
#include "passes/passes.h"
#include "runtime/rt_cuda.h"

#include <dlfcn.h>
#include <unistd.h>

typedef struct Check {
	Arena *a;
	Diag diag;
	CudaPrecision precision;
	const char *arch, *skip, *source, *host, *write_ref, *read_ref;
	FILE *ref;
	double tolerance;
	bool compile_only, plain, blind, ptx, nvcc, list;
	int timed;
	NumCase want;
	bool has_case;
} Check;

/* ---- inputs --------------------------------------------------------------------------------- */

static bool lookup(void *ctx, const Node *source, Tensor *out)
{
	Check *c = ctx;
	const NumTensor *t = c->has_case ? num_case_input(&c->want, source->label) : NULL;
	if (t) {
		*out = t->tensor;
		return true;
	}
	RandomValues random = {.arena = c->a, .seed = 1};
	if (!passes_random(&random, source, out))
		return false;
	const int64_t n = type_count(&out->type);
	for (int64_t i = 0; i < n; i++)
		out->data[i] = (float)out->data[i];
	return true;
}

static float *values(Check *c, const Node *n)
{
	Tensor t = {0};
	if (!lookup(c, n, &t))
		BUG("no values for '%s'", n->label);
	const int64_t count = type_count(&t.type);
	float *f = NEW_ARRAY(c->a, float, count);
	for (int64_t i = 0; i < count; i++)
		f[i] = (float)t.data[i];
	return f;
}

/* ---- the program, as emit_host.c would write it
 * --------------------------------------------------- */

static RtTensor tensor_of(const char *name, const Type *t)
{
	RtTensor r = {.name = name, .rank = t->rank};
	memcpy(r.dim, t->dim, sizeof r.dim);
	return r;
}

static const RtGraph *make_graphs(Check *c, const Module *m)
{
	RtGraph *graphs = NEW_ARRAY(c->a, RtGraph, m->graphs.n);
	for (int i = 0; i < m->graphs.n; i++) {
		const Graph *g = m->graphs.at[i];
		RtTensor *in = NEW_ARRAY(c->a, RtTensor, g->nodes.n + 1);
		RtTensor *out = NEW_ARRAY(c->a, RtTensor, g->outputs.n + 1);
		int nin = 0;
		for (int k = 0; k < g->nodes.n; k++)
			if (g->nodes.at[k]->op == OP_input)
				in[nin++] =
				    tensor_of(g->nodes.at[k]->label, &g->nodes.at[k]->out[0].type);
		for (int k = 0; k < g->outputs.n; k++)
			out[k] = tensor_of(g->outputs.at[k].name, &g->outputs.at[k].value->type);
		graphs[i] = (RtGraph){.name = g->name,
				      .ninputs = nin,
				      .noutputs = g->outputs.n,
				      .inputs = in,
				      .outputs = out};
	}
	return graphs;
}

static const RtModel *make_model(Check *c, const CudaCode *code)
{
	RtModel *m = NEW(c->a, RtModel);
	RtParam *params = NEW_ARRAY(c->a, RtParam, code->params.n + 1);
	for (int i = 0; i < code->params.n; i++)
		params[i].tensor =
		    tensor_of(code->params.at[i]->label, &code->params.at[i]->out[0].type);
	m->nparams = code->params.n;
	m->params = params;
	m->ngraphs = code->model->module->graphs.n;
	m->graphs = make_graphs(c, code->model->module);
	return m;
}

static int add_launches(const CudaCode *code, RtCudaLaunch *to, int n, int graph)
{
	for (int i = 0; i < code->launches.n; i++) {
		const CudaLaunch *l = &code->launches.at[i];
		if (graph < 0 ? !l->load : l->load || l->graph != graph)
			continue;
		to[n++] = (RtCudaLaunch){
		    l->kernel, l->family, {l->grid[0], l->grid[1], l->grid[2]},
		    l->block,  l->smem,   l->node->label ? l->node->label : l->node->out[0].name};
	}
	return n;
}

static void fill_graphs(Check *c, const CudaCode *code, RtCudaProgram *p)
{
	const Module *m = code->model->module;
	RtCudaLaunch *launches = NEW_ARRAY(c->a, RtCudaLaunch, code->launches.n + 1);
	RtCudaGraph *graphs = NEW_ARRAY(c->a, RtCudaGraph, m->graphs.n);
	int n = p->nload = add_launches(code, launches, 0, -1);
	for (int i = 0, out = 0; i < m->graphs.n; i++) {
		const Graph *g = m->graphs.at[i];
		int64_t *in = NEW_ARRAY(c->a, int64_t, g->nodes.n + 1), at = 0;
		RtCudaOutput *results = NEW_ARRAY(c->a, RtCudaOutput, g->outputs.n + 1);
		for (int k = 0, nin = 0; k < g->nodes.n; k++)
			if (g->nodes.at[k]->op == OP_input) {
				in[nin++] = at;
				at += (type_bytes(&g->nodes.at[k]->out[0].type) + 255) / 256 * 256;
			}
		for (int k = 0; k < g->outputs.n; k++, out++)
			results[k] = (RtCudaOutput){code->outputs.at[out].in_arena,
						    code->outputs.at[out].offset};
		const int first = n;
		n = add_launches(code, launches, n, i);
		graphs[i] = (RtCudaGraph){first, n - first, in, results, code->moved.at[i]};
	}
	p->launches = launches;
	p->nlaunches = n;
	p->graphs = graphs;
}

static RtCudaProgram make_program(Check *c, const CudaCode *code, const CudaImages *images)
{
	RtCudaProgram p = {.model = make_model(c, code),
			   .toolkit = images->compiler,
			   .toolkit_version = images->version,
			   .nfamilies = NFAMILIES,
			   .nimages = images->at.n,
			   .nuploads = code->uploads.n,
			   .param_bytes = code->param_bytes,
			   .load_bytes = code->load_bytes,
			   .arena_bytes = code->arena_bytes,
			   .in_bytes = code->in_bytes,
			   .out_bytes = code->out_bytes,
			   .poison = 1};
	RtCudaImage *im = NEW_ARRAY(c->a, RtCudaImage, images->at.n + 1);
	for (int i = 0; i < images->at.n; i++) {
		const CudaImage *m = &images->at.at[i];
		size_t n = 0;
		const unsigned char *data = (const unsigned char *)file_read(c->a, m->path, &n);
		if (!data)
			BUG("cannot read %s", m->path);
		im[i] = (RtCudaImage){m->family, m->arch, m->ptx, data, data + n};
	}
	RtCudaUpload *up = NEW_ARRAY(c->a, RtCudaUpload, code->uploads.n + 1);
	for (int i = 0; i < code->uploads.n; i++)
		up[i] = (RtCudaUpload){code->uploads.at[i].param, code->uploads.at[i].at};
	p.images = im;
	p.uploads = up;
	fill_graphs(c, code, &p);
	return p;
}

/* ---- running -------------------------------------------------------------------------------- */

static float **buffers(Check *c, const RtGraph *g)
{
	float **out = NEW_ARRAY(c->a, float *, g->noutputs + 1);
	for (int i = 0; i < g->noutputs; i++) {
		int64_t n = 1;
		for (int k = 0; k < g->outputs[i].rank; k++)
			n *= g->outputs[i].dim[k];
		out[i] = NEW_ARRAY(c->a, float, n);
	}
	return out;
}

static const char *compare_case(Check *c, const Graph *g, float **got)
{
	if (g->outputs.n != c->want.out.n)
		return "has another number of outputs";
	Tolerance tol = c->want.f32;
	if (c->tolerance > 0)
		tol = (Tolerance){c->tolerance, c->tolerance};
	for (int i = 0; i < g->outputs.n; i++) {
		const int64_t n = type_count(&g->outputs.at[i].value->type);
		double *d = NEW_ARRAY(c->a, double, n);
		for (int64_t k = 0; k < n; k++)
			d[k] = got[i][k];
		const char *why = num_compare(c->a, &c->want.out.at[i], d, tol);
		if (why)
			return why;
	}
	return NULL;
}

/* The reference of one graph, from the evaluator or the file; graphs follow each other there. */
static bool reference(Check *c, const Graph *plain, Tensor *want)
{
	if (!c->ref)
		return ir_eval(plain, c->a, lookup, c, want);
	for (int i = 0; i < plain->outputs.n; i++) {
		want[i].type = plain->outputs.at[i].value->type;
		const size_t n = (size_t)type_count(&want[i].type);
		want[i].data = NEW_ARRAY(c->a, double, n);
		if (fread(want[i].data, sizeof(double), n, c->ref) != n)
			return false;
	}
	return true;
}

static const char *write_reference(Check *c, const Module *plain)
{
	FILE *f = fopen(c->write_ref, "wb");
	for (int g = 0; f && g < plain->graphs.n; g++) {
		const Graph *graph = plain->graphs.at[g];
		Tensor *want = NEW_ARRAY(c->a, Tensor, graph->outputs.n);
		if (!ir_eval(graph, c->a, lookup, c, want))
			return "cannot be evaluated";
		for (int i = 0; i < graph->outputs.n; i++)
			fwrite(want[i].data, sizeof(double), (size_t)type_count(&want[i].type), f);
	}
	return f && fclose(f) == 0 ? NULL : "cannot write the reference";
}

/* ||got - want|| / ||want|| of each output. */
static const char *compare_eval(Check *c, const Graph *plain, float **got)
{
	Tensor *want = NEW_ARRAY(c->a, Tensor, plain->outputs.n);
	if (!reference(c, plain, want))
		return "has no reference";
	const char *bad = NULL;
	for (int i = 0; i < plain->outputs.n; i++) {
		const int64_t n = type_count(&want[i].type);
		double num = 0, den = 0;
		for (int64_t k = 0; k < n; k++) {
			const double d = got[i][k] - want[i].data[k];
			num += d * d;
			den += want[i].data[k] * want[i].data[k];
		}
		const double rel = sqrt(num / (den > 0 ? den : 1));
		printf("   %s.%s: %.3g\n", plain->name, plain->outputs.at[i].name, rel);
		if (!(rel <= (c->tolerance > 0 ? c->tolerance : 3e-6)))
			bad = arena_printf(c->a, "%s differs by %.3g", plain->outputs.at[i].name,
					   rel);
	}
	return bad;
}

static int by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static const char *time_runs(Check *c, void *self, const RtCudaProgram *p, int graph)
{
	RtError err;
	double *s = NEW_ARRAY(c->a, double, c->timed > p->nlaunches ? c->timed : p->nlaunches);
	for (int isolated = 0; isolated < 2; isolated++) {
		if (rt_cuda_time(self, graph, 20, isolated, s, &err) ||
		    rt_cuda_time(self, graph, c->timed, isolated, s, &err))
			return arena_strdup(c->a, err.text);
		qsort(s, (size_t)c->timed, sizeof *s, by_value);
		printf("   %s %s: median %.1f us, 5%% %.1f, 95%% %.1f\n",
		       p->model->graphs[graph].name, isolated ? "isolated" : "back to back",
		       s[c->timed / 2] * 1e6, s[c->timed / 20] * 1e6, s[c->timed * 19 / 20] * 1e6);
	}
	const RtCudaGraph *g = &p->graphs[graph];
	if (rt_cuda_profile(self, graph, 10, s, &err))
		return arena_strdup(c->a, err.text);
	for (int i = 0; i < g->nlaunches; i++) {
		const RtCudaLaunch *l = &p->launches[g->first + i];
		printf("   %9.1f us  %-40.40s %u,%u,%u x %u, %u bytes\n", s[i] * 1e6, l->kernel,
		       l->grid[0], l->grid[1], l->grid[2], l->block, l->smem);
	}
	return NULL;
}

static const char *run_graph(Check *c, void *self, const RtCudaProgram *p, const Module *m,
			     const Module *plain, int graph)
{
	RtError err;
	const Graph *g = m->graphs.at[graph];
	const RtGraph *r = &p->model->graphs[graph];
	const float **in = NEW_ARRAY(c->a, const float *, r->ninputs + 1);
	for (int k = 0, n = 0; k < g->nodes.n; k++)
		if (g->nodes.at[k]->op == OP_input)
			in[n++] = values(c, g->nodes.at[k]);
	float **one = buffers(c, r), **two = buffers(c, r);
	if (rt_cuda_run(self, graph, in, one, &err) || rt_cuda_run(self, graph, in, two, &err))
		return arena_strdup(c->a, err.text);
	for (int i = 0; i < r->noutputs; i++) {
		const size_t n = (size_t)type_count(&g->outputs.at[i].value->type) * sizeof(float);
		if (memcmp(one[i], two[i], n) != 0)
			return "two runs differ";
	}
	const char *why = NULL;
	if (!c->blind)
		why = c->has_case ? compare_case(c, g, one)
				  : compare_eval(c, plain->graphs.at[graph], one);
	if (c->timed > 0) {
		const char *failed = time_runs(c, self, p, graph);
		why = why ? why : failed;
	}
	return why;
}

static const char *run_program(Check *c, const CudaCode *code, const CudaImages *images,
			       const Module *plain)
{
	RtError err;
	void *self;
	const RtCudaProgram p = make_program(c, code, images);
	const float **params = NEW_ARRAY(c->a, const float *, code->params.n + 1);
	for (int i = 0; i < code->params.n; i++)
		params[i] = values(c, code->params.at[i]);
	if (rt_cuda_open(&self, &p, params, &err))
		return arena_strdup(c->a, err.text);
	const char *why = NULL;
	for (int g = 0; g < p.model->ngraphs && !why; g++)
		why = run_graph(c, self, &p, code->model->module, plain, g);
	rt_cuda_close(self);
	return why;
}

/* ---- cases ---------------------------------------------------------------------------------- */

static Module *read_module(Check *c, const char *sir)
{
	Source *src = NEW(c->a, Source);
	src->name = sir;
	src->text = file_read(c->a, sir, &src->len);
	Module *m = src->text ? ir_parse(c->a, &c->diag, ops_new(c->a), src) : NULL;
	return m && ir_verify(m) == 0 ? m : NULL;
}

static const char *check_file(Check *c, const char *sir)
{
	const char *why;
	const size_t n = strlen(sir);
	const char *want = arena_printf(c->a, "%.*s.want", (int)(n > 4 ? n - 4 : n), sir);
	c->has_case = access(want, R_OK) == 0;
	if (c->has_case && !num_case_read(c->a, want, &c->want, &why))
		return why;
	Module *m = read_module(c, sir);
	const Module *plain = read_module(c, sir);
	if (!m)
		return "does not verify";
	if (c->write_ref)
		return write_reference(c, plain);
	if (c->read_ref)
		c->ref = fopen(c->read_ref, "rb");
	Report report = {0};
	const PassOptions po = {.only = c->plain ? "" : NULL,
				.skip = c->skip,
				.hooks = {.packs = cuda_packs, .strided = cuda_strided}};
	if (!passes_run(m, &po, &report))
		return "passes failed";
	const char *name = strrchr(sir, '/') ? strrchr(sir, '/') + 1 : sir;
	Model model = {.module = m, .name = name, .batch = 1};
	const CudaOptions opt = {.precision = c->precision, .version = "test"};
	CudaCode *code = cuda_emit(c->a, &model, &opt);
	if (c->diag.nerrors > 0)
		return "cannot be emitted";
	if (c->source) {
		Buf b;
		buf_init(&b, c->a);
		cuda_source(&b, code);
		file_write(c->source, b.s, b.len);
	}
	CudaImages images;
	const CudaCompileOptions co = {.archs = c->arch, .no_ptx = !c->ptx, .nvcc = c->nvcc};
	if (!cuda_compile(code, &co, &c->diag, &images))
		return "does not compile";
	if (c->host) {
		Buf host, code_asm;
		buf_init(&host, c->a);
		buf_init(&code_asm, c->a);
		cuda_host(&host, code, &images);
		cuda_images_asm(&code_asm, &images);
		file_write(c->host, host.s, host.len);
		const char *path = arena_printf(c->a, "%s.s", c->host);
		file_write(path, code_asm.s, code_asm.len);
	}
	if (c->compile_only) {
		printf("   %d images, %d from the cache, %.2f s\n", images.at.n, images.cached,
		       images.seconds);
		for (int i = 0; c->list && i < images.at.n; i++)
			printf("   image %s\n", images.at.at[i].path);
	}
	return c->compile_only ? NULL : run_program(c, code, &images, plain);
}

static bool read_options(Check *c, int argc, char **argv)
{
	static const char *const precision[] = {"fp32", "tf32", "bf16"};
	for (int o; (o = getopt(argc, argv, "p:a:k:t:n:s:h:w:r:c0xPNl")) != -1;) {
		switch (o) {
		case 'p':
			for (int i = 0; i < 3; i++)
				if (!strcmp(optarg, precision[i]))
					c->precision = (CudaPrecision)i;
			break;
		case 'a':
			c->arch = optarg;
			break;
		case 'k':
			c->skip = optarg;
			break;
		case 's':
			c->source = optarg;
			break;
		case 'h':
			c->host = optarg;
			break;
		case 'w':
			c->write_ref = optarg;
			break;
		case 'r':
			c->read_ref = optarg;
			break;
		case 't':
			c->tolerance = atof(optarg);
			break;
		case 'n':
			c->timed = atoi(optarg);
			break;
		case 'c':
			c->compile_only = true;
			break;
		case 'N':
			c->nvcc = true;
			break;
		case 'l':
			c->list = true;
			break;
		case 'P':
			c->ptx = true;
			break;
		case '0':
			c->plain = true;
			break;
		case 'x':
			c->blind = true;
			break;
		default:
			return false;
		}
	}
	return true;
}

/* Keeps the device's context alive between cases: making one takes most of a second. */
static void hold_device(void)
{
	void *cuda = dlopen("libcuda.so.1", RTLD_NOW);
	void *context;
	int (*init)(unsigned) = NULL, (*retain)(void **, int) = NULL;
	if (cuda) {
		*(void **)&init = dlsym(cuda, "cuInit");
		*(void **)&retain = dlsym(cuda, "cuDevicePrimaryCtxRetain");
	}
	if (init && retain && init(0) == 0)
		retain(&context, 0);
}

int main(int argc, char **argv)
{
	Check options = {.arch = "sm_90"};
	int nfailed = 0;
	if (!read_options(&options, argc, argv))
		return 2;
	if (!options.compile_only && !options.write_ref)
		hold_device();
	for (int i = optind; i < argc; i++) {
		Check c = options;
		c.a = arena_new();
		c.diag = (Diag){.arena = c.a, .out = stderr};
		const char *why = check_file(&c, argv[i]);
		printf(why ? "not ok %s: %s\n" : "ok %s\n", argv[i], why);
		fflush(stdout);
		nfailed += why != NULL;
		arena_free(c.a);
	}
	return nfailed > 0;
}
