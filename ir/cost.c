/* cost.c: the work of a node: multiply-accumulates, arithmetic, and bytes moved if every distinct
 * input is read once and every output written once.
 *
 * An op's function gives the work of one instance of a group. Products and convolutions count as
 * macs and twice that as flops; the recurrence of a scan counts as flops only. Exponentials count
 * as in the rows of ops.def (4). Sources cost nothing: their values are there. */
#include "ir.h"

#include <math.h>
#include <string.h>

/* macs and flops of one instance. Element counts are doubles: products stay exact below 2^53 and
 * cannot overflow. */
typedef struct Work {
	double macs, flops;
} Work;

typedef Work CostFn(const Node *n);

/* ---- sizes of one instance ------------------------------------------------------------------- */

static int64_t dim(const Node *n, const Value *v, int axis)
{
	return v->type.dim[axis + (n->group > 0 ? 1 : 0)];
}

static int rank_of(const Node *n, const Value *v)
{
	return v->type.rank - (n->group > 0 ? 1 : 0);
}

static double count(const Node *n, const Value *v)
{
	double c = 1;
	for (int i = 0; i < rank_of(n, v); i++)
		c *= (double)dim(n, v, i);
	return c;
}

static double in_count(const Node *n, int i)
{
	return count(n, n->in[i]);
}

static double out_count(const Node *n)
{
	return count(n, &n->out[0]);
}

static double row_flops(const Node *n, Op op)
{
	return n->graph->module->ops->op[op].flops;
}

static Work product(double macs, double more)
{
	return (Work){macs, 2 * macs + more};
}

static Work plain(double flops)
{
	return (Work){0, flops};
}

static bool has(const Node *n, int i)
{
	return i < n->nin && n->in[i];
}

/* ---- ops ------------------------------------------------------------------------------------- */

static Work cost_ew(const Node *n)
{
	return plain(row_flops(n, n->op) * out_count(n));
}

static Work cost_map(const Node *n)
{
	Arena *a = arena_new();
	MapCode code;
	const char *why;
	if (!map_parse(a, n->graph->module->ops, attr_str(n, "f"), n->nin, &code, &why))
		BUG("map: %s", why);
	double flops = 0;
	for (int i = 0; i < code.nlines; i++)
		flops += row_flops(n, code.line[i].op);
	arena_free(a);
	return plain(flops * out_count(n));
}

static Work free_of_charge(const Node *n)
{
	(void)n;
	return plain(0);
}

#define FREE(name)                                                                                 \
	static Work cost_##name(const Node *n)                                                     \
	{                                                                                          \
		return free_of_charge(n);                                                          \
	}
FREE(input)
FREE(param)
FREE(const)
FREE(mel_filterbank)
FREE(sinusoid)
FREE(reshape)
FREE(transpose)
FREE(slice)
FREE(flip)
FREE(concat)
FREE(stack)
FREE(broadcast)
FREE(pad)
#undef FREE

static Work cost_sum(const Node *n)
{
	return plain(in_count(n, 0));
}

static Work cost_sum_product(const Node *n)
{
	return plain(2 * in_count(n, 0));
}

static Work cost_mean(const Node *n)
{
	return plain(in_count(n, 0) + out_count(n));
}

static Work cost_sum_squares(const Node *n)
{
	double count = 0;
	for (int i = 0; i < n->nin; i++)
		count += in_count(n, i);
	return plain(2 * count);
}

static Work cost_max(const Node *n)
{
	return plain(in_count(n, 0));
}

static Work cost_min(const Node *n)
{
	return cost_max(n);
}

static Work cost_first_equal(const Node *n)
{
	return plain(in_count(n, 0));
}

static Work cost_cumsum(const Node *n)
{
	return plain(in_count(n, 0));
}

/* maximum, difference, exponential, sum, quotient */
static Work cost_softmax(const Node *n)
{
	return plain((4 + row_flops(n, OP_exp)) * in_count(n, 0));
}

static Work cost_matmul(const Node *n)
{
	const int ra = rank_of(n, n->in[0]);
	return product(out_count(n) * (double)dim(n, n->in[0], ra - (attr_bool(n, "ta") ? 2 : 1)),
		       0);
}

