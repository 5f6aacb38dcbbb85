/* Going into a network namespace and back. */
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>
#include "balancer.h"

static int home = -1, away;

int enter(const char *netns)
{
	if (!netns) return 0;
	if (home < 0 && (home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)) < 0) { fail_errno(errno, "/proc/self/ns/net"); return -1; }
	int there = open(netns, O_RDONLY | O_CLOEXEC), error = there < 0 || setns(there, CLONE_NEWNET) ? errno : 0;
	if (there >= 0) close(there);
	if (!error) { away = 1; return 0; }
	fail_errno(error, "%s", netns);
	return -1;
}

int enter_new(void)
{
	if (home < 0 && (home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)) < 0) return -1;
	if (unshare(CLONE_NEWNET)) return -1;
	away = 1;
	return 0;
}

/* To stay where one does not belong would be worse than to end: what is in the kernel works on. */
void leave(void)
{
	if (away && setns(home, CLONE_NEWNET)) _exit(3);
	away = 0;
}
