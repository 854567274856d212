/* cuda_check.c: cuda_check [options] FILE.sir...: emits, compiles and runs graphs on the GPU and
 * compares with the values beside them (tests/num_case.h), or with the evaluator on seeded random
 * values where there are none. All files become one program, so that compilers start a few times
 * only. Activations are filled with NaN before each run; each graph runs twice and must give the
 * same bits. Prints "ok FILE" or "not ok FILE: reason"; status 1 on failure.
 *   -p fp32|tf32|bf16   precision        -a sm_90   architecture      -t REL   tolerance
 *   -c                  compile only     -0         required passes alone
 *   -s FILE             write the CUDA source      -n N   time N runs and each launch
 *   -w FILE             evaluate and write the reference, nothing else
 *   -r FILE             read the reference instead of evaluating
 *   -k PASS             leave one optional pass out
 *   -P                  PTX, too           -N         nvcc instead of NVRTC
 *   -l                  with -c: list the files of machine code in the cache
 *   -m N                tiles for N multiprocessors, so that small graphs meet large tiles
 *   -x                  no reference: run and time only */
#define _GNU_SOURCE
#include "tests/num_case.h"

#include "backend_cuda/backend_cuda.h"
#include "compiler/command.h"
#include "passes/passes.h"
#include "runtime/rt_cuda.h"

#include <unistd.h>

typedef struct Case {
	const char *path;
	Arena *a;
	Diag diag;
	NumCase want;
	bool has_want;
	Module *m;           /* after the passes */
	const Module *plain; /* before; NULL: only written by -w */
	int first;           /* of the program's graphs */
	const char *why;     /* what is wrong with it */
} Case;

typedef struct Check {
	Arena *a;
	Diag diag;
	CudaPrecision precision;
	const char *arch, *skip, *source, *write_ref, *read_ref;
	FILE *ref;
	double tolerance;
	bool compile_only, plain, blind, ptx, nvcc, list;
	int timed, ncases, sms;
	Case *at;
} Check;

/* ---- inputs --------------------------------------------------------------------------------- */

static bool lookup(void *ctx, const Node *source, Tensor *out)
{
	Case *c = ctx;
	const NumTensor *t = c->has_want ? num_case_input(&c->want, source->label) : NULL;
	if (t) {
		*out = t->tensor;
		return true;
	}
	RandomValues random = {.arena = c->a, .seed = 1};
	if (!ir_random(&random, source, out))
		return false;
	const int64_t n = type_count(&out->type);
	for (int64_t i = 0; i < n; i++)
		out->data[i] = (float)out->data[i];
	return true;
}

static float *values(Case *c, const Node *n)
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

/* Parameters of different cases may share a name: here each has its case's number before it. */
static void number_params(Check *c, int number)
{
	const Module *m = c->at[number].m;
	for (int g = 0; g < m->graphs.n; g++)
		for (int i = 0; i < m->graphs.at[g]->nodes.n; i++) {
			Node *n = m->graphs.at[g]->nodes.at[i];
			if (n->op == OP_param)
				n->label = arena_printf(c->a, "%d/%s", number, n->label);
		}
}

static float *param_values(Check *c, const Node *n)
{
	Node named = *n;
	named.label = strchr(n->label, '/') + 1;
	return values(&c->at[atoi(n->label)], &named);
}

/* ---- the program, as emit_host.c would write it ---- */

static RtTensor tensor_of(const char *name, const Type *t)
{
	RtTensor r = {.name = name, .rank = t->rank};
	memcpy(r.dim, t->dim, sizeof r.dim);
	return r;
}