static Work cost_linear(const Node *n)
{
	const double macs = out_count(n) * (double)dim(n, n->in[1], 1);
	return product(macs, has(n, 2) ? out_count(n) : 0);
}

/* Multiply-accumulates for each output of a convolution with weights w[O, C, kh, kw]. */
static double filter(const Node *n)
{
	return in_count(n, 1) / (double)dim(n, n->in[1], 0);
}

static Work cost_conv2d(const Node *n)
{
	return product(out_count(n) * filter(n), has(n, 2) ? out_count(n) : 0);
}

/* Outputs before pooling, those that an incomplete tile drops included. */
static double conv_count(const Node *n)
{
	const int first = attr_bool(n, "channels_last") ? 1 : 2;
	double c = (double)dim(n, n->in[0], 0) * (double)dim(n, n->in[1], 0);
	for (int k = 0; k < 2; k++) {
		const int64_t room = dim(n, n->in[0], first + k) + 2 * attr_int_at(n, "pad", k) -
				     dim(n, n->in[1], 2 + k);
		c *= (double)(room / attr_int_at(n, "stride", k) + 1);
	}
	return c;
}

static Work cost_conv2d_act(const Node *n)
{
	const double outputs = conv_count(n);
	const bool relu = !strcmp(attr_str(n, "act"), "relu");
	const int64_t tile = attr_int_at(n, "pool", 0) * attr_int_at(n, "pool", 1);
	const double quotients = attr_bool(n, "max") ? 0 : out_count(n);
	const double pool = tile > 1 ? outputs + quotients : 0;
	return product(outputs * filter(n), outputs * (relu ? 3 : 2) + pool);
}

static Work cost_conv1d_depthwise(const Node *n)
{
	const double macs = out_count(n) * (double)dim(n, n->in[1], 2);
	return product(macs, has(n, 2) ? out_count(n) : 0);
}

/* per element: difference, two products, sum; per channel: sum, root, quotient */
static Work cost_batch_norm(const Node *n)
{
	return plain(4 * out_count(n) + 3 * in_count(n, 1));
}

static double rows(const Node *n)
{
	return in_count(n, 0) / in_count(n, 1);
}

/* per element: square and sum, two products; per row: quotient, sum, reciprocal root */
static Work cost_rms_norm(const Node *n)
{
	return plain(4 * out_count(n) + 4 * rows(n));
}

/* per element: sum, difference, square and sum, two products, sum */
static Work cost_layer_norm(const Node *n)
{
	return plain(7 * out_count(n) + 5 * rows(n));
}

static Work cost_avg_pool2d(const Node *n)
{
	const int64_t tile = attr_int_at(n, "kernel", 0) * attr_int_at(n, "kernel", 1);
	return plain(out_count(n) * (double)(tile + 1));
}

static Work cost_max_pool2d(const Node *n)
{
	const int64_t tile = attr_int_at(n, "kernel", 0) * attr_int_at(n, "kernel", 1);
	return plain(out_count(n) * (double)tile);
}

/* per state element: delta A, its exponential, two products and a sum for h, two for C h; per
 * channel and frame: delta u, D u and its sum */
static Work cost_selective_scan(const Node *n)
{
	const double steps = out_count(n), states = (double)dim(n, n->in[2], 1);
	return plain(steps * states * (6 + row_flops(n, OP_exp)) + 3 * steps);
}

static Work cost_scan_gate(const Node *n)
{
	const double softplus = attr_bool(n, "softplus") ? row_flops(n, OP_softplus) : 0;
	const double gate = row_flops(n, OP_silu) + row_flops(n, OP_mul);
	return plain(cost_selective_scan(n).flops + (gate + softplus) * out_count(n));
}

static Work cost_inproj_conv_silu(const Node *n)
{
	const double frames = in_count(n, 0) / (double)dim(n, n->in[1], 1);
	const double conv = out_count(n) * (double)dim(n, n->in[2], 2);
	const double more = (1 + row_flops(n, OP_silu)) * out_count(n);
	return product(frames * in_count(n, 1) + conv, more);
}

/* per element of the state: six biases, the sums of two gates, two sigmoids, product, sum and
 * tanh, difference, two products, sum */
