// Builds dist/: one minified ES module that a page loads as it is, and the declarations beside it.

import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { build } from "esbuild";

rmSync("dist", { recursive: true, force: true });
await build({
    entryPoints: ["src/index.ts"],
    outfile: "dist/index.js",
    bundle: true,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    minify: true,
    // What nobody outside sees is renamed, too; public names are those of `Client` and the wire.
    mangleProps: /^_/,
    legalComments: "none",
});
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { stdio: "inherit" });
