/** The sample shop with two instances of every tier. */
import { readFileSync } from "node:fs";
import { parseManifests, toApplyObject } from "@netwright/api";
import { repository } from "../../e2e/product.ts";
import { tierIs, type BenchLab } from "./lab.ts";

const source = readFileSync(`${repository}/examples/shop/server.mjs`, "utf8");

/** @param version another one replaces every web server. */
const manifest = (version: number): string => `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: shop }
spec:
  network: web
  expose: [{ hostname: shop.example.net, protocol: HTTPS }]
  tiers:
    - { name: lb, replicas: 2 }
    - { name: proxy, replicas: 2 }
    - name: web
      replicas: 2
      workload:
        image: host
        command: [node, /srv/shop/server.mjs]
        env: [{ name: VERSION, value: "${version}" }]
        files: [{ path: /srv/shop/server.mjs, content: ${JSON.stringify(source)} }]
        port: 8080
      health: { http: /healthz }
`;

/** Resolves when every instance is ready and those of an earlier version are gone. */
export async function applyShop(lab: BenchLab, version: number): Promise<void> {
  const { objects } = parseManifests(manifest(version), "shop.yaml");
  await lab.client.apply({ objects: objects.map(toApplyObject) });
  for (const tier of ["lb", "proxy", "web"]) await tierIs(lab, tier, 2);
}
