/* tools.h: verbs of seldc with a command line of their own. argv[0] is the verb's name; each
 * returns the exit status. */
#ifndef SELDC_TOOLS_H
#define SELDC_TOOLS_H

int score_main(int argc, char **argv); /* score_main.c */
int synth_main(int argc, char **argv); /* synth/main.c */

#endif
