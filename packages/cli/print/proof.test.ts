import { ContractsBroken } from "@netwright/api";
import { milliseconds, type Instant } from "@netwright/base";
import { expect, test } from "vitest";
import { justifiedClause, provedClause, refutedClause, reportOf, unprovedClause } from "../testing/proofs.ts";
import { renderFailure } from "./failure.ts";
import { renderProof } from "./proof.ts";
import { renderProofJunit } from "./proof-junit.ts";

const all = reportOf(provedClause, refutedClause, justifiedClause, unprovedClause);

test("what does not hold comes first, with its packet, way and rules; then one row a subject", () => {
  expect(renderProof(all, { all: false, colored: false })).toMatchInlineSnapshot(`
    "refuted service/shop ensures[1]: internet cannot reach tier db of service/shop
      service/shop spec.contract.ensures[1] (shop.yaml:22:9)
      why     shop-db-1 gets it at tcp/5432
      packet  [2001:db8:f::1]:40000 -> [2001:db8:100::1]:5432 tcp
      path    1  edge1  route 2001:db8:100::1/128 (to host1)
              2  host1  uplink: exposed (tcp 5432)
                        by service/shop spec.expose[1]
      rules   service/shop spec.expose[1] (shop.yaml:12:7)

    justified contract/pci cards: internet cannot reach tier db of service/shop
      why       no other host has an instance
      accepted  the pilot has one host only

    not proved implied chain service/shop: only neighbours talk

                  TOTAL  CLASSES  RULES  LIVE  WATCHED  JUSTIFIED  NOT PROVED  REFUTED
    reachability      2        1      .     .        1          .           1        .
    isolation         2        .      .     .        .          1           .        1
    total             4        1      .     .        1          1           1        1

    1 assumption
      established  what is established was allowed when it opened

    200026 steps
    "
  `);
});

test("asked for, what is proved is listed too; a proof of nothing has a table all the same", () => {
  expect(renderProof(reportOf(provedClause), { all: true, colored: false })).toMatchInlineSnapshot(`
    "proved service/shop public: internet can reach service/shop at TCP 443
      service/shop spec.contract.ensures[0] (shop.yaml:20:9)

                  TOTAL  CLASSES  RULES  LIVE  WATCHED  JUSTIFIED  NOT PROVED  REFUTED
    reachability      1        1      .     .        .          .           .        .
    total             1        1      .     .        .          .           .        .

    1 assumption
      established  what is established was allowed when it opened

    12 steps
    "
  `);
  expect(renderProof({ clauses: [], assumptions: [], steps: 0 }, { all: true, colored: false })).toMatchInlineSnapshot(`
    "       TOTAL  CLASSES  RULES  LIVE  WATCHED  JUSTIFIED  NOT PROVED  REFUTED
    total      .        .      .     .        .          .           .        .

    0 steps
    "
  `);
});

test("for CI: refuted is a failure, not proved an error, justified is skipped", () => {
  const junit = renderProofJunit(all, { begunAt: 1_800_000_000_000 as Instant, took: milliseconds(40) });
  expect(junit).toContain(
    '<testsuites name="netwright verify" tests="4" failures="1" errors="1" skipped="1" time="0.040"',
  );
  expect(junit).toContain('classname="Isolation" time="0.000" file="shop.yaml" line="22"');
  expect(junit).toContain('<skipped message="the pilot has one host only"/>');
  expect(junit).toContain("[2001:db8:f::1]:40000 -&gt; [2001:db8:100::1]:5432 tcp");
});

test("a refused change tells each clause with its line, and why", () => {
  const shop = `${"\n".repeat(21)}      - { from: internet, cannotReach: { tier: db } }\n`;
  expect(renderFailure(new ContractsBroken([refutedClause]), () => shop)).toMatchInlineSnapshot(`
    "error NW1313 conflict: contract.ensures[1]: service/shop ensures[1] would not hold: internet cannot reach tier db of service/shop
      shop.yaml:22:9
      22 |       - { from: internet, cannotReach: { tier: db } }
                   ^
      hint: to accept it, add { clause: "ensures[1]", reason: ... } to justified of that contract
      why     shop-db-1 gets it at tcp/5432
      packet  [2001:db8:f::1]:40000 -> [2001:db8:100::1]:5432 tcp
      path    1  edge1  route 2001:db8:100::1/128 (to host1)
              2  host1  uplink: exposed (tcp 5432)
                        by service/shop spec.expose[1]
      rules   service/shop spec.expose[1] (shop.yaml:12:7)
    "
  `);
});
