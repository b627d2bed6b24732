/** A client over the generated types, as an application might write it: some lines, no library. */

import type { paths } from "./generated/contract.js";

type Method = "get" | "put" | "post" | "patch" | "delete";

/** The methods that the contract has for a path; the others are `never` in the generated file. */
export type MethodOf<Path extends keyof paths> = {
    [M in Method]: [paths[Path][M]] extends [never] | [undefined] ? never : M;
}[Method];

type Json<Holder> = Holder extends { content: { "application/json": infer Body } } ? Body : undefined;
/** A part of the request under its name; left out where the contract has none, optional where it may be missing. */
type Part<Name extends string, Value, Optional> = [Value] extends [undefined]
    ? unknown
    : Optional extends true
      ? { [N in Name]?: Value }
      : { [N in Name]: Value };
type PathOf<Operation> = Operation extends { parameters: { path: infer Values } } ? Values : undefined;
type QueryOf<Operation> = Operation extends { parameters: { query?: infer Values } } ? Values : undefined;
type BodyOf<Operation> = Operation extends { requestBody: infer Sent } ? Json<Sent> : undefined;

/** What an operation is called with. */
export type Input<Operation> = Part<"path", PathOf<Operation>, false> &
    Part<"query", QueryOf<Operation>, true> &
    Part<"body", BodyOf<Operation>, false>;

/** What it answers with on success; undefined where the contract promises no JSON. */
export type Output<Operation> = Operation extends { responses: infer Answers }
    ? Json<Answers[keyof Answers & (200 | 201 | 202 | 204)]>
    : never;

/** Calls one operation of a server on this origin. */
export async function call<Path extends keyof paths, M extends MethodOf<Path>>(
    method: M,
    path: Path,
    input: Input<paths[Path][M]>,
): Promise<Output<paths[Path][M]>> {
    // The types above say what is in it; in here it is looked at as what may be in it.
    const given = input as { path?: Record<string, string>; query?: Record<string, string>; body?: object };
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(given.path?.[name] ?? ""));
    const response = await fetch(`${filled}?${new URLSearchParams(given.query)}`, {
        method: method.toUpperCase(),
        headers: { "Content-Type": "application/json" },
        body: given.body ? JSON.stringify(given.body) : null,
    });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return (await response.json().catch(() => undefined)) as Output<paths[Path][M]>;
}
