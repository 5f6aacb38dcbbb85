/* Elements of maps. The shapes of keys and values are the map's and the caller's business. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdlib.h>
#include <string.h>
#include "balancer.h"

enum { KEY_MAX = 64, VALUE_MAX = 16384 };
struct map { int descriptor; struct bpf_map_info is; uint8_t key[KEY_MAX], value[VALUE_MAX]; };

/* @returns null after fail() */
static struct map *map_of(json_t *request)
{
	static struct map map;
	const char *name;
	uint32_t size = sizeof map.is;
	memset(&map.is, 0, sizeof map.is);
	if (json_unpack(request, "{s:s}", "map", &name)) { fail("EREQUEST", "map is missing"); return NULL; }
	if ((map.descriptor = map_named(name)) < 0) return NULL;
	if (bpf_obj_get_info_by_fd(map.descriptor, &map.is, &size)) { fail_errno(errno, "%s", name); return NULL; }
	if (map.is.type != BPF_MAP_TYPE_PERCPU_ARRAY && map.is.key_size <= KEY_MAX && map.is.value_size <= VALUE_MAX) return &map;
	fail("EREQUEST", "%s: elements for each processor are read with counters", name);
	return NULL;
}

static json_t *list_of(json_t *request, const char *name)
{
	json_t *list = json_object_get(request, name);
	if (!json_is_array(list)) fail("EREQUEST", "%s: a list is needed", name);
	return json_is_array(list) ? list : NULL;
}

/* What was done before stays done. */
static json_t *failed_at(size_t at, int error, const char *name)
{
	if (error) fail_errno(error, "element %zu of %s", at, name);
	else fail("EREQUEST", "element %zu of %s: not as many octets as the map's, in lower case hexadecimal", at, name);
	fail_with("at", json_integer(at));
	return NULL;
}

json_t *op_write(json_t *request)
{
	struct map *map = map_of(request);
	json_t *entries = map ? list_of(request, "entries") : NULL, *entry;
	size_t at;
	if (!entries) return NULL;
	json_array_foreach(entries, at, entry) {
		if (octets_of(json_array_get(entry, 0), map->key, map->is.key_size) ||
		    octets_of(json_array_get(entry, 1), map->value, map->is.value_size)) return failed_at(at, 0, map->is.name);
		if (bpf_map_update_elem(map->descriptor, map->key, map->value, BPF_ANY)) return failed_at(at, errno, map->is.name);
	}
	return json_pack("{s:I}", "written", (json_int_t)json_array_size(entries));
}

json_t *op_remove(json_t *request)
{
	struct map *map = map_of(request);
	json_t *keys = map ? list_of(request, "keys") : NULL, *key;
	json_int_t removed = 0;
	size_t at;
	if (!keys) return NULL;
	json_array_foreach(keys, at, key) {
		if (octets_of(key, map->key, map->is.key_size)) return failed_at(at, 0, map->is.name);
		if (!bpf_map_delete_elem(map->descriptor, map->key)) removed++;
		else if (errno != ENOENT) return failed_at(at, errno, map->is.name);
	}
	return json_pack("{s:I}", "removed", removed);
}

json_t *op_read(json_t *request)
{
	struct map *map = map_of(request);
	json_t *keys = map ? list_of(request, "keys") : NULL, *key, *values;
	size_t at;
	if (!keys) return NULL;
	values = json_array();
	json_array_foreach(keys, at, key) {
		int wrong = octets_of(key, map->key, map->is.key_size), error = 0;
		if (!wrong && bpf_map_lookup_elem(map->descriptor, map->key, map->value)) error = errno;
		if (wrong || (error && error != ENOENT)) { json_decref(values); return failed_at(at, error, map->is.name); }
		json_array_append_new(values, error ? json_null() : hexadecimal(map->value, map->is.value_size));
	}
	return values;
}

json_t *op_dump(json_t *request)
{
	struct map *map = map_of(request);
	json_t *all;
	void *previous = NULL;
	if (!map) return NULL;
	if (map->is.type != BPF_MAP_TYPE_HASH) { fail("EREQUEST", "%s: every element is there; read those you mean", map->is.name); return NULL; }
	all = json_array();
	while (!bpf_map_get_next_key(map->descriptor, previous, map->key)) {
		previous = map->key;
		if (bpf_map_lookup_elem(map->descriptor, map->key, map->value)) continue;
		json_array_append_new(all, json_pack("[o, o]", hexadecimal(map->key, map->is.key_size), hexadecimal(map->value, map->is.value_size)));
	}
	return all;
}
