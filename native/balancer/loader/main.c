/*
 * balancer DIRECTORY
 *
 * Loads, attaches, reads and writes the load balancer in the kernel for whoever writes to its standard input. What it makes stays
 * when it ends: programs and maps are pinned below DIRECTORY.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "balancer.h"

static json_t *failure;

static void set_failure(const char *code, const char *message)
{
	json_decref(failure);
	failure = json_pack("{s:s, s:s}", "code", code, "message", message);
}

void fail(const char *code, const char *format, ...)
{
	char message[1024];
	va_list rest;
	va_start(rest, format);
	vsnprintf(message, sizeof message, format, rest);
	va_end(rest);
	set_failure(code, message);
}

void fail_errno(int error, const char *format, ...)
{
	char about[768], message[1024];
	va_list rest;
	va_start(rest, format);
	vsnprintf(about, sizeof about, format, rest);
	va_end(rest);
	snprintf(message, sizeof message, "%s: %s", about, strerror(error));
	set_failure(strerrorname_np(error) ? strerrorname_np(error) : "EINVAL", message);
}

void fail_with(const char *name, json_t *value) { json_object_set_new(failure, name, value); }

static const struct { const char *name; operation *run; } operations[] = {
	{ "probe", op_probe }, { "load", op_load }, { "unload", op_unload }, { "stats", op_stats }, { "test", op_test },
	{ "attach", op_attach }, { "detach", op_detach }, { "attached", op_attached },
	{ "write", op_write }, { "remove", op_remove }, { "read", op_read }, { "dump", op_dump }, { "counters", op_counters },
};

static json_t *carry_out(json_t *request)
{
	const char *name = json_string_value(json_object_get(request, "op"));
	for (size_t at = 0; name && at < sizeof operations / sizeof *operations; at++)
		if (!strcmp(name, operations[at].name)) return operations[at].run(request);
	fail("EREQUEST", "no such op: %s", name ? name : "(none)");
	return NULL;
}

static void answer(const char *line, size_t length)
{
	json_error_t wrong;
	json_t *request = json_loadb(line, length, JSON_REJECT_DUPLICATES, &wrong), *id = json_object_get(request, "id"), *result = NULL;
	if (request) result = carry_out(request);
	else fail("EREQUEST", "not JSON: %s", wrong.text);
	json_t *said = json_object();
	json_object_set(said, "id", id ? id : json_null());
	json_object_set(said, result ? "result" : "error", result ? result : failure);
	json_dumpf(said, stdout, JSON_COMPACT);
	putchar('\n');
	/* Those who send many at once would wait for the first while the last are still being read. */
	fflush(stdout);
	json_decref(said), json_decref(result), json_decref(request);
}

int main(int count, char **words)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t length;
	if (count != 2) { fprintf(stderr, "usage: balancer DIRECTORY\n"); return 2; }
	pins_at(words[1]);
	while ((length = getline(&line, &room, stdin)) > 0) answer(line, length);
	free(line);
	return 0;
}
