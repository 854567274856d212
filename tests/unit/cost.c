/* cost.c: the cost model on nodes whose work is known by hand. */
#include "../../ir/ir.h"

#include <string.h>

typedef struct Row {
	const char *text; /* node lines; the cost of the last one counts */
	double macs, flops, bytes;
} Row;

#define SRC(name, shape) "%" name " = input \"" name "\" {shape=" shape "} : f32" shape "\n"

static const Row rows[] = {
    {SRC("x", "[3,1]") SRC("z", "[5]") "%y = silu %x : f32[3,1]\n", 0, 18, 24},
    {SRC("x", "[3,1]") SRC("z", "[5]") "%y = mul %x, %z : f32[3,5]\n", 0, 15, 4 * (3 + 5 + 15)},
    {SRC("x", "[3,5]") "%y = mul %x, %x : f32[3,5]\n", 0, 15, 4 * 30},
    {SRC("x", "[3,8]") "%y = slice %x {axis=1 stop=2} : f32[3,2]\n", 0, 0, 4 * 12},
    {SRC("x", "[4]") "%y = broadcast %x {shape=[3,4]} : f32[3,4]\n", 0, 0, 4 * 16},
    {"%y = param \"p\" {shape=[1000]} : f32[1000]\n", 0, 0, 0},
    {SRC("x", "[1,4,401,128]")
	 SRC("w", "[64,4,3,3]") "%y = conv2d %x, %w {pad=[1,1]} : f32[1,64,401,128]\n",
     118259712, 236519424, 4 * (4 * 51328 + 2304 + 64.0 * 51328)},
    {SRC("x", "[1,401,128,4]") SRC("w", "[64,4,3,3]") SRC(
	 "s",
	 "[64]") "%y = conv2d_act %x, %w, %s, %s {pad=[1,1] channels_last=1 act=relu pool=[2,2]}"
		 " : f32[1,200,64,64]\n",
     118259712, 236519424 + 64.0 * (4 * 51328 + 12800), 4 * (4 * 51328 + 2304 + 64 + 64.0 * 12800)},
    {SRC("x", "[1,1,50,512]")
	 SRC("w", "[18,2048,512]") "%y = linear %x, %w {group=18} : f32[18,1,50,2048]\n",
     18 * 52428800.0, 36 * 52428800.0, 4 * (25600 + 18 * 1048576.0 + 18 * 102400.0)},
    {SRC("a", "[2,5,3]") SRC("b", "[1,7,5]") "%y = matmul %a, %b {ta=1 tb=1} : f32[2,3,7]\n", 210,
     420, 4 * (30 + 35 + 42)},
    {SRC("x", "[1,50,1024]") SRC("w", "[1024,1,4]")
	 SRC("b", "[1024]") "%y = conv1d_depthwise %x, %w, %b {pad=[3,0]} : f32[1,50,1024]\n",
     204800, 409600 + 51200, 4 * (2 * 51200 + 4096 + 1024)},
    {SRC("u", "[1,50,1024]") SRC("A", "[1024,16]") SRC("B", "[1,50,16]")
	 SRC("D", "[1024]") "%y = selective_scan %u, %u, %A, %B, %B, %D : f32[1,50,1024]\n",
     0, 50 * 1024 * (16 * 10 + 3), 4 * (2 * 51200 + 16384 + 800 + 1024)},
    {SRC("x", "[2,3]") "%y = map %x {f=\"t0 = exp(x0); y0 = add(t0, 1)\"} : f32[2,3]\n", 0, 30, 48},
};

static bool check(const Row *r, int number)
{
	Arena *a = arena_new();
	Diag d = {.arena = a, .out = stderr};
	const char *text = arena_printf(a, "module m\ngraph main arena=0 load=0 {\n%s}\n", r->text);
	const Source src = {.name = "cost.sir", .text = text, .len = strlen(text)};
	const Module *m = ir_parse(a, &d, ops_new(a), &src);
	bool ok = m && ir_verify(m) == 0;
	if (ok) {
		const Graph *g = m->graphs.at[0];
		const Cost c = ir_cost(g->nodes.at[g->nodes.n - 1]);
		ok = c.macs == r->macs && c.flops == r->flops && c.bytes == r->bytes;
		if (!ok)
			printf("row %d: macs %.0f flops %.0f bytes %.0f, want %.0f %.0f %.0f\n",
			       number, c.macs, c.flops, c.bytes, r->macs, r->flops, r->bytes);
	}
	arena_free(a);
	return ok;
}

int main(void)
{
	int nfailed = 0;
	for (size_t i = 0; i < COUNT(rows); i++)
		nfailed += !check(&rows[i], (int)i);
	return nfailed > 0;
}
