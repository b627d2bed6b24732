/** What is published: dist/, as `npm run build` leaves it. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const module = readFileSync(join(root, "dist/index.js"), "utf8");
const LIMIT_BYTES = 3 * 1024;

test("b00_the_module_is_under_3_kib_compressed", () => {
    const size = brotliCompressSync(module).length;
    expect(size, `${size} bytes after brotli`).toBeLessThan(LIMIT_BYTES);
});

test("b00_there_is_one_module_without_any_import_and_no_dependency", () => {
    expect(readdirSync(join(root, "dist")).filter((name) => name.endsWith(".js"))).toEqual(["index.js"]);
    expect(module).not.toMatch(/\bimport\b|\brequire\b/);
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(Object.keys(manifest)).not.toEqual(expect.arrayContaining(["dependencies"]));
});

test("b00_an_engine_loads_it_as_it_is", () => {
    const url = pathToFileURL(join(root, "dist/index.js")).href;
    const program = `
        const helper = await import(${JSON.stringify(url)});
        const fetch = async () => new Response(null, { status: 401 });
        const client = helper.createClient({ origin: "https://app.example", fetch });
        console.log(Object.keys(helper).length > 10, helper.loginURL("/"), JSON.stringify(await client.loadUser()));`;
    const printed = execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
    expect(printed).toBe(`true /auth/login {"state":"signed-out"}\n`);
});

test("b11_nothing_is_printed_kept_or_repeated_in_the_background", () => {
    expect(module).not.toMatch(/console|sessionStorage|indexedDB|setTimeout|setInterval|document\.cookie\s*=/);
    // The one thing that is ever stored is the notice for browsers without channels.
    expect(module.match(/localStorage\.\w+/g)).toEqual(["localStorage.setItem", "localStorage.removeItem"]);
});

test("b12_there_is_nothing_that_a_strict_csp_or_trusted_types_would_stop", () => {
    expect(module).not.toMatch(/\beval\b|\bFunction\b|import\(/);
    expect(module).not.toMatch(/innerHTML|outerHTML|insertAdjacent|document\.write|createElement/);
});

test("b00_the_declarations_serve_a_strict_program", () => {
    const folder = mkdtempSync(join(tmpdir(), "authara-"));
    try {
        const path = JSON.stringify(join(root, "dist/index.js"));
        const program = `
            import { authFetch, AutharaError, call, getCurrentUser, type UserState } from ${path};
            const role: string | undefined = (await getCurrentUser())?.organization.role;
            const sessions: { device: string }[] = (await call("GET account/sessions")).sessions;
            const state: UserState = { state: "unavailable", status: 0 };
            const answer: Response = await authFetch("/x", { method: "POST" });
            const seconds = (error: unknown) => (error instanceof AutharaError ? error.retryAfter : 0);
            await call("DELETE account/sessions/" + role);
            // @ts-expect-error a body is missing
            await call("POST challenges/resend");
            // @ts-expect-error exactly one name of the account
            await (await import(${path})).login({ password: "x" });
            export { answer, seconds, sessions, state };`;
        writeFileSync(join(folder, "program.mts"), program);
        const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
        const args = ["--strict", "--noEmit", "--target", "es2022", "--module", "nodenext", "--lib", "es2022,dom"];
        let complaints = "";
        try {
            execFileSync(process.execPath, [tsc, ...args, join(folder, "program.mts")], { encoding: "utf8" });
        } catch (error) {
            complaints = (error as { stdout: string }).stdout;
        }
        expect(complaints).toBe("");
    } finally {
        rmSync(folder, { recursive: true });
    }
}, 60_000);
