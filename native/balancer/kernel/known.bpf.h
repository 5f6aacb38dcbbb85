/* Whether this host knows a flow: its connection tracking is asked, which sees both halves of what is delivered here. */

/* As far as it is read; where the fields are is told when the program is loaded. */
struct ip_ct_tcp { __u8 state; } __attribute__((preserve_access_index));
union nf_conntrack_proto { struct ip_ct_tcp tcp; } __attribute__((preserve_access_index));
struct nf_conn { union nf_conntrack_proto proto; } __attribute__((preserve_access_index));

struct bpf_ct_opts { __s32 netns, error; __u8 protocol, direction, reserved[2]; };
struct nf_conn *bpf_skb_ct_lookup(struct __sk_buff *skb, struct bpf_sock_tuple *tuple, __u32 size, struct bpf_ct_opts *opts,
				  __u32 opts_size) __ksym;
void bpf_ct_release(struct nf_conn *connection) __ksym;

/*
 * enum tcp_conntrack: SYN_RECV, ESTABLISHED, FIN_WAIT, CLOSE_WAIT, LAST_ACK. A connection that is over or was never
 * answered does not count: its port may belong to a new one elsewhere by now.
 */
static const __u32 LIVING = 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6;

static __always_inline int known_here(struct __sk_buff *skb, const struct packet *packet)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_ct_opts opts = { .netns = BPF_F_CURRENT_NETNS, .protocol = packet->key.protocol };
	copy(tuple.ipv6.saddr, packet->client);
	copy(tuple.ipv6.daddr, packet->key.vip);
	tuple.ipv6.sport = packet->client_port, tuple.ipv6.dport = packet->key.port;
	struct nf_conn *connection = bpf_skb_ct_lookup(skb, &tuple, sizeof tuple.ipv6, &opts, sizeof opts);
	if (!connection) return 0;
	int known = packet->key.protocol != NH_TCP || (1 << (connection->proto.tcp.state & 31) & LIVING);
	bpf_ct_release(connection);
	return known;
}
