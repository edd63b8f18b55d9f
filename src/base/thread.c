/* SPDX-License-Identifier: Apache-2.0 */
/* Threads. Layer: base. Any thread. */
#include "verdict/base/thread.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include "verdict/base/mem.h"

struct thread {
	pthread_t id;
	char name[16];		/* as the kernel keeps it */
	void (*run)(void *data);
	void *data;
};

static void must(int rc)
{
	if (rc)
		abort();
}

static void *main_of(void *data)
{
	struct thread *t = data;

	pthread_setname_np(pthread_self(), t->name);
	t->run(t->data);
	return NULL;
}

struct thread *thread_start(const char *name, void (*run)(void *data), void *data)
{
	struct thread *t = mem_zalloc(sizeof(*t));
	sigset_t all, before;

	for (size_t i = 0; i + 1 < sizeof(t->name) && name[i]; i++)
		t->name[i] = name[i];
	t->run = run;
	t->data = data;
	sigfillset(&all);
	must(pthread_sigmask(SIG_SETMASK, &all, &before));
	must(pthread_create(&t->id, NULL, main_of, t));
	must(pthread_sigmask(SIG_SETMASK, &before, NULL));
	return t;
}

void thread_join(struct thread *t)
{
	if (!t)
		return;
	must(pthread_join(t->id, NULL));
	mem_free(t);
}
