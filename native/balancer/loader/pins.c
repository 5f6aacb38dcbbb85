/* The bpf file system of our own, and what is pinned in it. */
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "balancer.h"

static const char *root;

void pins_at(const char *directory) { root = directory; }

const char *pin_of(const char *kind, const char *name)
{
	static char path[PATH_LENGTH];
	snprintf(path, sizeof path, "%s/" LAYOUT "/%s/%s", root, kind, name);
	return path;
}

static int make(const char *path)
{
	if (!mkdir(path, 0700) || errno == EEXIST) return 0;
	fail_errno(errno, "%s", path);
	return -1;
}

int pins_mount(void)
{
	struct statfs about;
	char path[PATH_LENGTH];
	if (make(root)) return -1;
	if (statfs(root, &about)) { fail_errno(errno, "%s", root); return -1; }
	if (about.f_type != BPF_FS_MAGIC && mount("bpf", root, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700")) {
		fail_errno(errno, "a bpf file system at %s", root);
		return -1;
	}
	snprintf(path, sizeof path, "%s/" LAYOUT, root);
	return make(path) || make(pin_of("maps", "")) || make(pin_of("programs", "")) ? -1 : 0;
}

/* Pins go with their file system. Whoever has it open keeps it until then. */
int pins_unmount(void)
{
	if ((umount2(root, MNT_DETACH) && errno != EINVAL && errno != ENOENT) || (rmdir(root) && errno != ENOENT)) { fail_errno(errno, "%s", root); return -1; }
	return 0;
}
