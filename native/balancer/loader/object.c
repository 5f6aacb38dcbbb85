/* The object file, through libbpf into the kernel. */
#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "balancer.h"

/* The end of what libbpf and the verifier said since the last object: there the reason stands. */
static char log_tail[8192];

static int remember(enum libbpf_print_level level, const char *format, va_list rest)
{
	char line[sizeof log_tail / 2];
	if (level > LIBBPF_WARN) return 0;
	int length = vsnprintf(line, sizeof line, format, rest);
	/* The verifier's log comes as one text, which may be longer than this keeps. */
	if (length >= (int)sizeof line) length = sizeof line - 1;
	size_t kept = strlen(log_tail), room = sizeof log_tail - 1;
	size_t drop = kept + length > room ? kept + length - room : 0;
	memmove(log_tail, log_tail + drop, kept - drop);
	memcpy(log_tail + kept - drop, line, length);
	log_tail[kept - drop + length] = 0;
	return 0;
}

static int pin_maps(struct bpf_object *object)
{
	struct bpf_map *map;
	bpf_object__for_each_map(map, object)
		if (!bpf_map__is_internal(map) && bpf_map__set_pin_path(map, pin_of("maps", bpf_map__name(map)))) return -1;
	return 0;
}

static struct bpf_object *failed(struct bpf_object *object, const char *path)
{
	int error = errno;
	if (strstr(log_tail, "parameter mismatch") || strstr(log_tail, "couldn't reuse pinned map"))
		fail("ELAYOUT", "the maps that are pinned are of another shape");
	else if (strstr(log_tail, "not found in kernel"))
		fail("EKERNEL", "the kernel cannot be asked for connections (bpf_skb_ct_lookup: Linux 5.18 with nf_conntrack and its types)");
	else if (error == EPERM) fail_errno(error, "programs may not be loaded into the kernel (CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN)");
	else if (strstr(log_tail, "BEGIN PROG LOAD LOG")) fail("EVERIFIER", "the kernel refused %s", path);
	else fail_errno(error, "%s", path);
	fail_with("log", json_string(log_tail));
	bpf_object__close(object);
	return NULL;
}

struct bpf_object *into_kernel(const char *path, int pinned)
{
	libbpf_set_print(remember);
	log_tail[0] = 0;
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	if (!object || (pinned && pin_maps(object)) || bpf_object__load(object)) return failed(object, path);
	return object;
}
