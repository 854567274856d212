/* emit_host.c: the C part of a CUDA program: tables of launches, memory and machine code, and the
 * RtModel that libseldrt runs. */
#include "emit.h"

#include <string.h>

static void put_double(Buf *b, double v)
{
	const size_t at = b->len;
	buf_double(b, v);
	if (!strpbrk(b->s + at, ".en"))
		buf_puts(b, ".0");
}

static void put_tensor(Buf *b, const char *name, const Type *t)
{
	buf_puts(b, "{");
	buf_c_string(b, name);
	buf_printf(b, ", %d, {", t->rank);
	for (int i = 0; i < t->rank; i++)
		buf_printf(b, "%s%lld", i ? ", " : "", (long long)t->dim[i]);
	buf_puts(b, t->rank ? "}}" : "0}}");
}

/* ---- what the model takes and gives ---- */

static void put_params(Buf *b, const CudaCode *c)
{
	buf_puts(b, "static const RtParam params[] = {\n");
	for (int i = 0; i < c->params.n; i++) {
		const Node *n = c->params.at[i];
		buf_puts(b, "\t{");
		put_tensor(b, n->label, &n->out[0].type);
		buf_puts(b, ", ");
		buf_c_string(b, attr_str(n, "init"));
		for (int k = 0; k < 3; k++) {
			buf_puts(b, ", ");
			put_double(b, attr_float(n, k == 0 ? "a" : k == 1 ? "b" : "c"));
		}
		buf_printf(b, ", %d, %d},\n", attr_bool(n, "buffer"), attr_bool(n, "optional"));
	}
	buf_puts(b, c->params.n ? "};\n\n" : "\t{{0}}\n};\n\n");
}

static int count_inputs(const CudaCode *c, int graph)
{
	int n = 0;
	for (int i = 0; i < c->inputs.n; i++)
		n += c->inputs.at[i].graph == graph;
	return n;
}

static int count_outputs(const CudaCode *c, int graph)
{
	int n = 0;
	for (int i = 0; i < c->outputs.n; i++)
		n += c->outputs.at[i].graph == graph;
	return n;
}

static void put_graph_tensors(Buf *b, const CudaCode *c, int graph)
{
	const char *name = graph_ident(c->model->module->graphs.at[graph]);
	buf_printf(b, "static const RtTensor %s_inputs[] = {\n", name);
	for (int i = 0; i < c->inputs.n; i++) {
		const CudaInput *in = &c->inputs.at[i];
		if (in->graph != graph)
			continue;
		buf_puts(b, "\t");
		put_tensor(b, in->node->label, &in->node->out[0].type);
		buf_puts(b, ",\n");
	}
	buf_puts(b, count_inputs(c, graph) ? "};\n" : "\t{0}\n};\n");
	buf_printf(b, "static const RtTensor %s_outputs[] = {\n", name);
	for (int i = 0; i < c->outputs.n; i++) {
		const CudaOutput *o = &c->outputs.at[i];
		if (o->graph != graph)
			continue;
		buf_puts(b, "\t");
		put_tensor(b, o->output->name, &o->output->value->type);
		buf_puts(b, ",\n");
	}
	buf_puts(b, count_outputs(c, graph) ? "};\n\n" : "\t{0}\n};\n\n");
}

/* Work of one run: load-time nodes do not count. */
static Cost graph_cost(const CudaCode *c, const Graph *g)
{
	Cost sum = {0};
	const bool *load = graph_loadtime(g, c->arena);
	for (int i = 0; i < g->nodes.n; i++) {
		if (load[i])
			continue;
		const Cost one = ir_cost(g->nodes.at[i]);
		sum.macs += one.macs;
		sum.flops += one.flops;
	}
	return sum;
}

static void put_graphs(Buf *b, const CudaCode *c)
{
	const Module *m = c->model->module;
	for (int i = 0; i < m->graphs.n; i++)
		put_graph_tensors(b, c, i);
	buf_puts(b, "static const RtGraph graphs[] = {\n");
	for (int i = 0; i < m->graphs.n; i++) {
		const Graph *g = m->graphs.at[i];
		const char *name = graph_ident(g);
		const Cost cost = graph_cost(c, g);
		buf_puts(b, "\t{");
		buf_c_string(b, g->name);
		buf_printf(b, ", %d, %d, %s_inputs, %s_outputs, %lld, ", count_inputs(c, i),
			   count_outputs(c, i), name, name, (long long)g->arena_bytes);
		put_double(b, cost.macs);
		buf_puts(b, ", ");
		put_double(b, cost.flops);
		buf_puts(b, "},\n");
	}
	buf_puts(b, "};\n\n");
}

