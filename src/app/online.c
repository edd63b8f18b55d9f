/* SPDX-License-Identifier: Apache-2.0 */
/* The port of the session machine: net process, loop, clocks. Layer app; the loop's thread. */
#include "src/app/online_priv.h"

#include "verdict/base/clock.h"
#include "verdict/base/mem.h"
#include "verdict/proto/crypto.h"

static enum status port_peer(void *data, const struct net_peer *p)
{
	return way_peer(data, p);
}

static uint32_t port_send(void *data, const struct net_request *q, net_answer_cb cb, net_progress_cb progress,
		void *cb_data)
{
	return net_send(((struct online *)data)->net, q, cb, progress, cb_data);
}

static void port_cancel(void *data, uint32_t id)
{
	net_cancel(((struct online *)data)->net, id);
}

static void end_here(void *data)
{
	struct sync_job *job = data;

	job->done(job);
}

static void port_run(void *data, struct sync_job *job)
{
	struct online *o = data;

	if (o->host.run) {
		o->host.run(o->host.data, job);
		return;
	}
	job->work(job, o->host.store);
	loop_after(o->loop, NULL, 0, "sync: job", end_here, job);
}

static int64_t port_now(void *data)
{
	(void)data;
	return clock_boot_ms();
}

static int64_t port_wall(void *data)
{
	(void)data;
	return clock_wall_ms();
}

static uint32_t port_chance(void *data)
{
	uint32_t bits;

	(void)data;
	random_bytes(&bits, sizeof(bits));
	return bits;
}

static void tick(void *data)
{
	sync_tick(((struct online *)data)->sync);
}

static void port_wake(void *data, int64_t at)
{
	struct online *o = data;
	int64_t in = at - clock_boot_ms();

	loop_cancel(o->loop, &o->timer);
	if (at < INT64_MAX)
		loop_after(o->loop, &o->timer, in > 0 ? in : 0, "sync: wake", tick, o);
}

static void port_changed(void *data, unsigned int what)
{
	struct online *o = data;

	if (what & SYNC_CHANGED_LINE)
		way_changed(o);
	if (o->host.changed)
		o->host.changed(o->host.data, what);
}

enum status online_new(struct online **out, struct loop *loop, const struct online_host *host)
{
	struct online *o;
	struct buf exe;
	enum status code;

	buf_init(&exe, 8192);
	code = net_find_exe(&exe);
	if (code == STATUS_OK) {
		o = mem_zalloc(sizeof(*o));
		o->loop = loop;
		o->host = *host;
		o->net = net_new(loop, buf_str(&exe));
		o->port = (struct sync_port){ o, port_peer, port_send, port_cancel, port_run, port_now, port_wall,
			port_chance, port_wake, port_changed };
		o->sync = sync_new(&o->port);
		way_init(o);
		*out = o;
	}
	buf_done(&exe);
	return code;
}

void online_free(struct online *o)
{
	if (!o)
		return;
	loop_cancel(o->loop, &o->timer);
	way_done(o);
	sync_free(o->sync);
	net_free(o->net);
	mem_free(o);
}

struct sync *online_sync(struct online *o)
{
	return o->sync;
}

const struct sync_port *online_port(struct online *o)
{
	return &o->port;
}
