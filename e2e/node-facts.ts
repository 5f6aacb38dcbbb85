/** What is at a node, in the kernel's and the engines' own words. */
import type { LiveLab } from "./live-lab.ts";

/** Questions the agent asks its engines, and the shell of this look, are no part of the picture. */
const passing =
  /^(birdc|ip|bridge|nft|conntrack|nsenter|crun .*(state|list)|ps|sed|sort|find|grep|sh -c echo==)\b|\/birdc /;

/** Sections that start with `== `, each one thing that a service could leave behind. */
const leftovers = `echo == namespaces; ip -o netns list | cut -d' ' -f1 | sort
for n in '' $(ip -o netns list | cut -d' ' -f1); do
  in="\${n:+ip netns exec $n}"
  echo == links $n; $in ip -o link | cut -d: -f2 | sort
  echo == routes $n; $in ip -6 -o route show table all | sed 's/ expires [^ ]*//; s/ nhid [0-9]*//' | sort
  echo == addresses $n; $in ip -6 -o address | cut -d' ' -f2-7 | sort
  echo == tables $n; $in nft --stateless list ruleset
done
echo == files; find /run /var/lib/netwright ! -type d | sort
echo == directories; find /run /var/lib/netwright -type d | grep -vxE '/run/netwright/(crun|crun-state|haproxy|resolver)|/run/(crun|netns)|/var/lib/netwright/logs'
echo == cgroups; find /sys/fs/cgroup -mindepth 2 -type d | sort
echo == mounts; cut -d' ' -f5 /proc/self/mountinfo | sort
echo == processes; ps -eo args= | sort -u`;

/** Everything at a node that a service could leave behind, as lines that name their section. */
export async function whatIsAt(lab: LiveLab, node: string): Promise<readonly string[]> {
  let section = "";
  return (await lab.at(node, `echo==; ${leftovers}`)).split("\n").flatMap((line) => {
    if (line.startsWith("== ")) section = line.slice(3).trim();
    if (section === "processes" && (passing.test(line) || line.startsWith("sh -c echo=="))) return [];
    return line.startsWith("== ") ? [] : [`${node} ${section}: ${line}`];
  });
}

export const whatIsAtAll = async (lab: LiveLab, nodes: readonly string[]): Promise<readonly string[]> =>
  (await Promise.all(nodes.map((node) => whatIsAt(lab, node)))).flat();

/** Lines that only one of the two has. */
export function difference(before: readonly string[], now: readonly string[]): readonly string[] {
  const [old, fresh] = [new Set(before), new Set(now)];
  return [
    ...now.filter((line) => !old.has(line)).map((line) => `left: ${line}`),
    ...before.filter((line) => !fresh.has(line)).map((line) => `gone: ${line}`),
  ];
}

/** Engines and workloads of a node: name, pid and start time, so that a restart cannot hide. */
export async function enginesAt(lab: LiveLab, node: string): Promise<readonly string[]> {
  const words = await lab.at(
    node,
    // Who only tells its version, checks a file or deletes a container is gone in a moment. tini of a workload has the workload's
    // command as arguments.
    `engines() { for p in $(pgrep -x 'bird|haproxy|crun'); do
         case " $(tr '\\0' ' ' 2>/dev/null </proc/$p/cmdline)" in
           ' '|*' -v '*|*' --version '*|*' -p '*|*' delete '*) ;;
           *) echo $p ;;
         esac; done; }
     for p in $(engines) $(pgrep -f '^/usr/bin/tini -- '); do
       echo "$(cat /proc/$p/comm) $p $(cut -d')' -f2 /proc/$p/stat | cut -d' ' -f21)"; done | sort`,
  );
  return words
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => `${node} ${line}`);
}

export const enginesAtAll = async (lab: LiveLab, nodes: readonly string[]): Promise<readonly string[]> =>
  (await Promise.all(nodes.map((node) => enginesAt(lab, node)))).flat();

/** Every BGP session and since when it is up, as BIRD and FRR say it. */
export async function sessionsOf(lab: LiveLab, birds: readonly string[]): Promise<readonly string[]> {
  const shown = await Promise.all(
    birds.map(async (node) => {
      const text = await lab.at(node, "birdc -s /run/netwright/bird/bird.ctl show protocols");
      return text
        .split("\n")
        .filter((line) => / BGP /.test(line))
        .map((line) => `${node} ${line.replace(/\s+/g, " ")}`);
    }),
  );
  return shown.flat().toSorted();
}

/** BIRD reckons the moment anew each time, and is a millisecond off now and then. */
const sameMoment = 0.1;
/** Of a line of `sessionsOf`: since when it is as it is, in seconds since 1970. */
export const momentOf = (line: string): number => Number(/ (\d+\.\d+) /.exec(line)?.[1]);
const withoutMoment = (line: string): string => line.replace(/ \d+\.\d+ /, " ");

/** Sessions that are not as they were: of another state, or begun anew. */
export const changedSessions = (before: readonly string[], now: readonly string[]): readonly string[] =>
  now.filter(
    (line) =>
      !before.some(
        (each) =>
          withoutMoment(each) === withoutMoment(line) && !(Math.abs(momentOf(each) - momentOf(line)) > sameMoment),
      ),
  );

export interface NftObject {
  readonly kind: string;
  readonly key: string;
  readonly handle: number;
  /** Without counters, handles and elements. */
  readonly text: string;
  readonly packets: number;
  readonly elements: readonly string[];
}

/** Tables, chains, sets and rules of a node and of all its namespaces, with their handles. */
export async function rulesAt(lab: LiveLab, node: string): Promise<readonly NftObject[]> {
  const script = `for n in '' $(ip -o netns list | cut -d' ' -f1 | sort); do echo "$n"; \${n:+ip netns exec $n} nft -j list ruleset; done`;
  const lines = (await lab.at(node, script)).split("\n");
  const objects: NftObject[] = [];
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const { nftables } = JSON.parse(lines[index + 1] as string) as { nftables: readonly Record<string, Nft>[] };
    for (const entry of nftables) {
      const [kind = "", body] = Object.entries(entry)[0] ?? [];
      if (kind !== "metainfo" && body !== undefined) objects.push(objectOf(`${node}/${lines[index]}`, kind, body));
    }
  }
  return objects;
}

type Nft = Record<string, unknown> & { readonly family: string; readonly name: string; readonly handle: number };

function objectOf(place: string, kind: string, body: Nft): NftObject {
  const { handle, elem, ...rest } = body;
  const text = JSON.stringify(rest).replace(/"(packets|bytes|expires)":\s*\d+/g, '"$1":0');
  const packets = [...JSON.stringify(rest).matchAll(/"packets":\s*(\d+)/g)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );
  const elements = ((elem as readonly unknown[] | undefined) ?? []).map((element) => JSON.stringify(element));
  const key = `${place} ${kind} ${(body["table"] as string | undefined) ?? ""} ${kind === "rule" ? `${String(body["chain"])} ${text}` : body.name}`;
  return { kind, key, handle, text, packets, elements };
}
