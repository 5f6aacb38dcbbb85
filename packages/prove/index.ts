/** Contracts, proved over all packets. Pure. */
export {
  contractFindings,
  createProver,
  proveContracts,
  type ProofChange,
  type ProofInput,
  type Prover,
} from "./prove.ts";
