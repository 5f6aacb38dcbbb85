/* The loader: one request a line, one answer a line. README.md has the protocol. */
#include <errno.h>
#include <jansson.h>
#include <stdint.h>

/* Of the maps' shape. Pins of another one are left alone, and nothing of theirs is used. */
#define LAYOUT "1"

enum { PATH_LENGTH = 512, PREFERENCE = 28279 /* "nw" */, HANDLE = 1 };
enum program { UPLINK, TUNNEL, PROGRAMS };
extern const char *const program_names[PROGRAMS];

/* What an operation says when it returns null. `code` is an errno's name or one of our own. */
void fail(const char *code, const char *format, ...) __attribute__((format(printf, 2, 3)));
void fail_errno(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* More about the failure: "at", "log". Takes the value over. */
void fail_with(const char *name, json_t *value);

/* The bpf file system, DIRECTORY in the command line. */
void pins_at(const char *directory);
int pins_mount(void);
int pins_unmount(void);
const char *pin_of(const char *kind, const char *name);

/* What is loaded: descriptors; -1 after fail(). */
int map_named(const char *name);
int program_named(const char *name);
extern int programs[PROGRAMS];

/* An object's maps and programs in the kernel, pinned or not. Null after fail(). */
struct bpf_object *into_kernel(const char *path, int pinned);

/* Until leave(), this process is in the namespace; null: its own. -1 after fail(). */
int enter(const char *netns);
int enter_new(void);
void leave(void);

typedef json_t *operation(json_t *request);
operation op_probe, op_load, op_unload, op_stats, op_test;
operation op_attach, op_detach, op_attached;
operation op_write, op_remove, op_read, op_dump, op_counters;

/* @returns an errno. */
int attach_to(int device, int program, uint32_t *previous, uint32_t *id);

/* Lower case hexadecimal. -1: not so many octets. */
int octets_of(json_t *text, uint8_t *octets, size_t length);
json_t *hexadecimal(const uint8_t *octets, size_t length);