/* ---- launches, memory, machine code ---- */

static bool in_list(const CudaLaunch *l, int graph)
{
	return graph < 0 ? l->load : !l->load && l->graph == graph;
}

/* graph -1: load-time launches. Returns how many. */
static int put_launches(Buf *b, const CudaCode *c, int graph)
{
	int n = 0;
	for (int i = 0; i < c->launches.n; i++) {
		const CudaLaunch *l = &c->launches.at[i];
		if (!in_list(l, graph))
			continue;
		buf_printf(b, "\t{\"%s\", %d, {%u, %u, %u}, %u, %u, ", l->kernel, l->family,
			   l->grid[0], l->grid[1], l->grid[2], l->block, l->smem);
		buf_c_string(b, l->node->label ? l->node->label : l->node->out[0].name);
		buf_puts(b, "},\n");
		n++;
	}
	return n;
}

static bool takes_pcm(const CudaCode *c)
{
	bool takes = false;
	for (int i = 0; i < c->launches.n; i++)
		takes = takes || c->launches.at[i].graph == c->model->module->graphs.n;
	return takes;
}

static void put_offsets(Buf *b, const CudaCode *c, int graph)
{
	static const char *const space[] = {"ARENA", "OUT", "STATE"};
	const char *name = graph_ident(c->model->module->graphs.at[graph]), *sep = "";
	buf_printf(b, "static const int64_t %s_at[] = {", name);
	for (int i = 0; i < c->inputs.n; i++)
		if (c->inputs.at[i].graph == graph) {
			buf_printf(b, "%s%lld", sep, (long long)c->inputs.at[i].at);
			sep = ", ";
		}
	buf_printf(b, "%s};\nstatic const RtCudaOutput %s_results[] = {\n", *sep ? "" : "0", name);
	for (int i = 0; i < c->outputs.n; i++) {
		const CudaOutput *o = &c->outputs.at[i];
		if (o->graph == graph)
			buf_printf(b, "\t{RT_CUDA_%s, %lld},\n", space[o->space], (long long)o->at);
	}
	buf_puts(b, count_outputs(c, graph) ? "};\n" : "\t{0}\n};\n");
}

/* What training keeps: names and shapes, and where. */
static void put_state(Buf *b, const CudaCode *c)
{
	const States *s = &c->state;
	if (s->at.n == 0)
		return;
	buf_puts(b, "static const RtTensor state[] = {\n");
	for (int i = 0; i < s->at.n; i++) {
		buf_puts(b, "\t");
		put_tensor(b, s->at.at[i].name, &s->at.at[i].type);
		buf_puts(b, ",\n");
	}
	buf_puts(b, "};\n\nstatic const int64_t state_at[] = {\n");
	for (int i = 0; i < s->at.n; i++)
		buf_printf(b, "\t%lld,\n", (long long)s->at.at[i].offset);
	buf_puts(b, "};\n\n");
}

static void put_uploads(Buf *b, const CudaCode *c)
{
	buf_puts(b, "static const RtCudaUpload uploads[] = {\n");
	for (int i = 0; i < c->uploads.n; i++)
		buf_printf(b, "\t{%d, %lld},\n", c->uploads.at[i].param,
			   (long long)c->uploads.at[i].at);
	buf_puts(b, c->uploads.n ? "};\n\n" : "\t{0, 0}\n};\n\n");
}

static const char *image_symbol(Arena *a, const CudaImage *m)
{
	return arena_printf(a, "seldc_%s_%s%d", cuda_family_name(m->family), m->ptx ? "ptx" : "sm",
			    m->arch);
}

static void put_images(Buf *b, const CudaImages *images)
{
	for (int i = 0; i < images->at.n; i++) {
		const char *s = image_symbol(b->arena, &images->at.at[i]);
		buf_printf(b, "extern const unsigned char %s[], %s_end[];\n", s, s);
	}
	buf_puts(b, "\nstatic const RtCudaImage images[] = {\n");
	for (int i = 0; i < images->at.n; i++) {
		const CudaImage *m = &images->at.at[i];
		const char *s = image_symbol(b->arena, m);
		buf_printf(b, "\t{%d, %d, %d, %s, %s_end},\n", m->family, m->arch, m->ptx, s, s);
	}
	buf_puts(b, images->at.n ? "};\n\n" : "\t{0}\n};\n\n");
}

