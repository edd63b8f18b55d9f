/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of subcommands: help, manual, completion and dispatch all come from here. Layer app, any thread.
 */
#include "shell_priv.h"

#include <string.h>

#define STATUSES "running paused to-be-verified critical aborted verified partially-verified failed disputed"

const struct shell_option shell_common[] = {
	{ "color", 0, "WHEN", "auto always never", "Use colours: auto (on a terminal), always or never." },
	{ "config", 0, "FILE", NULL, "Read options from FILE instead of verdict.conf." },
	{ "help", 'h', NULL, NULL, "Print help and leave." },
	{ "json", 0, NULL, NULL, "Print JSON instead of text." },
	{ "passphrase-file", 0, "FILE", NULL, "Read the passphrase of the key from the first line of FILE." },
	{ "quiet", 'q', NULL, NULL, "Print results and errors only." },
	{ "store", 0, "DIR", NULL, "Use the store in DIR." },
	{ "verbose", 'v', NULL, NULL, "Say what is being done." },
	{ "version", 'V', NULL, NULL, "Print the version and leave." },
	{ NULL, 0, NULL, NULL, NULL }
};

const struct shell_option shell_screen[] = {
	{ "clock", 0, "TIME", NULL, "Stop the clock at TIME (RFC 3339), for scripts." },
	{ "clock-from", 0, "TIME", NULL, "Let the clock run on from TIME (RFC 3339), for demonstrations." },
	{ "script", 0, "FILE", NULL, "Run the commands in FILE without a terminal and leave." },
	{ "size", 0, "COLSxROWS", "80x24 120x40", "Lay screens of a script out for this size, 80x24 unless given." },
	{ "tour", 0, NULL, NULL, "Print the screens as text and leave, as the command tour." },
	{ NULL, 0, NULL, NULL, NULL }
};

