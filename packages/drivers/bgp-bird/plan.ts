/** The difference between wanted and there. Pure. */
import type { Plan, ProcessId } from "@netwright/contract";
import type { BirdHave } from "./observe.ts";
import { renderPasswords, type Password } from "./passwords.ts";
import { digestIn, type BirdConfig } from "./render-config.ts";
import { common, renderServices, sameServices, type Services } from "./services.ts";
import type { BirdWant } from "./want.ts";

export type BirdChange =
  | {
      readonly kind: "Start";
      readonly config: BirdConfig;
      /** Loaded first, when a predecessor was killed and its routes in the kernel must outlive the restart. */
      readonly resume: BirdConfig | null;
      readonly services: Services;
      readonly passwords: Passwords;
      /** BIRD tells neighbours that it comes back. */
      readonly gracefully: boolean;
      /** A process of ours that no longer answers: killed first. */
      readonly replace: ProcessId | null;
    }
  /** Everything differs or may differ: both files are written. Sessions that did not change stay up. */
  | {
      readonly kind: "Configure";
      readonly config: BirdConfig;
      readonly services: Services;
      readonly passwords: Passwords;
    }
  /** Only what is originated differs. No session is touched. */
  | { readonly kind: "Announce"; readonly digest: string; readonly services: Services; readonly have: Services }
  | { readonly kind: "Adopt"; readonly process: ProcessId }
  /** Nothing can be changed: somebody has to put a password there. */
  | { readonly kind: "Demand"; readonly neighbor: string; readonly path: string; readonly problem: string }
  | { readonly kind: "Stop"; readonly process: ProcessId | null };

/** Text of the included file; null when no session has a password. */
export type Passwords = string | null;

export function planBird(want: BirdWant, have: BirdHave): Plan<BirdChange> {
  const { retire, install } = planEngine(want, have);
  return { retire, install: [...install, ...have.passwords.flatMap(demand)] };
}

const demand = (password: Password): readonly BirdChange[] =>
  "problem" in password
    ? [{ kind: "Demand", neighbor: password.neighbor, path: password.path, problem: password.problem }]
    : [];

function planEngine(want: BirdWant, have: BirdHave): Plan<BirdChange> {
  const { config, resume, services } = want;
  const passwords = want.passwordFiles.length === 0 ? null : renderPasswords(have.passwords);
  if (config === null) {
    const gone = have.engine === "Absent" && !have.remains;
    return { retire: gone ? [] : [{ kind: "Stop", process: have.process }], install: [] };
  }
  if (have.engine !== "Answers") {
    const again = have.killed || have.engine === "Silent";
    const start: BirdChange = {
      kind: "Start",
      config,
      resume: again ? resume : null,
      services,
      passwords,
      gracefully: again && want.gracefulRestart,
      replace: have.process,
    };
    return { retire: [], install: [start] };
  }
  const adopt: readonly BirdChange[] =
    have.process === null || have.recorded ? [] : [{ kind: "Adopt", process: have.process }];
  const current = have.loaded === config.digest && have.config === config.text && have.passwordsFile === passwords;
  const kept = common(have.services, services);
  if (sameServices(kept, have.services))
    return { retire: [], install: [...adopt, ...rest(current, have.servicesFile)] };
  // A withdrawal touches the announcements alone, unless the file in the way would load something else with them.
  if (have.loaded === null || digestIn(have.config) !== have.loaded) {
    const retire: readonly BirdChange[] = [{ kind: "Configure", config, services: kept, passwords }];
    return { retire, install: [...adopt, ...rest(true, renderServices(kept))] };
  }
  const retire: readonly BirdChange[] = [
    { kind: "Announce", digest: have.loaded, services: kept, have: have.services },
  ];
  return { retire, install: [...adopt, ...rest(current, renderServices(kept))] };

  function rest(isCurrent: boolean, onDisk: string | null): readonly BirdChange[] {
    if (config !== null && !isCurrent) return [{ kind: "Configure", config, services, passwords }];
    if (config === null || (sameServices(kept, services) && onDisk === renderServices(services))) return [];
    return [{ kind: "Announce", digest: config.digest, services, have: kept }];
  }
}

/** One line for people. */
export function describeBird(change: BirdChange): string {
  switch (change.kind) {
    case "Start":
      return change.resume === null ? "start BIRD" : "start BIRD again, keeping the kernel's routes";
    case "Configure":
      return "load a new BIRD configuration";
    case "Announce":
      return differences(change.have, change.services);
    case "Adopt":
      return `adopt BIRD, pid ${change.process.pid}`;
    case "Stop":
      return "stop BIRD";
    case "Demand":
      return `await the password of ${change.neighbor} in ${change.path}: ${change.problem}`;
  }
}

function differences(have: Services, want: Services): string {
  const [before, after] = [all(have), all(want)];
  const added = after.filter((prefix) => !before.includes(prefix));
  const removed = before.filter((prefix) => !after.includes(prefix));
  const parts = [
    ...(added.length === 0 ? [] : [`announce ${added.join(", ")}`]),
    ...(removed.length === 0 ? [] : [`withdraw ${removed.join(", ")}`]),
  ];
  return parts.join("; ") || "write the announcements' file again";
}

const all = ({ announce, anchors }: Services): readonly string[] => [...announce, ...anchors];
