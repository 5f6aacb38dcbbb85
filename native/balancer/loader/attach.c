/* Our filter at the ingress of a device: preference and handle are the mark by which we know it for ours. */
#include <bpf/libbpf.h>
#include <net/if.h>
#include "balancer.h"

/* @returns an errno. *id is 0 where nothing of ours is attached, as where there is no clsact at all (EINVAL). */
static int attached_id(int device, uint32_t *id)
{
	DECLARE_LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = device, .attach_point = BPF_TC_INGRESS);
	DECLARE_LIBBPF_OPTS(bpf_tc_opts, filter, .handle = HANDLE, .priority = PREFERENCE);
	int error = -bpf_tc_query(&hook, &filter);
	*id = error ? 0 : filter.prog_id;
	return error == ENOENT || error == EINVAL ? 0 : error;
}

int attach_to(int device, int program, uint32_t *previous, uint32_t *id)
{
	DECLARE_LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = device, .attach_point = BPF_TC_INGRESS);
	DECLARE_LIBBPF_OPTS(bpf_tc_opts, filter, .handle = HANDLE, .priority = PREFERENCE, .prog_fd = program, .flags = BPF_TC_F_REPLACE);
	int error = -bpf_tc_hook_create(&hook);
	if ((error && error != EEXIST) || (error = attached_id(device, previous))) return error;
	error = -bpf_tc_attach(&hook, &filter);
	*id = filter.prog_id;
	return error;
}

static json_t *attach(json_t *request)
{
	const char *netns = NULL, *device, *name;
	uint32_t previous = 0, id = 0;
	int program, error;
	if (json_unpack(request, "{s?s, s:s, s:s}", "netns", &netns, "device", &device, "program", &name)) {
		fail("EREQUEST", "attach: device and program are needed");
		return NULL;
	}
	if ((program = program_named(name)) < 0 || enter(netns)) return NULL;
	int index = if_nametoindex(device);
	if (!index || (error = attach_to(index, program, &previous, &id))) {
		fail_errno(index ? error : errno, "%s in %s", device, netns ? netns : "this namespace");
		return NULL;
	}
	return json_pack("{s:I, s:i, s:b}", "id", (json_int_t)id, "ifindex", index, "changed", previous != id);
}

static json_t *detach(json_t *request)
{
	const char *netns = NULL, *device;
	uint32_t id = 0;
	int error = 0;
	if (json_unpack(request, "{s?s, s:s}", "netns", &netns, "device", &device)) { fail("EREQUEST", "detach: device is needed"); return NULL; }
	if (enter(netns)) return NULL;
	int index = if_nametoindex(device);
	if (index && !(error = attached_id(index, &id)) && id) {
		DECLARE_LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = index, .attach_point = BPF_TC_INGRESS);
		DECLARE_LIBBPF_OPTS(bpf_tc_opts, filter, .handle = HANDLE, .priority = PREFERENCE);
		error = -bpf_tc_detach(&hook, &filter);
	}
	if (error) { fail_errno(error, "%s in %s", device, netns ? netns : "this namespace"); return NULL; }
	return json_pack("{s:b}", "changed", id != 0);
}

static json_t *state_of(const char *device)
{
	uint32_t id = 0;
	int index = if_nametoindex(device), error = index ? attached_id(index, &id) : 0;
	if (error) { fail_errno(error, "%s", device); return NULL; }
	return json_pack("{s:s, s:o, s:o}", "device", device, "ifindex", index ? json_integer(index) : json_null(), "id",
			 id ? json_integer(id) : json_null());
}

static json_t *attached(json_t *request)
{
	const char *netns = NULL;
	json_t *devices, *device, *states, *state;
	size_t at;
	if (json_unpack(request, "{s?s, s:o}", "netns", &netns, "devices", &devices)) { fail("EREQUEST", "attached: devices are needed"); return NULL; }
	if (enter(netns)) return NULL;
	states = json_array();
	json_array_foreach(devices, at, device) {
		if (!json_is_string(device)) { fail("EREQUEST", "attached: a device is a name"); json_decref(states); return NULL; }
		if (!(state = state_of(json_string_value(device)))) { json_decref(states); return NULL; }
		json_array_append_new(states, state);
	}
	return states;
}

/* Whatever happens there, this process comes home. */
static json_t *and_back(json_t *result) { leave(); return result; }
json_t *op_attach(json_t *request) { return and_back(attach(request)); }
json_t *op_detach(json_t *request) { return and_back(detach(request)); }
json_t *op_attached(json_t *request) { return and_back(attached(request)); }
