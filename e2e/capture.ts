/** What really passed a link, by tcpdump at a node. */
import { once } from "node:events";
import type { LiveLab } from "./live-lab.ts";

export interface Capture {
  /** How many of the packets so far match. The kernel must not have lost any. */
  count(filter: string): Promise<number>;
  /** The first lines of what matches, for messages. */
  show(filter: string): Promise<string>;
  stop(): Promise<void>;
}

let number = 0;

/** Resolves when every later packet will be seen. @param netns one of the node's named namespaces; its own by default */
export async function startCapture(lab: LiveLab, node: string, device: string, netns?: string): Promise<Capture> {
  number += 1;
  const name = `/run/capture-${number}`;
  const inside = netns === undefined ? "" : `ip netns exec ${netns} `;
  const child = lab.startAt(
    node,
    `echo $$ >${name}.pid; exec ${inside}tcpdump -Z root -i ${device} -U --immediate-mode -s 160 -B 65536 -w ${name}.pcap 2>${name}.log`,
  );
  const ended = once(child, "exit");
  const tcpdump = (words: string) => lab.at(node, `tcpdump -nn -r ${name}.pcap ${words} 2>/dev/null || true`);
  await lab.at(node, `until grep -q 'listening on' ${name}.log 2>/dev/null; do sleep 0.02; done`);
  return {
    count: async (filter) => Number(await lab.at(node, `tcpdump -nn -r ${name}.pcap '${filter}' 2>/dev/null | wc -l`)),
    show: async (filter) => tcpdump(`-c 5 '${filter}'`),
    stop: async () => {
      await lab.at(node, readUp(`${name}.pcap`));
      await lab.at(node, `kill -INT $(cat ${name}.pid)`);
      await ended;
      const log = await lab.at(node, `cat ${name}.log`);
      if (!/\b0 packets dropped by kernel/.test(log)) throw new Error(`the capture is not whole: ${log}`);
    },
  };
}

/**
 * Waits until the file holds a packet from after now: what tcpdump has not read when it is told to end is lost without
 * being counted as dropped. Links with BFD carry one every 50 ms; where nothing passes, two seconds are enough to read.
 */
const readUp = (file: string): string =>
  `now=$(date +%s.%N); for i in $(seq 20); do last=$(tcpdump -nn -tt -r ${file} 2>/dev/null | tail -1 | cut -d' ' -f1); ` +
  `[ -n "$last" ] && [ "$(printf '%s\\n%s\\n' "$now" "$last" | sort -n | tail -1)" = "$last" ] && break; sleep 0.1; done`;
