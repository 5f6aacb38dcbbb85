/** Messages for the kernel in the batches in which they are sent. Pure. */
import type { LinkStep, NodeStep } from "./steps.ts";
import { encodeLink, encodeNodeStep } from "./netlink.ts";

/**
 * Numbered from 1 on. Only the last message of a batch asks for an answer; what the kernel refuses it answers in any
 * case, and the batch is short enough that all answers fit into the socket.
 */
export interface Batch {
  readonly data: Buffer;
  /** Number of the last message. */
  readonly last: number;
}

export interface LinkBatch extends Batch {
  /** Where the pid of a process in which node is to be written. */
  readonly pids: readonly { readonly node: string; readonly at: number }[];
}

const perBatch = 64;
const [flagsAt, numberAt, acknowledge] = [6, 8, 0x4];

export const nodeBatches = (steps: readonly NodeStep[]): readonly Batch[] =>
  chunks(steps).map(({ items, first }) => ({
    data: Buffer.concat(
      items.map((step, index) => numbered(encodeNodeStep(step), first + index, index === items.length - 1)),
    ),
    last: first + items.length - 1,
  }));

export const linkBatches = (steps: readonly LinkStep[]): readonly LinkBatch[] =>
  chunks(steps).map(({ items, first }) => {
    const pids: { node: string; at: number }[] = [];
    let length = 0;
    const messages = items.map((step, index) => {
      const { data, pidAt } = encodeLink(step);
      pidAt.forEach((at, end) => pids.push({ node: (step.ends[end] as LinkStep["ends"][0]).node, at: length + at }));
      length += data.length;
      return numbered(data, first + index, index === items.length - 1);
    });
    return { data: Buffer.concat(messages), last: first + items.length - 1, pids };
  });

function numbered(message: Buffer, number: number, isLast: boolean): Buffer {
  message.writeUInt32LE(number, numberAt);
  if (isLast) message.writeUInt16LE(message.readUInt16LE(flagsAt) | acknowledge, flagsAt);
  return message;
}

function chunks<T>(items: readonly T[]): readonly { readonly items: readonly T[]; readonly first: number }[] {
  return Array.from({ length: Math.ceil(items.length / perBatch) }, (_, index) => ({
    items: items.slice(index * perBatch, (index + 1) * perBatch),
    first: index * perBatch + 1,
  }));
}