static Work cost_gru(const Node *n)
{
	const double steps = in_count(n, 0) / (double)dim(n, n->in[1], 1);
	const double macs = steps * (in_count(n, 1) + in_count(n, 2));
	const double gates = 2 * row_flops(n, OP_sigmoid) + row_flops(n, OP_tanh);
	return product(macs, (14 + gates) * out_count(n));
}

/* Scores of an attention, and multiply-accumulates for each: `keys` products with a row of k or r,
 * `values` with one of v; the first inputs are q, k, v. */
static double scores(const Node *n)
{
	return in_count(n, 0) / (double)dim(n, n->in[0], 3) * (double)dim(n, n->in[1], 1);
}

static double score_macs(const Node *n, int keys, int values)
{
	return scores(n) * (double)(keys * dim(n, n->in[0], 3) + values * dim(n, n->in[2], 3));
}

/* per score: scale, the sum with the relative term, softmax, and dropout where there is one */
static double score_flops(const Node *n, bool relative)
{
	const double softmax = 4 + row_flops(n, OP_exp), draw = attr_float(n, "p") > 0 ? 18 : 0;
	return scores(n) * (1 + relative + softmax + draw);
}

static Work cost_attention(const Node *n)
{
	const bool relative = has(n, 4);
	const double biases = relative ? 2 * in_count(n, 0) : 0;
	return product(score_macs(n, 1 + relative, 1), score_flops(n, relative) + biases);
}

/* the scores again, d, dv, and for k and r two products each; sum_e g y; s */
static Work cost_attention_grad(const Node *n)
{
	const bool relative = has(n, 7);
	const double more = 2 * in_count(n, 3) + 4 * scores(n);
	return product(score_macs(n, 3 * (1 + relative), 2), score_flops(n, relative) + more);
}

/* window, and 2.5 n log2 n for a real transform */
static Work cost_stft(const Node *n)
{
	const double n_fft = (double)attr_int(n, "n_fft");
	const double frames = out_count(n) / (n_fft + 2);
	return plain(frames * n_fft * (1 + 2.5 * log2(n_fft)));
}

/* ---- training ---- */

static Work cost_linear_dx(const Node *n)
{
	return product(in_count(n, 0) * (double)dim(n, n->in[1], 1), 0);
}

static Work cost_linear_dw(const Node *n)
{
	return product(in_count(n, 0) * (double)dim(n, &n->out[0], 0), 0);
}

/* Each element of g meets every tap of its filter. */
static Work cost_conv2d_dx(const Node *n)
{
	return product(in_count(n, 0) * filter(n), 0);
}

static Work cost_conv2d_dw(const Node *n)
{
	return product(in_count(n, 1) * out_count(n) / (double)dim(n, &n->out[0], 0), 0);
}

static Work cost_conv1d_depthwise_dw(const Node *n)
{
	return product(in_count(n, 1) * (double)attr_int(n, "kernel"), 0);
}

static double act_flops(const Node *n)
{
	return strcmp(attr_str(n, "act"), "none") ? 1 : 0;
}

/* two sums for the statistics beside what batch_norm does */
static Work cost_batch_norm_train(const Node *n)
{
	const bool pools = out_count(n) < in_count(n, 0);
	return plain((8 + act_flops(n) + pools) * in_count(n, 0) + 10 * in_count(n, 1));
}

static Work cost_batch_norm_grad(const Node *n)
{
	return plain((10 + 2 * act_flops(n)) * out_count(n) + 2 * in_count(n, 1));
}

static Work cost_rms_norm_grad(const Node *n)
{
	return plain(10 * out_count(n) + 4 * rows(n));
}

static Work cost_layer_norm_grad(const Node *n)
{
	return plain(14 * out_count(n) + 5 * rows(n));
}

static Work cost_avg_pool2d_grad(const Node *n)
{
	return plain(in_count(n, 0));
}

static Work cost_max_pool2d_grad(const Node *n)
{
	return plain(in_count(n, 0));
}

/* per state element the 6 operations and the exponential of the forward scan, and 14 of the
 * backward one; per channel and frame: D g, g u and their sums, delta u */
