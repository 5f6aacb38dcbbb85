// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/*
 * The load balancer: chooses a member for each packet to a listener and sends it there, changing nothing but MACs.
 * No state, but what connection tracking on the members' hosts has anyway. README.md has it in words.
 */
#include <linux/bpf.h>
#include <linux/if_packet.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "../layout.h"
#include "maps.bpf.h"
#include "jhash.bpf.h"
#include "packet.bpf.h"
#include "known.bpf.h"

char LICENSE[] SEC("license") = "GPL";

enum { TRIED = 3 /* octet of the source MAC: the place in the bucket that is tried, plus one */ };

static __always_inline void count(__u32 index, int what, __u64 by)
{
	struct counters *of = bpf_map_lookup_elem(&counters, &index);
	if (of) of->of[what] += by;
}

static __always_inline int same(const struct mac *a, const struct mac *b, int octets)
{
	__u8 differ = 0;
	for (int i = 0; i < octets; i++) differ |= a->octets[i] ^ b->octets[i];
	return !differ;
}

/* Up the stack: the firewall's DNAT knows (MAC, VIP, protocol, port). Any other MAC than the device's would be dropped before. */
static __always_inline int deliver(struct __sk_buff *skb, const struct mac *mac)
{
	if (bpf_skb_store_bytes(skb, 0, mac, sizeof *mac, 0)) return TC_ACT_SHOT;
	return bpf_skb_change_type(skb, PACKET_HOST) ? TC_ACT_SHOT : TC_ACT_OK;
}

static __always_inline int deliver_or_send(struct __sk_buff *skb, const struct packet *packet, const struct mac *mac,
					   __u8 tried, __u32 device, int *unknown)
{
	struct delivery_key key = { .listener = packet->key, .mac = *mac };
	__u32 zero = 0;
	if (bpf_map_lookup_elem(&deliveries, &key)) {
		if (tried && !known_here(skb, packet)) { *unknown = 1; return 0; }
		return deliver(skb, mac);
	}
	const struct host *here = bpf_map_lookup_elem(&host, &zero);
	if (!here) return TC_ACT_SHOT;
	struct { struct mac to, from; } macs = { *mac, here->tunnel };
	macs.from.octets[TRIED] = tried;
	if (bpf_skb_store_bytes(skb, 0, &macs, sizeof macs, 0)) return TC_ACT_SHOT;
	return bpf_redirect(device, 0);
}

/* Null: nobody stands there, or he died. */
static __always_inline const struct member *standing(__u64 bucket, int place)
{
	__u32 index = bucket >> place * 16 & 0xffff;
	const struct member *member = bpf_map_lookup_elem(&members, &index);
	const __u8 *mac = member ? member->mac.octets : (void *)0;
	return index && mac && (mac[0] | mac[1] | mac[2] | mac[3] | mac[4] | mac[5]) ? member : (void *)0;
}

/*
 * Asks from place `next` on who knows the flow. Who is known to nobody that can be asked is with the latest member that cannot; where
 * there is none, the current one has it. A SYN, and a bucket that never moved, asks nobody.
 */
static __always_inline int spread(struct __sk_buff *skb, const struct packet *packet, const struct listener *listener, __u64 bucket,
				  int next, __u32 device)
{
	const struct member *at;
	int ask = !packet->opens && bucket >> 16;
	for (int place = 0; ask && place < PLACES; place++) {
		int unknown = 0, action;
		if (place < next || !(at = standing(bucket, place)) || at->mute) continue;
		action = deliver_or_send(skb, packet, &at->mac, place + 1, device, &unknown);
		if (!unknown) return action;
		count(listener->counters, RETRIES, 1);
	}
	/* Of datagrams every flow begins like one that nobody knows: who drains would have new ones for ever. */
	for (int place = 0; ask && packet->key.protocol == NH_TCP && place < PLACES; place++) {
		int unknown = 0;
		if ((at = standing(bucket, place)) && at->mute) return deliver_or_send(skb, packet, &at->mac, 0, device, &unknown);
	}
	/* Where the current one died, another serves until there is a new table. Where there is none, nobody takes new flows. */
	for (int place = 0; (bucket & 0xffff) && place < PLACES; place++) {
		int unknown = 0;
		if ((at = standing(bucket, place))) return deliver_or_send(skb, packet, &at->mac, 0, device, &unknown);
	}
	count(listener->counters, NO_MEMBER, 1);
	if (packet->error) return TC_ACT_SHOT;
	skb->mark = NO_MEMBER_MARK;
	return TC_ACT_OK;
}

