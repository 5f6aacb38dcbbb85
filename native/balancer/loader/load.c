/* Programs and maps that outlive this process: made once, then found again. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "balancer.h"

const char *const program_names[PROGRAMS] = { "uplink", "tunnel" };
int programs[PROGRAMS] = { -1, -1 };
static struct { char name[BPF_OBJ_NAME_LEN]; int descriptor; } maps[16];
static size_t map_count;
static uint64_t loaded; /* digest of the object; 0: none */

int map_named(const char *name)
{
	for (size_t at = 0; at < map_count; at++) if (!strcmp(maps[at].name, name)) return maps[at].descriptor;
	if (map_count) fail("EREQUEST", "no such map: %s", name);
	else fail("ENOTLOADED", "nothing is loaded yet");
	return -1;
}

int program_named(const char *name)
{
	for (int at = 0; at < PROGRAMS; at++) {
		if (strcmp(program_names[at], name)) continue;
		if (programs[at] < 0) fail("ENOTLOADED", "nothing is loaded yet");
		return programs[at];
	}
	fail("EREQUEST", "no such program: %s", name);
	return -1;
}

static void forget(void)
{
	while (map_count) close(maps[--map_count].descriptor);
	for (int at = 0; at < PROGRAMS; at++) if (programs[at] >= 0) close(programs[at]), programs[at] = -1;
}

static int open_maps(void)
{
	DIR *directory = opendir(pin_of("maps", ""));
	struct dirent *entry;
	while (directory && (entry = readdir(directory)) && map_count < sizeof maps / sizeof *maps) {
		int descriptor = entry->d_name[0] == '.' ? -1 : bpf_obj_get(pin_of("maps", entry->d_name));
		if (descriptor < 0) continue;
		snprintf(maps[map_count].name, sizeof maps->name, "%.15s", entry->d_name);
		maps[map_count++].descriptor = descriptor;
	}
	if (directory) closedir(directory);
	return map_count ? 0 : -1;
}

/* FNV-1a over the object: another object gets other pins, so that what is attached can be told from what should be. */
static int digest_of(const char *path, uint64_t *digest)
{
	FILE *file = fopen(path, "rb");
	*digest = 0xcbf29ce484222325;
	for (int octet; file && (octet = getc(file)) != EOF; ) *digest = (*digest ^ octet) * 0x100000001b3;
	if (!file) { fail_errno(errno, "%s", path); return -1; }
	fclose(file);
	return 0;
}

static const char *program_pin(enum program program, uint64_t digest)
{
	char name[64];
	snprintf(name, sizeof name, "%s-%016llx", program_names[program], (unsigned long long)digest);
	return pin_of("programs", name);
}

static int adopt(uint64_t digest)
{
	for (int at = 0; at < PROGRAMS; at++) programs[at] = bpf_obj_get(program_pin(at, digest));
	if (programs[UPLINK] >= 0 && programs[TUNNEL] >= 0 && !open_maps()) return 0;
	forget();
	return -1;
}

/* Those of other objects. What is attached stays in the kernel without them. */
static void remove_program_pins(void)
{
	DIR *directory = opendir(pin_of("programs", ""));
	for (struct dirent *entry; directory && (entry = readdir(directory)); )
		if (entry->d_name[0] != '.') unlink(pin_of("programs", entry->d_name));
	if (directory) closedir(directory);
}

static int make(const char *path, uint64_t digest)
{
	struct bpf_object *object = into_kernel(path, 1);
	if (!object) return -1;
	remove_program_pins();
	for (int at = 0; at < PROGRAMS; at++) {
		struct bpf_program *program = bpf_object__find_program_by_name(object, program_names[at]);
		int error = program ? bpf_program__pin(program, program_pin(at, digest)) : -ENOENT;
		if (error) { fail_errno(-error, "program %s of %s", program_names[at], path); bpf_object__close(object); return -1; }
	}
	bpf_object__close(object);
	if (!adopt(digest)) return 0;
	fail("EIO", "what was pinned cannot be opened");
	return -1;
}

static uint32_t id_of(int program)
{
	struct bpf_prog_info about = {};
	uint32_t size = sizeof about;
	return bpf_obj_get_info_by_fd(program, &about, &size) ? 0 : about.id;
}

json_t *op_load(json_t *request)
{
	const char *path;
	uint64_t digest;
	if (json_unpack(request, "{s:s}", "object", &path)) { fail("EREQUEST", "load: object is missing"); return NULL; }
	if (pins_mount() || digest_of(path, &digest)) return NULL;
	forget();
	int adopted = !adopt(digest);
	if (!adopted && make(path, digest)) {
		/* What served until now goes on. */
		if (loaded) adopt(loaded);
		return NULL;
	}
	loaded = digest;
	return json_pack("{s:b, s:{s:I, s:I}}", "adopted", adopted, "programs", program_names[UPLINK], (json_int_t)id_of(programs[UPLINK]),
			 program_names[TUNNEL], (json_int_t)id_of(programs[TUNNEL]));
}

json_t *op_unload(json_t *request)
{
	(void)request;
	forget();
	loaded = 0;
	return pins_unmount() ? NULL : json_object();
}
