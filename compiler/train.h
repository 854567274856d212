/* train.h: the graph "step" of a training program. */
#ifndef SELDC_TRAIN_H
#define SELDC_TRAIN_H

#include "ir/model.h"

/* Replaces the graph "loss" of a model read for training by "step": one optimiser step as a
 * function of weights, optimiser state and batch. Reports what does not fit; false if anything
 * does.
 *
 * Inputs: those of main; TARGET for each target_TARGET of the graph loss; NAME for each weight and
 * statistic of main and each scalar of the training section; opt.m.NAME and opt.v.NAME, with
 * amsgrad opt.vmax.NAME, for each weight; opt.lr, opt.step (from 1), opt.clip (norm of the
 * gradients, 0: no clipping); with dropout opt.seed. The opt. ones and the scalars have shape [].
 * With training.accumulate above 1 a step takes several runs: opt.accumulate of them, opt.micro
 * counts from 0; opt.acc.NAME for each weight is the sum of their gradients so far, divided by
 * opt.accumulate. It is what grad.NAME then is, and the last run alone changes the weights.
 * Outputs: loss [1], loss.PART for the other outputs of the graph loss, grad_norm; grad.NAME for
 * each weight, new.NAME for each weight and running statistic, and the new opt.m.NAME, opt.v.NAME,
 * opt.vmax.NAME. */
bool train_build(Model *model);

/* What an input of shape [] of the step is in the first step of a run: opt.seed 0. */
double train_default(const Model *m, const char *input);

#endif