static const struct shell_option options_queue[] = {
	{ "all", 'a', NULL, NULL, "List every TI, also those that wait for nobody." },
	{ "assigned", 0, NULL, NULL, "List what you have claimed, and what nobody has of the tests assigned to you." },
	{ "limit", 'n', "N", NULL, "List at most N." },
	{ "mine", 0, NULL, NULL, "List what you have claimed." },
	{ "profile", 0, "P", NULL, "List TIs of profile P only." },
	{ "sort", 0, "K", "waiting table test id status value", "Sort by waiting, table, test, id, status or value." },
	{ "status", 0, "S", STATUSES, "List TIs with status S only." },
	{ NULL, 0, NULL, NULL, NULL }
};
static const struct shell_option options_bundle[] = {
	{ "all", 'a', NULL, NULL, "Write every record of this console, not only those without a receipt." },
	{ "evidence", 'e', NULL, NULL, "Write the evidence of the TIs that the records are about, as far as it is here." },
	{ "pages", 0, NULL, NULL, "Write the changes of the event that this console knows, for a colleague without network." },
	{ "plain", 0, NULL, NULL, "Seal it to nobody: who finds the stick can read it." },
	{ "to", 0, "NAME", "hub", "Seal it to this person's consoles too, besides the hub; may be repeated." },
	{ NULL, 0, NULL, NULL, NULL }
};
static const struct shell_option options_check[] = {
	{ "as", 0, "KIND", NULL, "Take the files for KIND, such as fhir-json or hl7v2, whatever they look like." },
	{ "format", 0, "FORMAT", "oo tar", "Write a FHIR OperationOutcome (oo) or a GITB report (tar)." },
	{ "ips", 0, "EDITION", "1.1 2.0", "Judge patient summaries by this edition, whatever they claim." },
	{ NULL, 0, NULL, NULL, NULL }
};
static const struct shell_option options_evidence[] = {
	{ "compare", 0, "M", NULL, "Compare the item with item M of the same TI." },
	{ "encoding", 0, "NAME",
	  "auto UTF-8 UTF-16LE UTF-16BE Shift-JIS EUC-JP ISO-2022-JP EUC-KR GB18030 Big5 tis-620 windows-1252",
	  "Read the text as this encoding, whatever it declares." },
	{ "frame", 0, "N", NULL, "Take frame N of the picture, 1 unless given." },
	{ "hex", 0, NULL, NULL, "Show the bytes in hexadecimal." },
	{ "narrative", 0, NULL, NULL, "Show what the document tells people to read." },
	{ "outline", 0, NULL, NULL, "Show the outline (the default)." },
	{ "picture", 0, NULL, NULL, "Draw the picture on a terminal; elsewhere write it as a PPM image." },
	{ "pretty", 0, NULL, NULL, "Show the text laid out anew." },
	{ "raw", 0, NULL, NULL, "Write the bytes as they are; on a terminal neutralised." },
	{ "save", 0, "FILE", NULL, "Copy the bytes to FILE, which must not exist." },
	{ "window", 0, "CENTRE,WIDTH", NULL, "Show these grey values of the picture, not those that the file says." },
	{ NULL, 0, NULL, NULL, NULL }
};
static const struct shell_option options_findings[] = {
	{ "country", 0, "C", NULL, "List findings on TIs with a system of country C only, such as KR." },
	{ "gap", 0, "CATEGORY", "any ambiguous not-implementable national-guide terminology tooling",
	  "List gaps of this category only, or of any." },
	{ "profile", 0, "P", NULL, "List findings on TIs of profile P only." },
	{ NULL, 0, NULL, NULL, NULL }
};
static const struct shell_option options_grade[] = {
	{ "correction", 0, NULL, NULL, "Grade a TI that waits for nobody: a correction, which needs a reason." },
	{ "message", 'm', "REASON", NULL, "Give the reason; due for failed, partial, corrections, and verified against errors." },
	{ "step", 0, "N=MARK", NULL, "Mark step N as verified or failed; may be repeated." },
	{ "tick", 0, "ID", NULL, "Tick the check-off item ID; may be repeated." },
	{ NULL, 0, NULL, NULL, NULL }
};
static const struct shell_option options_message[] = {
	{ "message", 'm', "TEXT", NULL, "Give the text." },
	{ NULL, 0, NULL, NULL, NULL }
};
static const struct shell_option options_claim[] = {
	{ "minutes", 0, "N", NULL, "Ask for N minutes, 60 unless given." },
	{ NULL, 0, NULL, NULL, NULL }
};
static const struct shell_option options_export[] = {
	{ "all", 'a', NULL, NULL, "Export every TI of the event." },
	{ "format", 0, "FORMAT", REPORT_WORDS " html", "Write json (unless given otherwise), fhir, gitb, csv or a batch for Gazelle; html: an organisation." },
	{ "lines", 0, NULL, NULL, "Export lines instead: the one named, or all; fhir or gitb." },
	{ "organisation", 0, "ID", NULL, "Write the session report of this organisation, as html." },
	{ "output", 'o', "FILE", NULL, "Write to FILE instead of standard output." },
	{ "sign", 0, NULL, NULL, "Write FILE.sig and FILE.signers too, which ssh-keygen -Y verify checks." },
	{ NULL, 0, NULL, NULL, NULL }
};
static const struct shell_option options_join[] = {
	{ "as", 0, "PERSON", NULL, "Enrol as the person with this id." },
	{ "passphrase", 0, NULL, NULL, "Ask for a passphrase that seals the new key." },
	{ "via", 0, "WAY", "https ssh", "With a code: ask the hub by this way alone; else HTTPS, then the tunnel of verdict.conf." },
	{ NULL, 0, NULL, NULL, NULL }
};

static const struct shell_option options_results[] = {
	{ "borders", 0, NULL, NULL, "List countries whose systems exchanged with each other, by verified TIs." },
	{ "format", 0, "FORMAT", "text csv html json", "Write text (unless given otherwise), csv, html or json." },
	{ "lines", 0, NULL, NULL, "List the lines (the default)." },
	{ "matrix", 0, NULL, NULL, "List what would be published: passed lines by organisation, profile and actor." },
	{ "track", 0, "T", NULL, "Look at track T only." },
	{ NULL, 0, NULL, NULL, NULL }
};
static const struct shell_option options_floor[] = {
	{ "all", 'a', NULL, NULL, "List every table, also where nothing waits." },
	{ "format", 0, "FORMAT", "text csv html json", "Write text (unless given otherwise), csv, html or json." },
	{ NULL, 0, NULL, NULL, NULL }
};

