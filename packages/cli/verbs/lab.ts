/** `lab`: a whole network on this machine. */
import { NetwrightError } from "@netwright/base";
import { capture, cut, down, exec, graph, up } from "@netwright/lab";
import { Option, type Command } from "commander";
import { labOf } from "../arguments/connection.ts";
import { outputOption } from "../arguments/output.ts";
import { labContext } from "../lab/context.ts";
import { configureFault, configureHeal, configureImpair, healFaults, impair, makeFault } from "../lab/faults.ts";
import { readLabManifest } from "../lab/manifest.ts";
import { labPrograms } from "../lab/programs.ts";
import { labProgress } from "../lab/progress.ts";
import { printLabStatus } from "../lab/status.ts";
import { wholeNumber } from "../arguments/manifests.ts";
import type { Invocation, Verb } from "../verb.ts";

export const verb: Verb = {
  configure(command: Command): void {
    const named = (one: Command): Command => one.option("--lab <name>", "name of the lab");
    named(command.command("up").description("build a lab, start its routers, server and agents"))
      .option("-f, --file <path>", "Lab manifest; the default lab when left out")
      .option("--hosts <count>", "hosts of the default lab", wholeNumber);
    named(command.command("down").description("remove every trace of a lab")).option("--all", "of every lab");
    outputOption(named(command.command("status").description("nodes, programs and links")), "json", "yaml");
    named(command.command("exec").description("run a command at a node; its exit status is this one's"))
      .argument("<node>")
      .argument("<command...>", "after --");
    named(command.command("graph").description("draw the lab")).addOption(
      new Option("-o, --output <format>", "instead of the drawing").choices(["json", "dot"]),
    );
    named(command.command("capture").description("print packets of a link until Ctrl-C"))
      .argument("<link>", "name of a link, or NODE:INTERFACE")
      .option("--filter <expression>", "pcap-filter(7)")
      .option("-w, --write <file>", "write packets to a file, - for standard output");
    named(command.command("cut").description("drop every packet of a link; both ends keep their carrier")).argument(
      "<link>",
    );
    configureImpair(named(command.command("impair").description("lose, delay, slow down or damage frames of a link")));
    configureFault(named(command.command("fault").description("any fault that a scenario can have, now")));
    configureHeal(named(command.command("heal").description("end the faults of a link, or all of them")));
    command.addHelpText(
      "after",
      "\nExamples:\n  netwright lab up\n  netwright lab exec internet1 -- curl -s https://shop.example.net/\n  netwright lab cut edge1-host1\n  netwright lab impair edge1-host1 --loss 10% --delay 20ms\n  netwright lab fault '{node: internet2, state: paused, for: 10s}'\n  netwright lab heal --all\n  netwright lab down\n",
    );
  },
  async run(invocation: Invocation): Promise<number | void> {
    const action = actions[invocation.subcommand ?? ""];
    if (action === undefined)
      throw new NetwrightError("NW1001", "lab needs a subcommand", { hint: "netwright lab --help lists them" });
    return action(invocation);
  },
};

type Action = (invocation: Invocation) => Promise<number | void>;

const lab = (invocation: Invocation): { readonly lab?: string } => {
  const name = labOf(invocation);
  return name === undefined ? {} : { lab: name };
};

const actions: Readonly<Record<string, Action>> = {
  up: async (invocation) => {
    const { options, terminal } = invocation;
    const name = labOf(invocation);
    const file = options["file"] as string | undefined;
    const hosts = options["hosts"] as number | undefined;
    if (file !== undefined && hosts !== undefined) {
      throw new NetwrightError("NW1002", "--hosts is for the default lab", {
        hint: "write the hosts into the manifest",
      });
    }
    const manifest = file === undefined ? undefined : await readLabManifest(file);
    const { record, built } = await up(labContext, {
      programs: labPrograms,
      onProgress: labProgress(terminal),
      signal: terminal.signal,
      ...(name === undefined ? {} : { name }),
      ...(manifest === undefined ? {} : { manifest }),
      ...(hosts === undefined ? {} : { hosts }),
    });
    terminal.out(built ? `lab ${record.name} is up\n` : `lab ${record.name} was up already\n`);
  },
  down: async (invocation) => {
    const { options, terminal } = invocation;
    const removed = await down(labContext, {
      ...nameOnly(labOf(invocation)),
      all: options["all"] === true,
      onProgress: labProgress(terminal),
    });
    terminal.out(removed.length === 0 ? "no lab was up\n" : removed.map((name) => `lab ${name} is gone\n`).join(""));
  },
  status: printLabStatus,
  exec: (invocation) => {
    const [node = "", ...command] = invocation.args;
    return exec(labContext, { ...lab(invocation), node, command, environment: invocation.terminal.env });
  },
  graph: async (invocation) => {
    const output = (invocation.options["output"] as "json" | "dot" | undefined) ?? "text";
    invocation.terminal.out(await graph(labContext, { ...lab(invocation), format: output }));
  },
  capture: (invocation) => {
    const filter = invocation.options["filter"] as string | undefined;
    const out = invocation.options["write"] as string | undefined;
    return capture(labContext, {
      ...lab(invocation),
      link: invocation.args[0] ?? "",
      environment: invocation.terminal.env,
      ...(filter === undefined ? {} : { filter }),
      ...(out === undefined ? {} : { out }),
    });
  },
  cut: async (invocation) =>
    invocation.terminal.out(
      `${await cut(labContext, { ...lab(invocation), link: invocation.args[0] ?? "" })} is cut\n`,
    ),
  impair,
  fault: makeFault,
  heal: healFaults,
};

const nameOnly = (name: string | undefined): { readonly name?: string } => (name === undefined ? {} : { name });
