/* Running programs: whether this kernel takes them, what they say to a packet, how often they ran. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>
#include "balancer.h"

static json_t *missing(const char *why, const char *detail)
{
	return json_pack("{s:[s++]}", "missing", why, detail ? ": " : "", detail ? detail : "");
}

/* In a namespace that nobody else is in, and that is gone afterwards. */
static int attachable(struct bpf_object *object)
{
	uint32_t previous, id;
	if (enter_new()) return errno;
	int error = attach_to(if_nametoindex("lo"), bpf_program__fd(bpf_object__find_program_by_name(object, program_names[UPLINK])),
			      &previous, &id);
	leave();
	return error;
}

json_t *op_probe(json_t *request)
{
	const char *path;
	if (json_unpack(request, "{s:s}", "object", &path)) { fail("EREQUEST", "probe: object is missing"); return NULL; }
	if (access("/sys/kernel/btf/vmlinux", R_OK)) return missing("the kernel does not describe its types (CONFIG_DEBUG_INFO_BTF)", NULL);
	struct bpf_object *object = into_kernel(path, 0);
	if (!object) return NULL;
	int error = attachable(object);
	bpf_object__close(object);
	if (error) return missing("the kernel cannot run programs at a device's ingress (CONFIG_NET_CLS_BPF, CONFIG_NET_SCH_INGRESS)", strerror(error));
	return json_pack("{s:[]}", "missing");
}

json_t *op_stats(json_t *request)
{
	static int counting = -1;
	json_t *all = json_object();
	if (json_is_true(json_object_get(request, "enable")) && counting < 0 && (counting = bpf_enable_stats(BPF_STATS_RUN_TIME)) < 0) {
		fail_errno(errno, "counting of runs");
		json_decref(all);
		return NULL;
	}
	if (json_is_false(json_object_get(request, "enable")) && counting >= 0) close(counting), counting = -1;
	for (int at = 0; at < PROGRAMS; at++) {
		struct bpf_prog_info about = {};
		uint32_t size = sizeof about;
		if (program_named(program_names[at]) < 0 || bpf_obj_get_info_by_fd(programs[at], &about, &size)) { json_decref(all); return NULL; }
		json_object_set_new(all, program_names[at], json_pack("{s:I, s:I, s:I}", "id", (json_int_t)about.id, "runs",
				    (json_int_t)about.run_cnt, "nanoseconds", (json_int_t)about.run_time_ns));
	}
	return all;
}

static json_t *run(int program, const uint8_t *octets, size_t length, int repeat)
{
	uint8_t changed[9216];
	struct __sk_buff context = {};
	DECLARE_LIBBPF_OPTS(bpf_test_run_opts, test, .data_in = octets, .data_size_in = length, .data_out = changed,
			    .data_size_out = sizeof changed, .ctx_in = &context, .ctx_size_in = sizeof context, .ctx_out = &context,
			    .ctx_size_out = sizeof context, .repeat = repeat);
	if (bpf_prog_test_run_opts(program, &test)) { fail_errno(errno, "the test run"); return NULL; }
	return json_pack("{s:i, s:o, s:I, s:I}", "action", test.retval, "data", hexadecimal(changed, test.data_size_out), "mark",
			 (json_int_t)context.mark, "nanoseconds", (json_int_t)test.duration);
}

json_t *op_test(json_t *request)
{
	const char *netns = NULL, *name;
	json_t *data, *result;
	uint8_t octets[9216];
	int repeat = 1, program;
	if (json_unpack(request, "{s?s, s:s, s:o, s?i}", "netns", &netns, "program", &name, "data", &data, "repeat", &repeat) ||
	    json_string_length(data) / 2 > sizeof octets || octets_of(data, octets, json_string_length(data) / 2)) {
		fail("EREQUEST", "test: program, and data in hexadecimal, up to 9216 octets, are needed");
		return NULL;
	}
	if ((program = program_named(name)) < 0 || enter(netns)) return NULL;
	result = run(program, octets, json_string_length(data) / 2, repeat);
	leave();
	return result;
}
