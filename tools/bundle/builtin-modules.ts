/**
 * Node's own modules without their ESM facades: an `import` of one reads every property that the module has, and those of
 * `node:http` load a whole HTTP client and WebSockets, a third of an agent's start. `process.getBuiltinModule` reads none.
 */
import type { Plugin } from "esbuild";

export const builtinModules: Plugin = {
  name: "builtin-modules",
  setup: (bundle) => {
    bundle.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: "builtin", sideEffects: false }));
    bundle.onLoad({ filter: /.*/, namespace: "builtin" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};
