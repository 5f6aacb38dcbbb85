/** A small fabric and the shop. */
import { fabric } from "@netwright/compiler/testing.ts";

export const fabricManifests = fabric(3);
export const nodes = ["host1", "host2", "host3", "edge1", "edge2"] as const;

export const shop = (replicas = 1, more = ""): string => `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: shop }
spec:
  network: web
  expose:
    - { hostname: shop.example.net, protocol: HTTPS }
  tiers:
    - name: web
      workload: { image: "host", command: [/bin/web], port: 8080 }
      health: { http: /healthz }
      replicas: ${replicas}
${more}`;
