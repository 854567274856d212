/* command.h: what a command owns while it runs: its private folder and its processes. */
#ifndef SELDC_COMMAND_H
#define SELDC_COMMAND_H

#include "compile.h"

typedef int Verb(const CompileOptions *o);

/* Runs `verb` on *o in a process of its own and waits for it; the exit status. However the verb
 * ends (done, an error, a crash, a signal to either process), the processes that it started have
 * ended and its private folder, o->work, is gone when this returns. The folder lies beside
 * o->output, so that what is finished is moved into place by rename, or in $TMPDIR where `beside`
 * is false. A signal that ends commands ends this one, too. */
int command_run(const CompileOptions *o, Verb *verb, bool beside);

/* The exit status of a command that ends with `status`: what it printed may be lost only now. */
int command_end(int status);

/* Makes o->work, if it is not there yet, and a new folder in it; NULL with errno. */
const char *command_folder(Arena *a, const CompileOptions *o);

/* Removes a folder and everything in it. */
void command_remove(const char *dir);

#endif
