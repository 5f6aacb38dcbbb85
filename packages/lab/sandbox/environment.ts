/** What programs in a lab see of the environment outside: nothing of its proxies, certificates or settings. */

/** For everything that a lab itself starts. */
export const sandboxEnvironment: Readonly<Record<string, string>> = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/root",
  LANG: "C.UTF-8",
};

const kept = /^(PATH|HOME|USER|LOGNAME|SHELL|TERM|COLORTERM|NO_COLOR|FORCE_COLOR|LANG|LC_[A-Z]+|TZ)$/;

/** For a command that a person runs in a node: who they are, their terminal and their language pass. Pure. */
export function commandEnvironment(outside: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const passed = Object.entries(outside).flatMap(([key, value]) =>
    value !== undefined && kept.test(key) ? [[key, value] as const] : [],
  );
  return { ...sandboxEnvironment, ...Object.fromEntries(passed) };
}
