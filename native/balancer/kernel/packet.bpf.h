/* What a packet says of the flow that it belongs to. Everything is read by copy: nothing here trusts a length. */
enum { NH_HOP_BY_HOP = 0, NH_TCP = 6, NH_UDP = 17, NH_ROUTING = 43, NH_FRAGMENT = 44, NH_ICMPV6 = 58, NH_OPTIONS = 60 };
enum { ETHERTYPE_IPV6 = 0x86dd, EXTENSIONS_MAX = 4, TCP_SYN = 0x02, TCP_ACK = 0x10 };

/* What was found. FOREIGN is not for us to judge: the stack has it. */
enum found { FLOW, FOREIGN, FRAGMENT, BROKEN };

struct ip6 { __u8 version[4]; __be16 length; __u8 next, hops; __u32 source[4], destination[4]; };
/* Addresses must be aligned, or the verifier refuses to copy them as words. */
struct frame { __u8 unused[2]; struct mac destination, source; __be16 protocol; struct ip6 ip; };
enum { HEADERS = sizeof(struct frame) - 2 };
struct ports { __be16 source, destination; };

struct packet {
	struct listener_key key;
	__u32 client[4];
	__be16 client_port;
	__u8 opens; /* a SYN without ACK */
	__u8 error; /* an ICMPv6 error about a packet that the VIP sent */
};

static __always_inline long read_headers(struct __sk_buff *skb, struct frame *frame)
{
	return bpf_skb_load_bytes(skb, 0, &frame->destination, HEADERS) || frame->protocol != bpf_htons(ETHERTYPE_IPV6);
}

/* RFC 8200, section 4. Leaves the transport's protocol in *next and its place in *at. */
static __always_inline enum found transport(struct __sk_buff *skb, __u8 *next, __u32 *at)
{
	struct { __u8 next, length; } extension;
	for (int passed = 0; passed <= EXTENSIONS_MAX; passed++) {
		if (*next == NH_FRAGMENT) return FRAGMENT;
		if (*next != NH_HOP_BY_HOP && *next != NH_ROUTING && *next != NH_OPTIONS) return FLOW;
		if (bpf_skb_load_bytes(skb, *at, &extension, sizeof extension)) return BROKEN;
		*next = extension.next;
		*at += (extension.length + 1) * 8;
	}
	return BROKEN;
}

static __always_inline enum found read_ports(struct __sk_buff *skb, __u32 at, struct packet *packet, __be16 *vip_port, int tcp)
{
	struct { struct ports ports; __u8 numbers[9], flags; } head;
	if (bpf_skb_load_bytes(skb, at, &head, tcp ? sizeof head : sizeof head.ports)) return BROKEN;
	packet->client_port = head.ports.source, *vip_port = head.ports.destination;
	packet->opens = tcp && (head.flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
	return FLOW;
}

static __always_inline void copy(__u32 to[4], const __u32 from[4])
{
	to[0] = from[0], to[1] = from[1], to[2] = from[2], to[3] = from[3];
}

/* RFC 4443 section 2.4 (c): errors quote as much of the packet as fits. */
static __always_inline enum found read_quoted(struct __sk_buff *skb, __u32 at, const __u32 vip[4], struct packet *packet)
{
	struct { __u8 type, code; __be16 checksum; __be32 parameter; struct ip6 ip; } error;
	if (bpf_skb_load_bytes(skb, at, &error, 1)) return BROKEN;
	if (error.type < 1 || error.type > 4) return FOREIGN;
	if (bpf_skb_load_bytes(skb, at, &error, sizeof error)) return BROKEN;
	__u8 next = error.ip.next;
	__u32 *source = error.ip.source;
	if (source[0] != vip[0] || source[1] != vip[1] || source[2] != vip[2] || source[3] != vip[3]) return FOREIGN;
	at += sizeof error;
	enum found found = transport(skb, &next, &at);
	if (found != FLOW) return found;
	if (next != NH_TCP && next != NH_UDP) return FOREIGN;
	struct ports ports;
	if (bpf_skb_load_bytes(skb, at, &ports, sizeof ports)) return BROKEN;
	packet->key.protocol = next, packet->key.port = ports.source;
	copy(packet->client, error.ip.destination);
	packet->client_port = ports.destination, packet->error = 1;
	return FLOW;
}

/* *packet is all zero before. Its VIP is there whenever the frame is IPv6. */
static __always_inline enum found read_packet(struct __sk_buff *skb, const struct frame *frame, struct packet *packet)
{
	__u8 next = frame->ip.next;
	__u32 at = HEADERS;
	copy(packet->key.vip, frame->ip.destination);
	enum found found = transport(skb, &next, &at);
	if (found != FLOW) return found;
	if (next == NH_ICMPV6) return read_quoted(skb, at, frame->ip.destination, packet);
	if (next != NH_TCP && next != NH_UDP) return FOREIGN;
	packet->key.protocol = next;
	copy(packet->client, frame->ip.source);
	return read_ports(skb, at, packet, &packet->key.port, next == NH_TCP);
}
