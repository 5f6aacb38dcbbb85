/** The least disturbing way from what runs to what is wanted. Pure. */
import { seconds } from "@netwright/base";
import type { Plan, ProcessId } from "@netwright/contract";
import { layoutOf, type ProxyLayout } from "./layout.ts";
import { certificatePaths, fingerprintOf, type InstanceHave, type LiveProxy, type ProxyHave } from "./observe.ts";
import { challengePath, leaving, render, type RenderedFile, type RenderedProxy } from "./render.ts";
import { serverAddress, serverOptions } from "./server-options.ts";
import { membersOf, type ProxyInstance, type ProxyWant } from "./want.ts";

interface Target {
  readonly name: string;
  readonly layout: ProxyLayout;
}

export type ProxyChange = Target &
  (
    | {
        readonly kind: "Start";
        readonly netns: string;
        readonly files: readonly RenderedFile[];
        readonly hung: ProcessId | null;
      }
    | { readonly kind: "Reload"; readonly netns: string; readonly files: readonly RenderedFile[]; readonly pid: number }
    | { readonly kind: "AddMember"; readonly server: string; readonly address: string; readonly options: string }
    | { readonly kind: "MoveMember"; readonly server: string; readonly address: string; readonly port: number }
    | { readonly kind: "EnableMember"; readonly server: string }
    | { readonly kind: "ReplaceCertificate"; readonly path: string; readonly pem: string }
    | { readonly kind: "AddChallenge"; readonly path: string; readonly answer: string }
    | { readonly kind: "RemoveChallenge"; readonly path: string }
    | { readonly kind: "WriteFiles"; readonly files: readonly RenderedFile[] }
    | {
        readonly kind: "RemoveMember";
        readonly server: string;
        /** Members of which one must serve first; empty where one does, or where none is left that could. */
        readonly after: readonly string[];
      }
    | { readonly kind: "RemoveFile"; readonly path: string }
    | { readonly kind: "Stop"; readonly processes: readonly ProcessId[] }
    | { readonly kind: "Kill"; readonly processes: readonly ProcessId[] }
  );

/** Between the graceful stop of a whole instance and its end by force. */
export const stopPatience = seconds(10);

const nothing: InstanceHave = {
  processes: [],
  newest: null,
  live: null,
  files: new Map(),
  kept: [],
  stoppingSince: null,
};

export function plan(want: ProxyWant, have: ProxyHave): Plan<ProxyChange> {
  const install: ProxyChange[] = [];
  const retire: ProxyChange[] = [];
  for (const instance of want) {
    const part = planInstance(
      instance,
      layoutOf(have.paths, instance.name),
      have.instances.get(instance.name) ?? nothing,
    );
    install.push(...part.install);
    retire.push(...part.retire);
  }
  const wanted = new Set(want.map(({ name }) => name));
  for (const [name, instance] of have.instances) {
    if (!wanted.has(name))
      retire.push(...planRemoval({ name, layout: layoutOf(have.paths, name) }, instance, have.now));
  }
  return { install, retire };
}

function planInstance(instance: ProxyInstance, layout: ProxyLayout, have: InstanceHave): Plan<ProxyChange> {
  const target = { name: instance.name, layout };
  const rendered = render(instance, layout);
  const { netns } = instance;
  const { live } = have;
  const isReady = lackingCertificates(instance, layout, have).length === 0;
  const nothingYet = { install: [], retire: [] };
  if (live === null || have.stoppingSince !== null) {
    const start = { ...target, kind: "Start", netns, files: rendered.files, hung: have.newest } as const;
    return isReady ? { install: [start], retire: [] } : nothingYet;
  }
  if (live.structure !== rendered.structure) {
    if (!isReady) return nothingYet;
    return { install: [{ ...target, kind: "Reload", netns, files: rendered.files, pid: live.pid }], retire: [] };
  }
  return {
    install: [
      ...memberAdditions(target, instance, live),
      ...certificateChanges(target, instance, rendered, live, have),
      ...challengeChanges(target, instance, live),
      ...fileChanges(target, rendered, have),
    ],
    retire: [...memberRemovals(target, instance, live), ...fileRemovals(target, instance, rendered, have)],
  };
}

const sameMember = (a: { backend: string; instance: string }, b: { backend: string; instance: string }): boolean =>
  a.backend === b.backend && a.instance === b.instance;

function memberAdditions(target: Target, instance: ProxyInstance, live: LiveProxy): readonly ProxyChange[] {
  return membersOf(instance.run).flatMap((member): ProxyChange[] => {
    const server = serverOf(member);
    const found = live.members.find((other) => sameMember(member, other));
    if (found === undefined) {
      const options = serverOptions(member, member.health, target.layout);
      return [{ ...target, kind: "AddMember", server, address: serverAddress(member), options }];
    }
    const { address, port } = member;
    const moved = found.address !== address || found.port !== port;
    const resting = found.status === "Maintenance" || found.status === "Draining";
    return [
      ...(moved ? [{ ...target, kind: "MoveMember", server, address, port } as const] : []),
      ...(resting ? [{ ...target, kind: "EnableMember", server } as const] : []),
    ];
  });
}

/** As the runtime API names it. */
export const serverOf = ({ backend, instance }: { backend: string; instance: string }): string =>
  `${backend}/${instance}`;

