/* library.h: the installed library of modules. */
#ifndef SELDC_LIBRARY_H
#define SELDC_LIBRARY_H

#include "ir/base.h"

/* The folder that holds the models and lib/ with the library: share/seldc/models of where seldc is
 * installed, or models of where it was built. NULL if there is none. */
const char *library_folder(Arena *a);

/* `seldc --list-modules`; returns the exit status. */
int library_list(void);

#endif
