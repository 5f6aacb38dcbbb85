/** `npm run docs`: writes the generated pages. `--check` only compares, and exits 1 when one is not current. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pages } from "./docs/pages.ts";
import { root } from "./gate/program.ts";

const checking = process.argv.includes("--check");
for (const page of pages) {
  const file = join(root, page.path);
  const text = await page.render();
  if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
  if (checking) {
    process.stdout.write(`${page.path} is not current: npm run docs\n`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    process.stdout.write(`wrote ${page.path}\n`);
  }
}