/** A member that still serves stays in drain until its last request has ended; then it is planned again. */
function memberRemovals(target: Target, instance: ProxyInstance, live: LiveProxy): readonly ProxyChange[] {
  const wanted = membersOf(instance.run);
  return live.members
    .filter((member) => !wanted.some((other) => sameMember(member, other)))
    .filter((member) => member.status !== "Draining" || member.sessions === 0)
    .map((member) => {
      const others = wanted.filter(({ backend }) => backend === member.backend);
      const serves = live.members.some(
        (each) => each.status === "Up" && others.some((other) => sameMember(each, other)),
      );
      const after = serves || member.status !== "Up" ? [] : others.map(serverOf);
      return { ...target, kind: "RemoveMember", server: serverOf(member), after };
    });
}

/** Certificates without which HAProxy would not start. The next state brings them. */
const lackingCertificates = (
  instance: ProxyInstance,
  layout: ProxyLayout,
  have: Pick<InstanceHave, "files">,
): readonly string[] =>
  instance.run.certificates
    .map(({ name }) => name)
    .filter((name) => !instance.pems.has(name) && have.files.get(layout.certificate(name)) === undefined);

function certificateChanges(
  target: Target,
  instance: ProxyInstance,
  rendered: RenderedProxy,
  live: LiveProxy,
  { files }: Pick<InstanceHave, "files">,
): readonly ProxyChange[] {
  return certificatePaths(instance, target.layout).flatMap((path): ProxyChange[] => {
    const pem = rendered.files.find((file) => file.path === path)?.content;
    if (pem === undefined) return [];
    const loaded = live.fingerprints.get(path);
    // The chain may differ where the first certificate does not. The file is written once the process has it.
    return loaded === fingerprintOf(pem) && files.get(path) === pem
      ? []
      : [{ ...target, kind: "ReplaceCertificate", path, pem }];
  });
}

function challengeChanges(target: Target, { run }: ProxyInstance, { challenges }: LiveProxy): readonly ProxyChange[] {
  const isPlain = run.listeners.some(({ kind }) => kind !== "Https");
  const wanted = new Map((isPlain ? (run.challenges ?? []) : []).map((each) => [challengePath(each), each.answer]));
  if (run.draining === true) wanted.set(leaving, "yes");
  return [
    ...[...challenges.keys()]
      .filter((path) => challenges.get(path) !== wanted.get(path))
      .map((path) => ({ ...target, kind: "RemoveChallenge", path }) as const),
    ...[...wanted]
      .filter(([path, answer]) => challenges.get(path) !== answer)
      .map(([path, answer]) => ({ ...target, kind: "AddChallenge", path, answer }) as const),
  ];
}

/** Runtime first, then the files, so that a restart comes up equal. */
function fileChanges(target: Target, rendered: RenderedProxy, have: InstanceHave): readonly ProxyChange[] {
  const files = rendered.files.filter((file) => have.files.get(file.path) !== file.content);
  return files.length === 0 ? [] : [{ ...target, kind: "WriteFiles", files }];
}

/**
 * Certificates and authorities that the process behind the socket does not name. Former ones, which still end their
 * connections, have read theirs. A certificate that was not delivered stays as long as it is named.
 */
function fileRemovals(
  target: Target,
  { run }: ProxyInstance,
  rendered: RenderedProxy,
  { kept }: Pick<InstanceHave, "kept">,
): readonly ProxyChange[] {
  const certificates = run.certificates.map(({ name }) => target.layout.certificate(name));
  const named = new Set([...certificates, ...rendered.files.map(({ path }) => path)]);
  return kept.filter((path) => !named.has(path)).map((path) => ({ ...target, kind: "RemoveFile", path }));
}

function planRemoval(target: Target, have: InstanceHave, now: number): readonly ProxyChange[] {
  const { processes, stoppingSince } = have;
  if (processes.length === 0 || stoppingSince === null) return [{ ...target, kind: "Stop", processes }];
  return now - stoppingSince < stopPatience ? [] : [{ ...target, kind: "Kill", processes }];
}

export function describe(change: ProxyChange): string {
  const { name } = change;
  switch (change.kind) {
    case "Start":
      return `start proxy ${name}`;
    case "Reload":
      return `reload proxy ${name}`;
    case "AddMember":
      return `add member ${change.server} at ${change.address} to proxy ${name}`;
    case "MoveMember":
      return `move member ${change.server} of proxy ${name} to [${change.address}]:${change.port}`;
    case "EnableMember":
      return `enable member ${change.server} of proxy ${name}`;
    case "ReplaceCertificate":
      return `replace certificate ${change.path.slice(change.path.lastIndexOf("/") + 1, -".pem".length)} of proxy ${name}`;
    case "AddChallenge":
      return `answer ${change.path} in proxy ${name}`;
    case "RemoveChallenge":
      return `answer ${change.path} no more in proxy ${name}`;
    case "WriteFiles":
      return `write configuration of proxy ${name}`;
    case "RemoveMember":
      return `remove member ${change.server} from proxy ${name}`;
    case "RemoveFile":
      return `remove ${change.path.slice(change.layout.directory.length + 1)} of proxy ${name}`;
    case "Stop":
      return `stop proxy ${name}`;
    case "Kill":
      return `kill proxy ${name}`;
  }
}
