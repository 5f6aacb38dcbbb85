import type { NodePaths } from "@netwright/contract";

export interface BirdPaths {
  readonly directory: string;
  readonly config: string;
  readonly services: string;
  readonly passwords: string;
  /** There from before passwords are written until BIRD has loaded them: an agent that dies in between leaves it. */
  readonly passwordsPending: string;
  /** A configuration is checked here, beside its services, before it takes the place of the one in force. */
  readonly candidate: string;
  readonly socket: string;
  /** Written by BIRD itself: the pid alone. */
  readonly pid: string;
  /** Written by us: pid and start time, by which a process is known again. */
  readonly process: string;
  readonly log: string;
}

export function birdPaths(paths: Pick<NodePaths, "run">): BirdPaths {
  const directory = `${paths.run}/bird`;
  return {
    directory,
    config: `${directory}/bird.conf`,
    services: `${directory}/services.conf`,
    passwords: `${directory}/passwords.conf`,
    passwordsPending: `${directory}/passwords.pending`,
    candidate: `${directory}/candidate`,
    socket: `${directory}/bird.ctl`,
    pid: `${directory}/bird.pid`,
    process: `${directory}/process.json`,
    log: `${directory}/bird.log`,
  };
}
