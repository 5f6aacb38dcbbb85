/*
 * The wire: makes one direction of a link lose, delay, repeat, reorder, damage or slow down frames.
 *
 *   wire TAP PORT COUNTERS SEED [KEY=NUMBER...]
 *
 * Frames that the kernel gives to the device TAP, which it makes, leave by the device PORT, with a mark by which the
 * rules that led them to TAP let them pass. What happens to frame number n depends on SEED and n alone. Keys: loss,
 * duplicate, corrupt, reorder (of a million), delay, jitter (microseconds), rate (bit/s), mtu (octets), mark. COUNTERS
 * becomes a file of 64-bit numbers in the order of `struct counters`, once TAP takes frames. On SIGTERM it sends what it
 * holds, and ends; the device ends with it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEADER = 14, FRAME_MAX = 65536 + HEADER, SLOTS = 1 << 16, BATCH = 64 };
/* A queue longer than this has no room for another frame: 100 ms of what the rate lets through. */
static const int64_t QUEUE_NS = 100000000;

static struct { uint64_t loss, duplicate, corrupt, reorder, delay, jitter, rate, mtu, mark; } set;
struct counters { uint64_t taken, lost, duplicated, corrupted, reordered, full, too_big, sent, refused; };
struct frame { int64_t due; uint32_t length; uint8_t *data; };

/* Frames keep their order, so those that wait are a ring: its first is the next to go. */
static struct frame ring[SLOTS];
static uint32_t first, waiting;
static struct counters *count;
static volatile sig_atomic_t ending;
static uint64_t seed;
static int port, tap;

static void fail(const char *what) { fprintf(stderr, "wire: %s: %s\n", what, strerror(errno)); exit(1); }
static void end(int signal) { (void)signal; ending = 1; }

static int64_t now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* Draw number `which` of frame `n`: splitmix64 (Steele, Lea, Flood 2014) of a counter, so that nothing depends on time. */
static uint64_t draw(uint64_t n, uint64_t which)
{
	uint64_t z = seed + (n * 8 + which + 1) * 0x9e3779b97f4a7c15ULL;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}
static int hits(uint64_t n, uint64_t which, uint64_t of_a_million) { return draw(n, which) % 1000000 < of_a_million; }

static void transmit(const uint8_t *data, uint32_t length)
{
	if (send(port, data, length, 0) == (ssize_t)length) count->sent++;
	else if (errno == ENXIO || errno == ENODEV) fail("the port is gone");
	else count->refused++; /* it is down, or its own queue is full */
}

static void hold(const uint8_t *data, uint32_t length, int64_t due)
{
	struct frame *frame = &ring[(first + waiting) % SLOTS];
	if (waiting == SLOTS || !(frame->data = malloc(length))) { count->full++; return; }
	memcpy(frame->data, data, length);
	frame->length = length, frame->due = due, waiting++;
}

static void release(int64_t until)
{
	for (; waiting && ring[first].due <= until; first = (first + 1) % SLOTS, waiting--) {
		transmit(ring[first].data, ring[first].length);
		free(ring[first].data);
	}
}

static void take(uint8_t *data, uint32_t length)
{
	static int64_t idle_at, last_due;
	uint64_t n = count->taken++;
	int64_t time = now(), due = time;

	if (set.mtu && length > set.mtu + HEADER) { count->too_big++; return; }
	if (hits(n, 0, set.loss)) { count->lost++; return; }
	if (length > HEADER && hits(n, 1, set.corrupt)) {
		uint64_t at = draw(n, 2);
		data[HEADER + (at >> 3) % (length - HEADER)] ^= 1 << (at & 7);
		count->corrupted++;
	}
	int copies = 1 + hits(n, 3, set.duplicate);
	count->duplicated += copies - 1;
	if (set.delay && hits(n, 4, set.reorder)) {
		count->reordered++;
		while (copies--) transmit(data, length);
		return;
	}
	if (set.rate) {
		if (idle_at < time) idle_at = time;
		if (idle_at - time > QUEUE_NS) { count->full++; return; }
		due = idle_at += (int64_t)(length * 8 * copies * 1000000000.0 / set.rate);
	}
	due += set.delay * 1000;
	if (set.jitter) due += (int64_t)(draw(n, 5) % (2000 * set.jitter + 1)) - (int64_t)set.jitter * 1000;
	if (due < last_due) due = last_due;
	last_due = due;
	while (copies--)
		if (due <= time && !waiting) transmit(data, length);
		else hold(data, length, due);
}

