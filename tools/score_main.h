/* score_main.h: the verb `seldc score`. */
#ifndef SELDC_SCORE_MAIN_H
#define SELDC_SCORE_MAIN_H

/* argv[0] is the verb's name. Returns the exit status. */
int score_main(int argc, char **argv);

#endif