static Work cost_selective_scan_grad(const Node *n)
{
	const double steps = out_count(n), states = (double)dim(n, n->in[2], 1);
	return plain(steps * states * (20 + row_flops(n, OP_exp)) + 6 * steps);
}

static Work cost_scan_gate_grad(const Node *n)
{
	const double softplus = attr_bool(n, "softplus") ? row_flops(n, OP_softplus) + 6 : 0;
	const double gate = row_flops(n, OP_silu) + row_flops(n, OP_silu_da) + 3;
	return plain(cost_selective_scan_grad(n).flops + (gate + softplus) * out_count(n));
}

/* three convolutions: the value again, dx and dw */
static Work cost_conv1d_silu_grad(const Node *n)
{
	const double taps = (double)dim(n, n->in[1], 2);
	return product(3 * out_count(n) * taps, (row_flops(n, OP_silu_da) + 3) * out_count(n));
}

/* each gate meets its row of the weights; per element of the state: two gates, the new state, their
 * derivatives, two sums */
static Work cost_gru_grad(const Node *n)
{
	const double states = in_count(n, 2);
	const double gates = 2 * row_flops(n, OP_sigmoid) + row_flops(n, OP_tanh);
	return product(out_count(n) * (double)dim(n, n->in[3], 1), (25 + gates) * states);
}

/* ten rounds of 2 products and 4 exclusive ors for 4 elements, and the product */
static Work cost_dropout(const Node *n)
{
	return plain(has(n, 1) ? 18 * out_count(n) : 0);
}

static Work cost_accumulate(const Node *n)
{
	return plain(2 * out_count(n));
}

static Work cost_adamw(const Node *n)
{
	return plain(15 * out_count(n));
}

/* ---- bytes, and the sum over a group --------------------------------------------------------- */

static CostFn *const cost_fn[NOPS] = {
#define EW(name, ...) [OP_##name] = cost_ew,
#define OP(name, ...) [OP_##name] = cost_##name,
#include "ops.def"
#undef EW
#undef OP
};

static double bytes_read(const Node *n)
{
	double bytes = 0;
	for (int i = 0; i < n->nin; i++) {
		bool seen = !n->in[i];
		for (int j = 0; j < i; j++)
			seen = seen || n->in[j] == n->in[i];
		if (!seen)
			bytes += (double)type_bytes(&n->in[i]->type);
	}
	return bytes;
}

/* A view is a copy here (it may cost nothing once planned), and reads no more than it writes. */
static double bytes_moved(const Node *n)
{
	const unsigned flags = node_info(n)->flags;
	if (flags & F_SOURCE)
		return 0;
	double written = 0;
	for (int i = 0; i < n->nout; i++)
		written += (double)type_bytes(&n->out[i].type);
	const double read = bytes_read(n);
	return (flags & F_VIEW) && read > written ? 2 * written : read + written;
}

Cost ir_cost(const Node *n)
{
	const Work w = cost_fn[n->op](n);
	const double times = n->group > 0 ? (double)n->group : 1;
	return (Cost){.macs = times * w.macs, .flops = times * w.flops, .bytes = bytes_moved(n)};
}

double graph_moved_bytes(const Graph *g, Arena *scratch,
			 double (*bytes)(const void *cx, const Value *v), const void *cx)
{
	const bool *load = graph_loadtime(g, scratch);
	bool *seen = NEW_ARRAY(scratch, bool, g->nodes.n *MAX_OUT);
	double sum = 0;
	for (int i = 0; i < g->nodes.n; i++)
		if (g->nodes.at[i]->op == OP_input)
			sum += (double)type_bytes(&g->nodes.at[i]->out[0].type);
	for (int i = 0; i < g->outputs.n; i++)
		sum += (double)type_bytes(&g->outputs.at[i].value->type);
	for (int i = 0; i < g->nodes.n; i++) {
		const Node *n = g->nodes.at[i];
		for (int k = 0; !load[i] && k < n->nin; k++) {
			const Value *v = n->in[k];
			if (!v || !load[v->node->id] || seen[v->node->id * MAX_OUT + v->index])
				continue;
			seen[v->node->id * MAX_OUT + v->index] = true;
			sum += bytes(cx, v);
		}
	}
	return sum;
}
