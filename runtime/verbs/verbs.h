/* verbs.h: what the command line of a built program does. Only the files of this folder write to
 * the terminal. */
#ifndef SELDRT_VERBS_H
#define SELDRT_VERBS_H

#include "runtime/train/train.h"

/* ---- options.c ------------------------------------------------------------------------------ */

/* The weights that the command line asks for, or those of the program; says what was done to make
 * them fit. */
RtStatus rt_options_weights(const RtOptions *o, const RtModel *m, RtWeights *w, RtError *err);
/* How the model decodes, with the command line's changes. */
RtDecode rt_decode_chosen(const RtModel *m, const RtOptions *o);

/* ---- scaler.c --------------------------------------------------------------------------- */

/* Whether the model standardises its features by statistics in its state. */
bool rt_scaler_wanted(const RtModel *m);
/* Mean and population standard deviation of each channel and mel bin over all chunks of the feed,
 * into the state. */
RtStatus rt_scaler_compute(RtSession *s, const RtFeed *f, RtProgress *progress, RtError *err);

/* ---- evaluate.c ------------------------------------------------------------------------- */

/* Detects events in the recordings of `folds` and scores them. Release `set` in any case. */
RtStatus rt_evaluate(RtSession *s, const RtDataset *d, const RtDecode *decode, unsigned folds,
		     ScoreSet *set, RtProgress *progress, RtError *err);

/* Verbs, each in the file of its name. Those that go on after a failure report it themselves,
 * leave err empty and return the status. */
RtStatus rt_verb_info(const RtModel *m, const RtOptions *o, RtError *err);
RtStatus rt_verb_init(const RtModel *m, const RtOptions *o, RtError *err);
RtStatus rt_verb_run(const RtModel *m, const RtOptions *o, RtError *err);
RtStatus rt_verb_features(const RtModel *m, const RtOptions *o, RtError *err);
RtStatus rt_verb_infer(const RtModel *m, const RtOptions *o, RtError *err);
RtStatus rt_verb_step(const RtModel *m, const RtOptions *o, RtError *err);
RtStatus rt_verb_train(const RtModel *m, const RtOptions *o, RtError *err);
RtStatus rt_verb_eval(const RtModel *m, const RtOptions *o, RtError *err);
RtStatus rt_verb_bench(const RtModel *m, const RtOptions *o, RtError *err);
RtStatus rt_verb_statistics(const RtModel *m, const RtOptions *o, RtError *err);

#endif
