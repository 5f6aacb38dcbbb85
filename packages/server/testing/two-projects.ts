/** A site with two projects: `team`, whose people look around, and `canary`, of which they must learn nothing. */
import type { TokenRole } from "@netwright/api";
import { inner } from "@netwright/compiler/testing.ts";
import { applyOf, startHarness, type Harness } from "./harness.ts";
import { fabricManifests, shop } from "./manifests.ts";

export const projectText = (name: string, spec = "{}"): string =>
  `{ apiVersion: netwright.dev/v1alpha1, kind: Project, metadata: { name: ${name} }, spec: ${spec} }`;

/** The shop in a project, under another host name. */
export const shopOf = (project: string, name = "shop", replicas = 1): string =>
  shop(replicas)
    .replace("name: shop }", `name: ${name}, project: ${project} }`)
    .replace("shop.example.net", `${name}.${project}.example.net`);

export interface TwoProjects {
  readonly harness: Harness;
  /** Makes a token; of the whole site when no project is named. */
  token(role: TokenRole, project?: string): Promise<string>;
}

/** How many instances a host may have. */
export const capacity = 97;

export async function startTwoProjects(): Promise<TwoProjects> {
  const harness = await startHarness();
  const fabric = fabricManifests.replaceAll("  vtep:", `  capacity: { instances: ${capacity} }\n  vtep:`);
  await harness.admin.apply(applyOf(fabric, { message: "the canary's fabric" }));
  await harness.admin.apply(
    applyOf(
      [projectText("team", "{ quota: { instances: 12 }, pools: [default] }"), projectText("canary")].join("\n---\n"),
    ),
  );
  await harness.admin.apply(applyOf(shopOf("team")));
  await harness.admin.apply(applyOf(shopOf("canary", "canary-shop")));
  await harness.admin.apply(applyOf(inner("canary-db", { project: "canary", network: "canary-net" })));
  const token = async (role: TokenRole, project?: string): Promise<string> => {
    const name = `${project ?? "site"}-${role.toLowerCase()}`;
    const place = role === "Node" ? { node: "host1" } : project === undefined ? {} : { project };
    return (await harness.admin.createToken({ name, role, ...place })).secret;
  };
  return { harness, token };
}