static __always_inline __u64 bucket_of(const struct listener *listener, const struct packet *packet)
{
	__u32 index = listener->table;
	const struct table *table = bpf_map_lookup_elem(&tables, &index);
	__u32 slot = (__u64)jhash5(packet->client, packet->client_port) * BUCKETS >> 32;
	/* The compiler can prove the bound, the verifier cannot: this keeps the check. */
	asm volatile("" : "+r"(slot));
	return table && slot < BUCKETS ? *(volatile const __u64 *)&table->buckets[slot] : 0;
}

static __always_inline int balance(struct __sk_buff *skb, const struct packet *packet, const struct listener *listener)
{
	__u32 segments = skb->gso_segs;
	count(listener->counters, PACKETS, segments ? segments : 1);
	count(listener->counters, BYTES, skb->len);
	if (packet->opens) count(listener->counters, FLOWS, 1);
	if (packet->error) count(listener->counters, ERRORS, 1);
	return spread(skb, packet, listener, bucket_of(listener, packet), 0, listener->tunnel);
}

/* What cannot be told to belong to one listener: refused where the address is a VIP, the stack's otherwise. */
static __always_inline int refuse(const struct packet *packet, int what)
{
	struct listener_key address = {};
	copy(address.vip, packet->key.vip);
	const struct listener *entry = bpf_map_lookup_elem(&listeners, &address);
	if (!entry) return TC_ACT_OK;
	count(entry->counters, what, 1);
	return TC_ACT_SHOT;
}

SEC("tc")
int uplink(struct __sk_buff *skb)
{
	struct frame frame;
	struct packet packet = {};
	if (read_headers(skb, &frame)) return TC_ACT_OK;
	enum found found = read_packet(skb, &frame, &packet);
	if (found == FRAGMENT) return refuse(&packet, FRAGMENTS);
	if (found == BROKEN) return refuse(&packet, MALFORMED);
	if (found == FOREIGN) return TC_ACT_OK;
	const struct listener *listener = bpf_map_lookup_elem(&listeners, &packet.key);
	return listener ? balance(skb, &packet, listener) : TC_ACT_OK;
}

/* The load balancer's host tries the next member: it alone need know who that is. */
static __always_inline int answer_unknown(struct __sk_buff *skb, const struct frame *frame)
{
	struct mac to = frame->source;
	to.octets[TRIED] = 0;
	count(0, RETRIES, 1);
	if (bpf_skb_store_bytes(skb, 0, &to, sizeof to, 0)) return TC_ACT_SHOT;
	return bpf_redirect(skb->ifindex, 0);
}

static __always_inline int try_next(struct __sk_buff *skb, const struct packet *packet, int next)
{
	const struct listener *listener = bpf_map_lookup_elem(&listeners, &packet->key);
	if (!listener) return TC_ACT_SHOT;
	count(listener->counters, RETRIES, 1);
	return spread(skb, packet, listener, bucket_of(listener, packet), next, skb->ifindex);
}

SEC("tc")
int tunnel(struct __sk_buff *skb)
{
	struct frame frame;
	struct packet packet = {};
	__u32 zero = 0;
	const struct host *here = bpf_map_lookup_elem(&host, &zero);
	if (!here || read_headers(skb, &frame)) return TC_ACT_OK;
	/* All hosts' tunnel MACs are the same before octet TRIED, which is 0 in those of the devices. */
	int tried = same(&frame.source, &here->tunnel, TRIED) ? frame.source.octets[TRIED] : 0;
	int routed = same(&frame.destination, &here->tunnel, sizeof(struct mac));
	if (tried > PLACES || (routed && !tried)) return TC_ACT_OK;
	if (read_packet(skb, &frame, &packet) != FLOW) return TC_ACT_OK;
	if (routed) return try_next(skb, &packet, tried);
	struct delivery_key key = { .listener = packet.key, .mac = frame.destination };
	if (!bpf_map_lookup_elem(&deliveries, &key)) {
		if (tried) return answer_unknown(skb, &frame);
		count(0, NO_MEMBER, 1);
		return TC_ACT_OK;
	}
	if (tried && !known_here(skb, &packet)) return answer_unknown(skb, &frame);
	count(0, PACKETS, 1);
	return bpf_skb_change_type(skb, PACKET_HOST) ? TC_ACT_SHOT : TC_ACT_OK;
}
