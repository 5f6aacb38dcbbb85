/** A machine for tests: a process with a network and mount namespace of its own, inside tools/sandbox. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { systemClock } from "@netwright/base/node-clock.ts";
import type { Conversation, NodeSystem, RunOptions, RunResult } from "@netwright/contract";
import { inNamespace, nodeFiles, nodeProcesses, nodeRunner } from "@netwright/system";

const boot =
  "mount -t tmpfs tmpfs /run && mkdir -p /run/netns /run/lock && ip link set lo up && echo ready && exec sleep infinity";

export class TestNode implements AsyncDisposable {
  readonly #holder: ChildProcess;
  readonly #children: ChildProcess[] = [];
  readonly #conversations: Conversation[] = [];
  readonly pid: number;
  readonly system: NodeSystem;

  private constructor(holder: ChildProcess) {
    this.#holder = holder;
    this.pid = holder.pid as number;
    this.system = {
      runner: {
        ...nodeRunner,
        run: (command, options) => this.#run(command, options),
        converse: (command) => this.#converse(command),
      },
      files: {
        ...nodeFiles,
        // Of all files only these differ between the node and this process, as far as drivers read them.
        read: (path) => nodeFiles.read(path.replace(/^\/proc\/self\/net\//, `/proc/${this.pid}/net/`)),
        exists: (path) => nodeFiles.exists(`/proc/${this.pid}/root${path}`),
      },
      processes: nodeProcesses,
      clock: systemClock,
      paths: { run: "/run", state: "/run" },
    };
  }

  static async start(): Promise<TestNode> {
    if (process.env["NETWRIGHT_SANDBOX"] !== "1") throw new Error("run this test through tools/sandbox");
    const holder = spawn("unshare", ["--net", "--mount", "--propagation", "private", "sh", "-euc", boot], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(holder.stdout, "data");
    return new TestNode(holder);
  }

  #inside(command: readonly [string, ...string[]], netns?: string): readonly [string, ...string[]] {
    return ["nsenter", "-t", String(this.pid), "-n", "-m", "--", ...inNamespace(command, netns)];
  }

  #run(command: readonly [string, ...string[]], options: RunOptions = {}): Promise<RunResult> {
    const { netns, ...rest } = options;
    return nodeRunner.run(this.#inside(command, netns), rest);
  }

  #converse(command: readonly [string, ...string[]]): Conversation {
    const conversation = nodeRunner.converse(this.#inside(command));
    this.#conversations.push(conversation);
    return conversation;
  }

  /** Standard output of a command that must succeed. */
  async sh(command: string, netns?: string): Promise<string> {
    const { code, stdout, stderr } = await this.#run(["sh", "-euc", command], netns === undefined ? {} : { netns });
    if (code !== 0) throw new Error(`${command}: ${stderr}`);
    return stdout;
  }

  /** As when the agent ends: whoever is asked next starts anew. */
  endConversations(): void {
    for (const conversation of this.#conversations) conversation.close();
  }

  /** A program that lives as long as the node. */
  spawn(command: readonly [string, ...string[]], netns?: string): ChildProcess {
    const [program, ...args] = this.#inside(command, netns);
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#children.push(child);
    return child;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.endConversations();
    const ends = [...this.#children, this.#holder].filter(
      (child) => child.exitCode === null && child.signalCode === null,
    );
    for (const child of ends) child.kill("SIGKILL");
    await Promise.all(ends.map((child) => once(child, "exit")));
  }
}
