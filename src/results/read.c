/* SPDX-License-Identifier: Apache-2.0 */
/* What is lent out of the engine as it lies. Results layer; the thread that has the engine. */
#include "results_priv.h"

static const char *const enough_words[] = { "not-yet", "enough", "no-peer", "not-graded" };

const char *results_enough_name(enum results_enough e)
{
	return (size_t)e < sizeof(enough_words) / sizeof(enough_words[0]) ? enough_words[e] : "?";
}

const struct event *results_event(const struct results *r)
{
	return r->has_event ? &r->event : NULL;
}

const struct results_rules *results_rules(const struct results *r)
{
	return &r->rules;
}

const struct results_track *results_tracks(size_t *n_out, const struct results *r)
{
	*n_out = r->tracks.len;
	return r->tracks.at;
}

const struct results_name *results_profiles(size_t *n_out, const struct results *r)
{
	*n_out = r->profiles.len;
	return r->profiles.at;
}

const struct results_name *results_actors(size_t *n_out, const struct results *r)
{
	*n_out = r->actors.len;
	return r->actors.at;
}

const struct organisation *results_organisations(size_t *n_out, const struct results *r)
{
	*n_out = r->organisations.len;
	return r->organisations.at;
}

const struct results_system *results_systems(size_t *n_out, struct results *r)
{
	results_index(r);
	*n_out = r->systems.len;
	return r->systems.at;
}

const struct results_line *results_lines(size_t *n_out, struct results *r)
{
	results_index(r);
	*n_out = r->lines.len;
	return r->lines.at;
}

uint32_t results_find_line(struct results *r, const char *id)
{
	results_index(r);
	return results_lookup(r->by_line, id);
}

unsigned int results_in_progress(const struct results *r, const struct results_line *l)
{
	return l->partial + (r->rules.running_in_progress ? l->running : 0);
}