static const RtGraph *make_graphs(Check *c, const CudaCode *code)
{
	const Module *m = code->model->module;
	RtGraph *graphs = NEW_ARRAY(c->a, RtGraph, m->graphs.n);
	for (int i = 0; i < m->graphs.n; i++) {
		RtTensor *in = NEW_ARRAY(c->a, RtTensor, code->inputs.n + 1);
		RtTensor *out = NEW_ARRAY(c->a, RtTensor, code->outputs.n + 1);
		graphs[i] = (RtGraph){.name = m->graphs.at[i]->name, .inputs = in, .outputs = out};
		for (int k = 0; k < code->inputs.n; k++)
			if (code->inputs.at[k].graph == i)
				in[graphs[i].ninputs++] =
				    tensor_of(code->inputs.at[k].node->label,
					      &code->inputs.at[k].node->out[0].type);
		for (int k = 0; k < code->outputs.n; k++)
			if (code->outputs.at[k].graph == i)
				out[graphs[i].noutputs++] =
				    tensor_of(code->outputs.at[k].output->name,
					      &code->outputs.at[k].output->value->type);
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
	m->graphs = make_graphs(c, code);
	RtTensor *state = NEW_ARRAY(c->a, RtTensor, code->state.at.n + 1);
	for (int i = 0; i < code->state.at.n; i++)
		state[i] = tensor_of(code->state.at.at[i].name, &code->state.at.at[i].type);
	m->nstate = code->state.at.n;
	m->state = state;
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
	for (int i = 0; i < m->graphs.n; i++) {
		int64_t *in = NEW_ARRAY(c->a, int64_t, code->inputs.n + 1);
		RtCudaOutput *results = NEW_ARRAY(c->a, RtCudaOutput, code->outputs.n + 1);
		for (int k = 0, to = 0; k < code->inputs.n; k++)
			if (code->inputs.at[k].graph == i)
				in[to++] = code->inputs.at[k].at;
		for (int k = 0, to = 0; k < code->outputs.n; k++)
			if (code->outputs.at[k].graph == i)
				results[to++] = (RtCudaOutput){(int)code->outputs.at[k].space,
							       code->outputs.at[k].at};
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
			   .state_bytes = code->state.bytes,
			   .pcm = -1,
			   .poison = 1};
	int64_t *state = NEW_ARRAY(c->a, int64_t, code->state.at.n + 1);
	for (int i = 0; i < code->state.at.n; i++)
		state[i] = code->state.at.at[i].offset;
	p.state = state;
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

/* Memory for each output of g. */
static float **buffers(Check *c, const Graph *g)
{
	float **out = NEW_ARRAY(c->a, float *, g->outputs.n + 1);
	for (int i = 0; i < g->outputs.n; i++)
		out[i] = NEW_ARRAY(c->a, float, type_count(&g->outputs.at[i].value->type));
	return out;
}

static int find_tensor(int n, const RtTensor *t, const char *name)
{
	for (int i = 0; i < n; i++)
		if (!strcmp(t[i].name, name))
			return i;
	return -1;
}

static const char *compare_want(const Check *c, const Case *one, const Graph *g, float **got)
{
	if (g->outputs.n != one->want.out.n)
		return "has another number of outputs";
	Tolerance tol = one->want.f32;
	if (c->tolerance > 0)
		tol = (Tolerance){c->tolerance, c->tolerance};
	for (int i = 0; i < g->outputs.n; i++) {
		const int64_t n = type_count(&g->outputs.at[i].value->type);
		double *d = NEW_ARRAY(one->a, double, n);
		for (int64_t k = 0; k < n; k++)
			d[k] = got[i][k];
		const char *why = num_compare(one->a, &one->want.out.at[i], d, tol);
		if (why)
			return why;
	}
	return NULL;
}

/* The reference of one graph, from the evaluator or the file; graphs follow each other there. */
static bool reference(const Check *c, Case *one, const Graph *plain, Tensor *want)
{
	if (!c->ref)
		return ir_eval(plain, one->a, lookup, one, want);
	for (int i = 0; i < plain->outputs.n; i++) {
		want[i].type = plain->outputs.at[i].value->type;
		const size_t n = (size_t)type_count(&want[i].type);
		want[i].data = NEW_ARRAY(one->a, double, n);
		if (fread(want[i].data, sizeof(double), n, c->ref) != n)
			return false;
	}
	return true;
}

static const char *write_reference(const Check *c, Case *one)
{
	FILE *f = fopen(c->write_ref, "wb");
	for (int g = 0; f && g < one->plain->graphs.n; g++) {
		const Graph *graph = one->plain->graphs.at[g];
		Tensor *want = NEW_ARRAY(one->a, Tensor, graph->outputs.n);
		if (!ir_eval(graph, one->a, lookup, one, want))
			return "cannot be evaluated";
		for (int i = 0; i < graph->outputs.n; i++)
			fwrite(want[i].data, sizeof(double), (size_t)type_count(&want[i].type), f);
	}
	return f && fclose(f) == 0 ? NULL : "cannot write the reference";
}

/* ||got - want|| / ||want|| of each output. */
static const char *compare_eval(const Check *c, Case *one, const Graph *plain, float **got)
{
	Tensor *want = NEW_ARRAY(one->a, Tensor, plain->outputs.n);
	if (!reference(c, one, plain, want))
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
			bad = arena_printf(one->a, "%s differs by %.3g", plain->outputs.at[i].name,
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

/* From the same state each time; what the program keeps to itself is read there afterwards. */
static RtStatus run_once(Check *c, Case *one, void *self, const RtCudaProgram *p, int k,
			 const float **in, float **got, RtError *err)
{
	const Graph *g = one->m->graphs.at[k];
	const RtModel *m = p->model;
	const RtGraph *r = &m->graphs[one->first + k];
	float **out = NEW_ARRAY(c->a, float *, r->noutputs + 1);
	RtStatus s = RT_OK;
	for (int i = 0; !s && i < g->nodes.n; i++) {
		const Node *n = g->nodes.at[i];
		if (n->op == OP_input && attr_bool(n, "state"))
			s = rt_cuda_set_state(self, find_tensor(m->nstate, m->state, n->label),
					      values(one, n), err);
	}
	for (int i = 0; i < g->outputs.n; i++) {
		const int at = find_tensor(r->noutputs, r->outputs, g->outputs.at[i].name);
		if (at >= 0)
			out[at] = got[i];
	}
	s = s ? s : rt_cuda_run(self, one->first + k, in, out, err);
	for (int i = 0; !s && i < g->outputs.n; i++)
		if (find_tensor(r->noutputs, r->outputs, g->outputs.at[i].name) < 0)
			s = rt_cuda_get_state(
			    self, find_tensor(m->nstate, m->state, g->outputs.at[i].name), got[i],
			    err);
	return s;
}

/* Graph `graph` of the program, `k` of the case. */
static const char *run_graph(Check *c, Case *one, void *self, const RtCudaProgram *p, int k)
{
	RtError err;
	const int graph = one->first + k;
	const Graph *g = one->m->graphs.at[k];
	const RtGraph *r = &p->model->graphs[graph];
	const float **in = NEW_ARRAY(one->a, const float *, r->ninputs + 1);
	for (int i = 0, n = 0; i < g->nodes.n; i++)
		if (g->nodes.at[i]->op == OP_input && !attr_bool(g->nodes.at[i], "state"))
			in[n++] = values(one, g->nodes.at[i]);
	float **first = buffers(c, g), **second = buffers(c, g);
	if (run_once(c, one, self, p, k, in, first, &err) ||
	    run_once(c, one, self, p, k, in, second, &err))
		return arena_strdup(one->a, err.text);
	for (int i = 0; i < g->outputs.n; i++) {
		const size_t n = (size_t)type_count(&g->outputs.at[i].value->type) * sizeof(float);
		if (memcmp(first[i], second[i], n) != 0)
			return "two runs differ";
	}
	const char *why = NULL;
	if (!c->blind)
		why = one->has_want ? compare_want(c, one, g, first)
				    : compare_eval(c, one, one->plain->graphs.at[k], first);
	if (c->timed > 0) {
		const char *failed = time_runs(c, self, p, graph);
		why = why ? why : failed;
	}
	return why;
}

/* Every case that has no complaint yet; the result is about the program as a whole. */
static const char *run_program(Check *c, const CudaCode *code, const CudaImages *images)
{
	RtError err;
	void *self;
	const RtCudaProgram p = make_program(c, code, images);
	const float **params = NEW_ARRAY(c->a, const float *, code->params.n + 1);
	for (int i = 0; i < code->params.n; i++)
		params[i] = param_values(c, code->params.at[i]);
	if (rt_cuda_open(&self, &p, params, &err))
		return arena_strdup(c->a, err.text);
	for (int i = 0; i < c->ncases; i++) {
		Case *one = &c->at[i];
		for (int g = 0; !one->why && g < one->m->graphs.n; g++)
			one->why = run_graph(c, one, self, &p, g);
	}
	rt_cuda_close(self);
	return NULL;
}

/* ---- cases ---------------------------------------------------------------------------------- */

static Module *read_module(Case *c)
{
	Source *src = NEW(c->a, Source);
	src->name = c->path;
	src->text = file_read(c->a, c->path, &src->len);
	Module *m = src->text ? ir_parse(c->a, &c->diag, ops_new(c->a), src) : NULL;
	return m && ir_verify(m) == 0 ? m : NULL;
}

static const char *case_open(const Check *c, Case *one)
{
	const char *why;
	const size_t n = strlen(one->path);
	const char *want = arena_printf(one->a, "%.*s.want", (int)(n > 4 ? n - 4 : n), one->path);
	one->has_want = access(want, R_OK) == 0;
	if (one->has_want && !num_case_read(one->a, want, &one->want, &why))
		return why;
	one->plain = read_module(one);
	if (!one->plain)
		return "does not verify";
	if (c->write_ref)
		return write_reference(c, one);
	Report report = {0};
	const PassOptions po = {
	    .only = c->plain ? "" : NULL, .skip = c->skip, .hooks = cuda_hooks(c->precision)};
	Module *m = read_module(one);
	if (!passes_run(m, &po, &report))
		return "passes failed";
	one->m = m;
	return NULL;
}

static void cases_open(Check *c, char **files, int n)
{
	c->at = NEW_ARRAY(c->a, Case, n + 1);
	c->ncases = n;
	for (int i = 0; i < n; i++) {
		Case *one = &c->at[i];
		one->path = files[i];
		one->a = c->a;
		one->diag = (Diag){.arena = c->a, .out = stderr};
		one->why = case_open(c, one);
	}
}

/* The graphs of all cases as one model. */
static const Model *join(Check *c)
{
	Model *model = NEW(c->a, Model);
	Module *all = model->module = NEW(c->a, Module);
	all->arena = c->a;
	all->diag = &c->diag;
	for (int i = 0; i < c->ncases; i++) {
		Case *one = &c->at[i];
		if (!one->m)
			continue;
		one->first = all->graphs.n;
		number_params(c, i);
		for (int g = 0; g < one->m->graphs.n; g++)
			list_push(c->a, &all->graphs, one->m->graphs.at[g]);
	}
	const char *slash = strrchr(c->at[0].path, '/');
	model->name = all->name = slash ? slash + 1 : c->at[0].path;
	model->batch = 1;
	return model;
}

static const char *check_in(Check *c, const char *dir)
{
	const CudaOptions opt = {.precision = c->precision,
				 .version = "test",
				 .sms = c->sms,
				 .wgmma = cuda_archs_wgmma(c->a, c->arch)};
	CudaCode *code = cuda_emit(c->a, join(c), &opt);
	for (int i = 0; i < c->ncases; i++)
		if (c->at[i].diag.nerrors > 0 && !c->at[i].why)
			c->at[i].why = "cannot be emitted";
	if (c->source) {
		Buf b;
		buf_init(&b, c->a);
		cuda_source(&b, code);
		file_write(c->source, b.s, b.len);
	}
	CudaImages images;
	const CudaCompileOptions co = {.archs = c->arch,
				       .jobs = rt_threads(0),
				       .no_ptx = !c->ptx,
				       .nvcc = c->nvcc,
				       .dir = dir};
	if (!cuda_compile(code, &co, &c->diag, &images))
		return "does not compile";
	if (!c->compile_only)
		return run_program(c, code, &images);
	printf("   %d images, %d from the cache, %.2f s\n", images.at.n, images.cached,
	       images.seconds);
	for (int i = 0; c->list && i < images.at.n; i++)
		printf("   image %s\n", images.at.at[i].cached);
	return NULL;
}

static const char *check_all(Check *c)
{
	const char *temp = getenv("TMPDIR");
	char *dir = arena_printf(c->a, "%s/cuda_check.XXXXXX", temp && *temp ? temp : "/tmp");
	if (!mkdtemp(dir))
		return "no temporary folder";
	const char *why = check_in(c, dir);
	command_remove(dir);
	return why;
}

static bool read_options(Check *c, int argc, char **argv)
{
	static const char *const precision[] = {"fp32", "tf32", "bf16"};
	for (int o; (o = getopt(argc, argv, "p:a:k:t:n:m:s:w:r:c0xPNl")) != -1;) {
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
		case 'm':
			c->sms = atoi(optarg);
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

int main(int argc, char **argv)
{
	Check c = {.arch = "sm_90"};
	int nfailed = 0;
	if (!read_options(&c, argc, argv) || optind == argc)
		return 2;
	c.a = arena_new();
	c.diag = (Diag){.arena = c.a, .out = stderr};
	if (c.read_ref && !(c.ref = fopen(c.read_ref, "rb"))) {
		perror(c.read_ref);
		return 2;
	}
	cases_open(&c, argv + optind, argc - optind);
	const char *failed = c.write_ref ? NULL : check_all(&c);
	for (int i = 0; i < c.ncases; i++) {
		const char *why = c.at[i].why ? c.at[i].why : failed;
		printf(why ? "not ok %s: %s\n" : "ok %s\n", c.at[i].path, why);
		nfailed += why != NULL;
	}
	arena_free(c.a);
	return nfailed > 0;
}
