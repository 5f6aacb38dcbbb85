/* What user space and the programs agree on; README.md has it in words. Any change here is a new LAYOUT in balancer.h. */
#include <linux/types.h>

enum {
	BUCKETS = 1021,          /* maglevSize in packages/contract/maglev.ts */
	SEED = 0x6e770001,       /* maglevSeed there */
	PLACES = 4,              /* members of a bucket: the current one, and those before it */
	NO_MEMBER_MARK = 0x6e770fff,
};
static const __u32 NO_TABLE = 0xffffffff;

struct mac { __u8 octets[6]; };

struct host { struct mac tunnel; __u16 zero; };
struct listener_key { __u32 vip[4]; __u8 protocol, zero; __be16 port; };
struct listener { __u32 table, counters, tunnel, zero; };
/* A bucket is one word, so that it is read at once: 16 bits a place, the current member lowest. */
struct table { __u64 buckets[BUCKETS]; };
/* Mute: its host has the other driver, and cannot be asked which flows it knows. */
struct member { struct mac mac; __u16 mute; };
struct delivery_key { struct listener_key listener; struct mac mac; __u16 zero; };

enum { PACKETS, BYTES, FLOWS, RETRIES, NO_MEMBER, ERRORS, FRAGMENTS, MALFORMED, COUNTERS };
struct counters { __u64 of[COUNTERS]; };
