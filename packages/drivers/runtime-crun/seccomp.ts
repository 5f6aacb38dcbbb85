/**
 * System calls that a workload without privileges has no use for but that open the kernel to attack: they fail with
 * EPERM. Most need a capability that it lacks anyway; in a new user namespace it would have one. Pure data.
 */
const refused = [
  "acct",
  "add_key",
  "bpf",
  "delete_module",
  "finit_module",
  "fsconfig",
  "fsmount",
  "fsopen",
  "fspick",
  "init_module",
  "io_uring_enter",
  "io_uring_register",
  "io_uring_setup",
  "kexec_file_load",
  "kexec_load",
  "keyctl",
  "mount",
  "mount_setattr",
  "move_mount",
  "open_by_handle_at",
  "open_tree",
  "perf_event_open",
  "pivot_root",
  "process_vm_readv",
  "process_vm_writev",
  "ptrace",
  "quotactl",
  "reboot",
  "request_key",
  "setns",
  "swapoff",
  "swapon",
  "syslog",
  "umount2",
  "unshare",
  "userfaultfd",
  "vmsplice",
];

const eperm = 1;
const enosys = 38;
const newUserNamespace = 0x1000_0000;

export const seccomp = {
  defaultAction: "SCMP_ACT_ALLOW",
  syscalls: [
    { names: refused, action: "SCMP_ACT_ERRNO", errnoRet: eperm },
    {
      names: ["clone"],
      action: "SCMP_ACT_ERRNO",
      errnoRet: eperm,
      args: [{ index: 0, value: newUserNamespace, valueTwo: newUserNamespace, op: "SCMP_CMP_MASKED_EQ" }],
    },
    // Its flags lie in memory, where a filter cannot look; C libraries fall back to clone.
    { names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: enosys },
  ],
};