static void open_tap(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	char path[80];
	strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	if ((tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC)) < 0 || ioctl(tap, TUNSETIFF, &request) < 0) fail(name);
	/* The device is a way through, and takes no part in IPv6 itself. */
	snprintf(path, sizeof path, "/proc/sys/net/ipv6/conf/%s/disable_ipv6", name);
	int file = open(path, O_WRONLY | O_CLOEXEC);
	if (file >= 0 && write(file, "1", 1) == 1) close(file);
	request.ifr_qlen = 10000;
	if (ioctl(port, SIOCSIFTXQLEN, &request) < 0) fail("SIOCSIFTXQLEN");
	if (ioctl(port, SIOCGIFFLAGS, &request) < 0) fail("SIOCGIFFLAGS");
	request.ifr_flags |= IFF_UP | IFF_NOARP;
	if (ioctl(port, SIOCSIFFLAGS, &request) < 0) fail("SIOCSIFFLAGS");
}

static void open_port(const char *name)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(name) };
	uint32_t mark = (uint32_t)set.mark;
	/* Protocol 0: nothing is received here. */
	if ((port = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)) < 0 || !address.sll_ifindex) fail(name);
	if (bind(port, (struct sockaddr *)&address, sizeof address) < 0) fail(name);
	if (setsockopt(port, SOL_SOCKET, SO_MARK, &mark, sizeof mark) < 0) fail("SO_MARK");
}

static void open_counters(const char *path)
{
	int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (file < 0 || ftruncate(file, sizeof *count) < 0) fail(path);
	count = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (count == MAP_FAILED) fail(path);
	close(file);
}

static void read_setting(char *word)
{
	const struct { const char *key; uint64_t *value; } known[] = {
		{ "loss", &set.loss }, { "duplicate", &set.duplicate }, { "corrupt", &set.corrupt }, { "reorder", &set.reorder },
		{ "delay", &set.delay }, { "jitter", &set.jitter }, { "rate", &set.rate }, { "mtu", &set.mtu }, { "mark", &set.mark },
	};
	char *value = strchr(word, '='), *rest;
	if (value) *value++ = 0;
	for (size_t i = 0; value && *value && i < sizeof known / sizeof *known; i++)
		if (!strcmp(word, known[i].key) && (*known[i].value = strtoull(value, &rest, 10), !*rest)) return;
	fprintf(stderr, "wire: %s is not a setting with a number\n", word);
	exit(2);
}

int main(int argc, char **argv)
{
	static uint8_t data[FRAME_MAX];
	if (argc < 5) { fputs("usage: wire TAP PORT COUNTERS SEED [KEY=NUMBER...]\n", stderr); return 2; }
	seed = strtoull(argv[4], NULL, 10);
	for (int i = 5; i < argc; i++) read_setting(argv[i]);
	/* A link does not wait for those who use it. */
	prctl(PR_SET_TIMERSLACK, 1);
	setpriority(PRIO_PROCESS, 0, -20);
	signal(SIGTERM, end), signal(SIGINT, end);
	open_port(argv[2]);
	open_tap(argv[1]);
	open_counters(argv[3]);

	while (!ending) {
		int64_t left = waiting ? ring[first].due - now() : 0;
		struct timespec wait = { .tv_sec = left / 1000000000, .tv_nsec = left % 1000000000 };
		struct pollfd ready = { .fd = tap, .events = POLLIN };
		if (left < 0) wait.tv_sec = wait.tv_nsec = 0;
		if (ppoll(&ready, 1, waiting ? &wait : NULL, NULL) < 0 && errno != EINTR) fail("ppoll");
		release(now());
		for (int i = 0; i < BATCH; i++) {
			ssize_t length = read(tap, data, sizeof data);
			if (length < 0 && errno != EAGAIN && errno != EINTR) fail("the device is gone");
			if (length <= 0) break;
			take(data, (uint32_t)length);
		}
	}
	release(INT64_MAX);
	return 0;
}
