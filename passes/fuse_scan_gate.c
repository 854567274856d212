/* fuse_scan_gate.c: a selective scan takes its gate, and the softplus of its step size, along.
 *
 *     %d = softplus %p : f32[1,50,32]
 *     %s = selective_scan %u, %d, %A, %B, %C, %D : f32[1,50,32]
 *     %g = silu %z : f32[1,50,32]
 *     %y = mul %s, %g : f32[1,50,32]
 * becomes
 *     %y = scan_gate %u, %p, %A, %B, %C, %D, %z {softplus=1} : f32[1,50,32]
 *
 * Scan and gate are used by the product alone, so z cannot depend on the scan. A softplus with
 * other uses stays, and the fused op reads its result. */
#include "passes/edit.h"

typedef struct Match {
	Node *scan, *silu, *mul, *softplus;
} Match;

/* NULL if m is filled; else why not, "" where the scan has no gate. */
static const char *match(Node *scan, Match *m)
{
	*m = (Match){.scan = scan, .mul = edit_single_user(&scan->out[0])};
	if (!m->mul)
		return "the scan has several uses";
	if (m->mul->op != OP_mul)
		return "the scan is not multiplied by a gate";
	m->silu = m->mul->in[1 - edit_input(m->mul, &scan->out[0])]->node;
	if (m->silu->op != OP_silu)
		return "the scan's factor is not a silu";
	if (!edit_single_user(&m->silu->out[0]))
		return "the gate has other uses";
	if (m->mul->group != scan->group || m->silu->group != scan->group)
		return "the parts are grouped differently";
	if (!type_equal(&m->silu->in[0]->type, &scan->out[0].type))
		return "the gate is broadcast";
	Node *delta = scan->in[1]->node;
	if (delta->op == OP_softplus && delta->group == scan->group &&
	    edit_single_user(&delta->out[0]))
		m->softplus = delta;
	return NULL;
}

static bool fuse(PassCtx *cx, Graph *g, const Match *m)
{
	Value *const *s = m->scan->in;
	Value *dt = m->softplus ? m->softplus->in[0] : s[1];
	Value *in[] = {s[0], dt, s[2], s[3], s[4], s[5], m->silu->in[0]};
	Node *n = node_insert(g, m->mul, OP_scan_gate, in, 7, m->scan->loc, m->scan->label);
	n->group = m->scan->group;
	if (m->softplus)
		attr_set_bool(n, "softplus", true);
	if (m->scan->group || node_reverse(m->scan, 0))
		attr_set_ints(n, "reverse", attr_ints(m->scan, "reverse"),
			      attr_len(m->scan, "reverse"));
	if (!edit_fused(cx, n))
		return false;
	value_replace(&m->mul->out[0], &n->out[0], NULL);
	return true;
}

int pass_fuse_scan_gate(PassCtx *cx, Graph *g)
{
	edit_prune(g); /* dead nodes are no uses */
	const int n = g->nodes.n;
	Node **old = edit_nodes(g, cx->scratch);
	int fused = 0, seen = 0;
	for (int i = 0; i < n; i++) {
		Match m;
		if (old[i]->op != OP_selective_scan)
			continue;
		const char *why = match(old[i], &m);
		seen++;
		if (why) {
			report_refused(cx, old[i], "'%s': %s", edit_name(old[i]), why);
			continue;
		}
		if (!m.softplus)
			report_refused(cx, old[i],
				       "'%s': the step size is not a softplus of its own",
				       edit_name(old[i]));
		fused += fuse(cx, g, &m);
	}
	if (seen)
		report_did(cx, NULL, "fused %d of %d", fused, seen);
	edit_prune(g);
	return fused;
}
