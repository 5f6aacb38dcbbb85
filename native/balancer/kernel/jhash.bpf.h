/* The kernel's Jenkins hash (include/linux/jhash.h, lookup3) over the five words that nftables' `jhash ip6 saddr . th sport` sees. */
static __always_inline __u32 rotate(__u32 value, int by) { return value << by | value >> (32 - by); }

static __always_inline __u32 jhash5(const __u32 address[4], __u32 port)
{
	__u32 a = 0xdeadbeef + 5 * 4 + SEED, b = a, c = a;
	a += address[0], b += address[1], c += address[2];
	a -= c, a ^= rotate(c, 4), c += b;
	b -= a, b ^= rotate(a, 6), a += c;
	c -= b, c ^= rotate(b, 8), b += a;
	a -= c, a ^= rotate(c, 16), c += b;
	b -= a, b ^= rotate(a, 19), a += c;
	c -= b, c ^= rotate(b, 4), b += a;
	a += address[3], b += port;
	c ^= b, c -= rotate(b, 14);
	a ^= c, a -= rotate(c, 11);
	b ^= a, b -= rotate(a, 25);
	c ^= b, c -= rotate(b, 16);
	a ^= c, a -= rotate(c, 4);
	b ^= a, b -= rotate(a, 14);
	return (c ^ b) - rotate(b, 24);
}