static void put_program(Buf *b, const CudaCode *c, const CudaImages *images)
{
	const Module *m = c->model->module;
	Buf tables;
	buf_init(&tables, b->arena);
	buf_puts(b, "static const RtCudaLaunch launches[] = {\n");
	const int nload = put_launches(b, c, -1);
	int first = nload;
	for (int i = 0; i < m->graphs.n; i++) {
		const char *name = graph_ident(m->graphs.at[i]);
		const int n = put_launches(b, c, i);
		buf_printf(&tables, "\t{%d, %d, %s_at, %s_results, ", first, n, name, name);
		put_double(&tables, c->moved.at[i]);
		buf_puts(&tables, "},\n");
		first += n;
	}
	const int pcm = first;
	first += put_launches(b, c, m->graphs.n);
	buf_puts(b, first ? "};\n\n" : "\t{0}\n};\n\n");
	for (int i = 0; i < m->graphs.n; i++)
		put_offsets(b, c, i);
	buf_printf(b, "\nstatic const RtCudaGraph launch_graphs[] = {\n%s};\n\n", tables.s);
	buf_puts(b, "static const RtModel model;\n\nstatic const RtCudaProgram program = {\n"
		    "\t.model = &model,\n\t.toolkit = ");
	buf_c_string(b, images->compiler);
	buf_printf(
	    b,
	    ",\n\t.toolkit_version = %d,\n\t.nfamilies = %d,\n\t.nimages = %d,\n"
	    "\t.images = images,\n\t.nload = %d,\n\t.nlaunches = %d,\n\t.launches = launches,\n"
	    "\t.graphs = launch_graphs,\n\t.nuploads = %d,\n\t.uploads = uploads,\n",
	    images->version, NFAMILIES, images->at.n, nload, first, c->uploads.n);
	buf_printf(b,
		   "\t.param_bytes = %lld,\n\t.load_bytes = %lld,\n\t.arena_bytes = %lld,\n"
		   "\t.in_bytes = %lld,\n\t.out_bytes = %lld,\n",
		   (long long)c->param_bytes, (long long)c->load_bytes, (long long)c->arena_bytes,
		   (long long)c->in_bytes, (long long)c->out_bytes);
	if (c->state.at.n > 0)
		buf_printf(b, "\t.state_bytes = %lld,\n\t.state = state_at,\n\t.pcm = %d,\n",
			   (long long)c->state.bytes, takes_pcm(c) ? pcm : -1);
	buf_puts(b, "};\n\n");
}

/* ---- the model ---- */

static void put_settings(Buf *b, const Model *m)
{
	buf_puts(b, "static const char *const settings[] = {\n");
	for (int i = 0; i < m->settings.n; i++) {
		buf_puts(b, "\t");
		buf_c_string(b, m->settings.at[i]);
		buf_puts(b, ",\n");
	}
	buf_puts(b, "\t0\n};\n\n");
	if (!m->decode.kind || !m->decode.class_names)
		return;
	buf_puts(b, "static const char *const class_names[] = {\n");
	for (int i = 0; i < m->decode.classes; i++) {
		buf_puts(b, "\t");
		buf_c_string(b, m->decode.class_names[i]);
		buf_puts(b, ",\n");
	}
	buf_puts(b, "\t0\n};\n\n");
}

static void put_field(Buf *b, const char *field, const char *value)
{
	buf_printf(b, "\t.%s = ", field);
	buf_c_string(b, value);
	buf_puts(b, ",\n");
}

static void put_audio(Buf *b, const Model *m)
{
	const AudioSpec *a = &m->audio;
	if (a->present)
		buf_printf(b, "\t.audio = {%d, %d, %lld, %lld, %lld},\n", a->rate, a->channels,
			   (long long)a->samples, (long long)a->frame_samples,
			   (long long)a->frames);
	const DecodeSpec *d = &m->decode;
	if (!d->kind)
		return;
	buf_puts(b, "\t.decode = {");
	const char *const text[] = {d->kind, d->sed, d->doa, d->sde};
	for (int i = 0; i < 4; i++) {
		buf_c_string(b, text[i]);
		buf_puts(b, ", ");
	}
	put_double(b, d->threshold);
	buf_puts(b, ", ");
	put_double(b, d->merge_degrees);
	buf_printf(b, ", %d, %d, %s},\n", d->classes, d->tracks,
		   d->class_names ? "class_names" : "0");
}

