/* Counters of listeners, summed over processors. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdlib.h>
#include <linux/types.h>
#include "../layout.h"
#include "balancer.h"

static json_t *sum(const struct counters *each, int processors)
{
	json_t *numbers = json_array();
	for (int what = 0; what < COUNTERS; what++) {
		uint64_t total = 0;
		for (int at = 0; at < processors; at++) total += each[at].of[what];
		json_array_append_new(numbers, json_integer((json_int_t)total));
	}
	return numbers;
}

json_t *op_counters(json_t *request)
{
	int from, count, map, processors = libbpf_num_possible_cpus();
	if (json_unpack(request, "{s:i, s:i}", "from", &from, "count", &count) || from < 0 || count < 0) {
		fail("EREQUEST", "counters: from and count are needed");
		return NULL;
	}
	if ((map = map_named("counters")) < 0) return NULL;
	struct counters *each = processors > 0 ? calloc(processors, sizeof *each) : NULL;
	json_t *all = json_array();
	for (uint32_t index = from; each && index < (uint32_t)from + count; index++) {
		if (!bpf_map_lookup_elem(map, &index, each)) { json_array_append_new(all, sum(each, processors)); continue; }
		fail_errno(errno, "counters %u", index);
		json_decref(all);
		all = NULL;
		break;
	}
	free(each);
	return all;
}
