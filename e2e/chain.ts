/** A lab with a chain of three tiers, and what its firewalls say of packets that they dropped. */
import { startLab, vipOf, type LiveLab } from "./live-lab.ts";
import { echoTier, manifestOf, type Allow, type Spec } from "./manifests.ts";

export const network = "web";
export const tenant = `nwn-default.${network}`;

/** web talks to app, app to db; web and db are no neighbours. */
export const chain = (allow: readonly Allow[] = [], expose: readonly object[] = []): Spec => ({
  network,
  expose: [{ hostname: "chain.example.net", protocol: "TCP", port: 7000, tier: "web" }, ...expose],
  tiers: [echoTier("web", 8080), echoTier("app", 8081), echoTier("db", 8082)],
  allow,
});

export interface Dropped {
  readonly from: string;
  readonly to: string;
  readonly source?: string;
  readonly destination?: string;
  readonly protocol: string;
  readonly port: number;
  readonly packets: number;
  readonly hint: { readonly text: string };
}

export interface ChainLab {
  readonly lab: LiveLab;
  readonly vip: string;
  apply(name: string, spec: Spec): Promise<string>;
  droppedFlows(): Promise<readonly Dropped[]>;
  /** Packets that the rules with this comment have counted, in one namespace of a host. */
  counted(host: string, comment: string, netns?: string): Promise<number>;
}

/** A lab of this name in which service `chain` runs. */
export async function startChain(name: string): Promise<ChainLab> {
  const lab = await startLab(name);
  const apply = (service: string, spec: Spec) => lab.must("apply", "-f", manifestOf(service, spec));
  await apply("chain", chain());
  return {
    lab,
    vip: await vipOf(lab, "chain"),
    apply,
    droppedFlows: () => lab.json<readonly Dropped[]>("flows", "--dropped"),
    counted: async (host, comment, netns = "") => {
      const inside = netns === "" ? "" : `ip netns exec ${netns} `;
      const text = await lab.at(host, `${inside}nft list table inet netwright | grep 'comment "${comment} ' || true`);
      return [...text.matchAll(/counter packets (\d+)/g)].reduce((sum, [, packets]) => sum + Number(packets), 0);
    },
  };
}
