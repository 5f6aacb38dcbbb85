/* Names, sizes and types of the maps. */
#define ONE_OF(kind, entries, key_type, value_type, more) \
	struct { __uint(type, kind); __uint(max_entries, entries); __type(key, key_type); __type(value, value_type); more }
/* Memory as it is used, not for all that might be. */
#define GROWING __uint(map_flags, BPF_F_NO_PREALLOC);

ONE_OF(BPF_MAP_TYPE_ARRAY, 1, __u32, struct host, ) host SEC(".maps");
ONE_OF(BPF_MAP_TYPE_HASH, 8192, struct listener_key, struct listener, GROWING) listeners SEC(".maps");
ONE_OF(BPF_MAP_TYPE_ARRAY, 2048, __u32, struct table, ) tables SEC(".maps");
ONE_OF(BPF_MAP_TYPE_ARRAY, 65536, __u32, struct member, ) members SEC(".maps");
ONE_OF(BPF_MAP_TYPE_HASH, 65536, struct delivery_key, __u32, GROWING) deliveries SEC(".maps");
ONE_OF(BPF_MAP_TYPE_PERCPU_ARRAY, 4096, __u32, struct counters, ) counters SEC(".maps");
