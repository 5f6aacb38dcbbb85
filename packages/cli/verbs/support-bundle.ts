/** `support-bundle`: one file with what somebody needs to help, and no secrets. */
import { resolve } from "node:path";
import type { Command } from "commander";
import { connectionOptions } from "../arguments/connection.ts";
import { renderTable } from "../print/table.ts";
import { bundleRoot, writeArchive } from "../support/archive.ts";
import { collectBundle } from "../support/collect.ts";
import { listParts } from "../support/list-parts.ts";
import { jsonText } from "../support/server-parts.ts";
import type { Invocation, Verb } from "../verb.ts";
import { productVersion } from "@netwright/base/version.ts";
import { formatInstant } from "@netwright/base";

const epilogue = `
Versions, all objects with their status, history, events, logs, and of every host and router what doctor finds, links,
routes, rules, BIRD, HAProxy and connections. Values of secrets, private keys, passwords and tokens are taken out.
Names, addresses and what your programs log stay: look inside before you send it. What cannot be had, because the
server or an agent is down, is said in manifest.json. Of files that were made by the same state, names are the same.

Examples:
  netwright support-bundle --dry-run
  netwright support-bundle -f netwright-support.tar.gz
`;

export const verb: Verb = {
  configure(command: Command): void {
    command
      .option("-f, --file <archive>", "write here", "netwright-support.tar.gz")
      .option("--dry-run", "only show what would happen");
    connectionOptions(command);
    command.addHelpText("after", epilogue);
  },
  async run(invocation: Invocation): Promise<void> {
    const { terminal, options } = invocation;
    if (options["dryRun"] === true) {
      const rows = await listParts(invocation);
      terminal.out(
        renderTable(
          ["PATH", "WHAT"],
          rows.map(({ path, what }) => [path, what]),
        ),
      );
      return;
    }
    const bundle = await collectBundle(invocation);
    const manifest = bundle.manifest(productVersion, formatInstant(terminal.clock.now()));
    const files = [...bundle.files, { path: "manifest.json", text: jsonText(manifest) }];
    const file = resolve(terminal.cwd, options["file"] as string);
    await writeArchive(file, files);
    const rows = files.map(({ path, text }) => [`${bundleRoot}/${path}`, String(Buffer.byteLength(text))]);
    terminal.out(renderTable(["PATH", "OCTETS"], rows));
    for (const { what, reason } of bundle.missing) terminal.err(`missing: ${what}: ${reason}\n`);
    terminal.err(`${file}: ${files.length} files, readable by you alone\n`);
  },
};