static void put_model(Buf *b, const CudaCode *c)
{
	static const char *const precision[] = {"fp32", "tf32", "bf16"};
	const Model *m = c->model;
	buf_puts(b,
		 "static RtStatus model_open(void **self, const RtSource *weights, int threads,\n"
		 "                           RtError *err)\n{\n\t(void)threads;\n"
		 "\treturn rt_cuda_open(self, &program, weights->params, err);\n}\n\n"
		 "static const RtModel model = {\n\t.abi = RT_ABI,\n");
	put_field(b, "name", m->name);
	put_field(b, "doc", m->doc);
	put_field(b, "version", c->opt.version);
	put_field(b, "target", "cuda");
	put_field(b, "precision", precision[c->opt.precision]);
	buf_printf(b,
		   "\t.batch = %lld,\n\t.nparams = %d,\n\t.params = params,\n\t.ngraphs = %d,\n"
		   "\t.graphs = graphs,\n\t.nsettings = %d,\n\t.settings = settings,\n",
		   (long long)m->batch, c->params.n, m->module->graphs.n, m->settings.n);
	put_audio(b, m);
	buf_printf(b, "\t.load_bytes = %lld,\n", (long long)c->load_bytes);
	if (c->state.at.n > 0) {
		put_field(b, "training", m->train.text);
		buf_printf(b, "\t.nstate = %d,\n\t.state = state,\n", c->state.at.n);
	}
	buf_puts(b,
		 "\t.ops = {model_open, rt_cuda_run, rt_cuda_time, rt_cuda_close, rt_cuda_device,\n"
		 "\t        .infer = rt_cuda_infer, .roof = rt_cuda_roof,\n"
		 "\t        .memory = rt_cuda_memory");
	if (c->state.at.n > 0)
		buf_puts(b, ",\n\t        .get_state = rt_cuda_get_state, .set_state = "
			    "rt_cuda_set_state,\n\t        .refresh = rt_cuda_refresh");
	if (takes_pcm(c))
		buf_puts(b, ",\n\t        .slot = rt_cuda_slot, .send = rt_cuda_send, "
			    ".step = rt_cuda_step");
	buf_puts(b, "},\n};\n\n");
}

/* The size of embedded weights is known to the linker only, so the model is completed here. */
static void put_main(Buf *b, const CudaCode *c)
{
	if (c->opt.weights)
		buf_puts(b, "extern const unsigned char seldc_weights[], seldc_weights_end[];\n\n");
	if (c->opt.library)
		buf_printf(b, "const RtModel *%s_model(void)\n{\n\tstatic RtModel whole;\n",
			   c->model->name);
	else
		buf_puts(b, "int main(int argc, char **argv)\n{\n\tRtModel whole;\n");
	buf_puts(b, "\twhole = model;\n");
	if (c->opt.weights)
		buf_puts(
		    b, "\twhole.weights = seldc_weights;\n"
		       "\twhole.weights_bytes = (uint64_t)(seldc_weights_end - seldc_weights);\n");
	buf_puts(b, c->opt.library ? "\treturn &whole;\n}\n"
				   : "\treturn rt_main(&whole, argc, argv);\n}\n");
}

void cuda_host(Buf *b, const CudaCode *c, const CudaImages *images)
{
	buf_comment(b, 0,
		    arena_printf(b->arena,
				 "%s: launches and tables of a CUDA program, written by seldc %s.",
				 c->model->name, c->opt.version));
	buf_puts(b, "#include \"rt_cuda.h\"\n\n");
	put_params(b, c);
	put_graphs(b, c);
	put_images(b, images);
	put_uploads(b, c);
	put_state(b, c);
	put_settings(b, c->model);
	put_program(b, c, images);
	put_model(b, c);
	put_main(b, c);
}

void cuda_images_asm(Buf *out, const CudaImages *images)
{
	buf_puts(out, "\t.section .rodata\n");
	for (int i = 0; i < images->at.n; i++) {
		const CudaImage *m = &images->at.at[i];
		const char *s = image_symbol(out->arena, m);
		buf_printf(out, "\t.balign 64\n\t.globl %s, %s_end\n%s:\n\t.incbin ", s, s, s);
		buf_c_string(out, m->path);
		buf_printf(out, "\n%s_end:\n\t.byte 0\n", s);
	}
	buf_puts(out, "\t.section .note.GNU-stack,\"\",@progbits\n");
}