static const struct shell_option options_sync[] = {
	{ "evidence", 0, NULL, NULL, "Over sftp: send what is here of the evidence, of the TIs that the records are about." },
	{ "once", 0, NULL, NULL, "Exchange what there is and end; so it is without --watch too." },
	{ "prefetch", 0, "MB", NULL, "Fetch evidence of the queue too, at most MB megabytes." },
	{ "via", 0, "WAY", "https ssh sftp", "Take this way alone; verdict.conf sets those that are tried otherwise." },
	{ "watch", 0, NULL, NULL, "Stay connected until interrupted, and say when the line changes." },
	{ NULL, 0, NULL, NULL, NULL }
};

static const struct shell_option options_ways[] = {
	{ "test", 0, NULL, NULL, "Try WAY, or all that are set up, step by step. Exits 3 where none leads to the hub." },
	{ NULL, 0, NULL, NULL, NULL }
};

static const struct subcommand table[] = {
	{ "bundle", "write|read|verify FILE", "Carry records by hand: onto a stick, from a colleague's, or look whether one is whole.",
	  options_bundle, SHELL_STORE | SHELL_MAYBE | SHELL_UNLOCKS | SHELL_PROGRESS | SHELL_DEFER, 2, 2, "bundle file",
	  sh_run_bundle, sh_after_bundle },
	{ "check", "FILE…", "Check files of evidence; no event is needed. Exits 1 where something is found.",
	  options_check, 0, 1, -1, "file", NULL, sh_after_check },
	{ "claim", "TI", "Claim a TI, so that no colleague takes it; offline an intention, not confirmed.",
	  options_claim, SHELL_STORE | SHELL_EVENT | SHELL_WRITES, 1, 1, "ti", sh_run_claim, NULL },
	{ "comment", "TI", "Add a comment to a TI.",
	  options_message, SHELL_STORE | SHELL_EVENT | SHELL_WRITES, 1, 1, "ti", sh_run_comment, NULL },
	{ "compare", "FILE FILE", "Compare two files of evidence by their structure.",
	  NULL, 0, 2, 2, "file", NULL, sh_after_compare },
	{ "complete", "WORD…", "Print what could stand in place of the last WORD, for the shells' completion.",
	  NULL, SHELL_STORE | SHELL_MAYBE | SHELL_HIDDEN | SHELL_LOOSE, 0, -1, "none",
	  sh_run_complete, sh_after_complete },
	{ "disputes", "", "List the TIs on which monitors differ, with what each had looked at.",
	  NULL, SHELL_STORE | SHELL_EVENT, 0, 0, "none", sh_run_disputes, NULL },
	{ "doctor", "", "Check libraries, store, journal, key, terminal and reader.",
	  NULL, SHELL_STORE | SHELL_MAYBE, 0, 0, "none", sh_run_doctor, sh_after_doctor },
	{ "evidence", "TI [N]", "List the evidence of a TI, or show item N.",
	  options_evidence, SHELL_STORE | SHELL_EVENT, 1, 2, "ti none", sh_run_evidence, sh_after_evidence },
	{ "export", "[TI…|LINE]", "Write what is known of TIs, lines or an organisation in a form that others read.",
	  options_export, SHELL_STORE | SHELL_EVENT, 0, -1, "ti", sh_run_export, sh_after_export },
	{ "fetch", "TI [N…]", "Fetch evidence that is not here from the hosts where participants captured it.",
	  NULL, SHELL_STORE | SHELL_EVENT | SHELL_LOCAL | SHELL_PROGRESS, 1, -1, "ti none", sh_run_fetch, NULL },
	{ "findings", "", "List what monitors found, by profile and country.",
	  options_findings, SHELL_STORE | SHELL_EVENT, 0, 0, "none", sh_run_findings, NULL },
	{ "floor", "", "List the tables in walking order, with what waits at each.",
	  options_floor, SHELL_STORE | SHELL_EVENT, 0, 0, "none", sh_run_floor, NULL },
	{ "grade", "TI verified|partial|failed", "Give a verdict, sign and save it.",
	  options_grade, SHELL_STORE | SHELL_EVENT | SHELL_WRITES, 2, 2, "ti outcome", sh_run_grade, NULL },
	{ "grade-line", "LINE GRADE", "Grade a line, as a manager: passed, did-not-complete, at-risk, no-peer, not-graded, withdrawn; none takes it back.",
	  options_message, SHELL_STORE | SHELL_EVENT | SHELL_WRITES, 2, 2, "line grade", sh_run_grade_line, NULL },
	{ "help", "[COMMAND]", "Explain a command.",
	  NULL, 0, 0, 1, "command", NULL, sh_after_help },
	{ "import", "pack PACK", "Import an event pack: a folder, or a .tar.zst of it.",
	  NULL, SHELL_STORE | SHELL_CREATE | SHELL_PROGRESS, 2, 2, "pack file", sh_run_import, NULL },
	{ "join", "PACK|CODE", "Enrol this installation with an event.",
	  options_join, SHELL_STORE | SHELL_CREATE | SHELL_LOCAL | SHELL_PROGRESS, 1, 1, "file", sh_run_join, NULL },
	{ "journal", "[verify|unsent|received|flagged|refused]", "List your records, or compute every hash and signature again.",
	  NULL, SHELL_STORE, 0, 1, "journal", sh_run_journal, NULL },
	{ "queue", "[FILTER…]", "List the TIs that wait for a monitor.",
	  options_queue, SHELL_STORE | SHELL_EVENT | SHELL_LOOSE, 0, -1, "none", sh_run_queue, NULL },
	{ "release", "TI", "Give a claimed TI back.",
	  NULL, SHELL_STORE | SHELL_EVENT | SHELL_WRITES, 1, 1, "ti", sh_run_release, NULL },
	{ "resolve", "TI RID", "Settle a dispute, as a lead: the verdict RID holds, cut to its first 8 digits or more.",
	  options_message, SHELL_STORE | SHELL_EVENT | SHELL_WRITES, 2, 2, "ti rid", sh_run_resolve, NULL },
	{ "results", "[LINE]", "List lines and how far each is, what would be published, or one line in detail.",
	  options_results, SHELL_STORE | SHELL_EVENT, 0, 1, "line", sh_run_results, NULL },
	{ "show", "TI…", "Show a TI: participants, steps, evidence, check-off list, verdicts, history.",
	  NULL, SHELL_STORE | SHELL_EVENT, 1, -1, "ti", sh_run_show, NULL },
	{ "status", "", "Say who you are, which event this is, and what waits.",
	  NULL, SHELL_STORE, 0, 0, "none", sh_run_status, NULL },
	{ "sync", "", "Send records to the hub and take what is new there. Exits 3 where it cannot be reached.",
	  options_sync, SHELL_STORE | SHELL_LOCAL | SHELL_WRITES | SHELL_PROGRESS, 0, 0, "none", sh_run_sync, NULL },
	{ "tour", "", "Print the screens of a store as text.",
	  NULL, 0, 0, 0, "none", NULL, NULL },
	{ "ways", "[WAY]", "List the ways to the hub: https, ssh, sftp, with what came of each; or test them.",
	  options_ways, SHELL_STORE, 0, 1, "way", sh_run_ways, sh_after_ways },
	{ "withdraw", "RID", "Withdraw a verdict of yours; RID may be cut to its first 8 digits or more.",
	  options_message, SHELL_STORE | SHELL_EVENT | SHELL_WRITES, 1, 1, "rid", sh_run_withdraw, NULL },
};

const struct subcommand *shell_at(size_t i)
{
	return i < sizeof(table) / sizeof(table[0]) ? &table[i] : NULL;
}

const struct subcommand *shell_find(const char *name)
{
	const struct subcommand *cmd;

	for (size_t i = 0; (cmd = shell_at(i)); i++)
		if (strcmp(cmd->name, name) == 0)
			return cmd;
	return NULL;
}
