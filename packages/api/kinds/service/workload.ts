/** `workload`: what runs in every instance of a tier. */
import { milliseconds, seconds } from "@netwright/base";
import { z } from "zod";
import { durationField } from "../../fields/duration.ts";
import { fileModeField } from "../../fields/file-mode.ts";
import { imageField } from "../../fields/image.ts";
import { integerField } from "../../fields/integer.ts";
import { nameField } from "../../fields/name.ts";
import { portField } from "../../fields/port.ts";
import { cpuField, memoryField } from "../../fields/quantity.ts";
import { volumeSchema } from "./volume.ts";

const keyRef = (kind: "Secret" | "Config") =>
  z
    .strictObject({
      name: nameField(`Name of a ${kind} of this project.`),
      key: z.string().meta({ description: "Key of the value in it." }),
    })
    .exactOptional()
    .meta({ description: `A value of a ${kind}.` });

const envSchema = z.strictObject({
  name: z.string().meta({ description: "Name of an environment variable." }),
  value: z.string().exactOptional().meta({ description: "Its value; or secret, or config." }),
  secret: keyRef("Secret"),
  config: keyRef("Config"),
});

const envFromSchema = z.strictObject({
  secret: nameField("A Secret of this project: every key is the name of a variable; or config.").exactOptional(),
  config: nameField("A Config of this project.").exactOptional(),
  prefix: z.string().default("").meta({ description: "Put before each name." }),
});

/** Without a key: all of them, each a file in the directory `path`. */
const filesRef = (kind: "Secret" | "Config") =>
  z
    .strictObject({
      name: nameField(`Name of a ${kind} of this project.`),
      key: z.string().exactOptional().meta({ description: "Left out: every key, as a file in the directory path." }),
    })
    .exactOptional()
    .meta({ description: `A value of a ${kind}, or all.` });

const fileSchema = z.strictObject({
  path: z.string().meta({ description: "Absolute path inside the workload." }),
  source: z
    .string()
    .exactOptional()
    .meta({ description: "A file to copy, relative to the manifest's directory; or content, secret, config." }),
  content: z.string().exactOptional().meta({ description: "The text itself." }),
  secret: filesRef("Secret"),
  config: filesRef("Config"),
  encoding: z
    .enum(["utf8", "base64"])
    .default("utf8")
    .meta({ description: "How content is written; base64 for binary files." }),
  mode: fileModeField("Permission bits in octal.").prefault("0644"),
});

/** A file system of this size. */
const smallestEphemeralStorage = 2 ** 24;

const bandwidth = (what: string) =>
  memoryField(`Octets that it may ${what} a second; not limited when left out.`, 2 ** 16).exactOptional();
const operations = (what: string) =>
  integerField({
    noun: "a number of operations",
    min: 10,
    max: 10_000_000,
    description: `How often it may ${what} a second; not limited when left out.`,
  }).exactOptional();

const ioSchema = z
  .strictObject({
    readBandwidth: bandwidth("read"),
    writeBandwidth: bandwidth("write"),
    readIops: operations("read"),
    writeIops: operations("write"),
  })
  .meta({ description: "Limits of reading and writing, for each disk and each volume apart." });

const resourcesSchema = z
  .strictObject({
    cpu: cpuField("Limit; not limited when left out.").exactOptional(),
    memory: memoryField("Limit; not limited when left out.", 4 * 2 ** 20).exactOptional(),
    pids: integerField({
      noun: "a number of processes",
      min: 1,
      max: 1_000_000,
      description: "Processes and threads, at most.",
    }).default(1024),
    ephemeralStorage: memoryField(
      "With readOnlyRoot: false: what it may write over its image, besides volumes; 1Gi when left out.",
      smallestEphemeralStorage,
    ).exactOptional(),
    io: ioSchema.exactOptional(),
  })
  .prefault({})
  .meta({ description: "Limits of each instance." });

export const workloadSchema = z.strictObject({
  image: imageField("Where its files come from: a registry, an OCI layout, or the host's own file system."),
  command: z.array(z.string()).prefault([]).meta({
    description: "Program and arguments; no shell. Instead of the image's Entrypoint and Cmd; host needs it.",
  }),
  args: z
    .array(z.string())
    .prefault([])
    .meta({ description: "Arguments behind command, or instead of the image's Cmd." }),
  env: z.array(envSchema).prefault([]).meta({ description: "Environment variables." }),
  envFrom: z
    .array(envFromSchema)
    .exactOptional()
    .meta({ description: "Variables for all keys of Secrets and Configs. Later entries win, and env wins over all." }),
  files: z.array(fileSchema).prefault([]).meta({ description: "Put into the workload before it starts." }),
  volumes: z
    .array(volumeSchema)
    .exactOptional()
    .meta({ description: "Directories that outlive an instance: of its own, or of the host." }),
  port: portField("Where the server listens, on all addresses.", "the port your server listens on, for example 8080"),
  resources: resourcesSchema,
  workingDir: z
    .string()
    .exactOptional()
    .meta({ description: "Where the program starts; the image's own directory when left out." }),
  user: z
    .string()
    .exactOptional()
    .meta({
      description: "UID, UID:GID, or with an image also names that it knows; instead of the image's user.",
      examples: ["1000:1000", "postgres"],
    }),
  readOnlyRoot: z.boolean().default(true).meta({
    description:
      "Images: nothing can be written but /tmp, /var/tmp, /run and writable. The host's files always are so.",
  }),
  writable: z
    .array(z.string())
    .exactOptional()
    .meta({ description: "More directories that can be written: in memory, 64Mi each, empty or as in the image." }),
  stopSignal: z
    .enum(["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH"])
    .exactOptional()
    .meta({ description: "What it is asked to stop with; when left out, what the image says, or SIGTERM." }),
  stopGracePeriod: durationField("Between the stop signal and SIGKILL.", {
    min: milliseconds(0),
    max: seconds(3600),
  }).prefault("5s"),
});

export type Workload = z.output<typeof workloadSchema>;
export type EnvEntry = z.output<typeof envSchema>;
export type WorkloadFileEntry = z.output<typeof fileSchema>;
