/* dce.c: removes nodes that nothing uses.
 *
 *     %a = exp %x : f32[8]            ->    %b = relu %x : f32[8]
 *     %b = relu %x : f32[8]                 output "y" %b
 *     output "y" %b
 *
 * Inputs and params stay, used or not: they are the program's interface. */
#include "passes/edit.h"

int pass_dce(PassCtx *cx, Graph *g)
{
	const int removed = edit_prune(g);
	if (removed)
		report_did(cx, NULL, "removed %d unused nodes", removed);
	return removed;
}
