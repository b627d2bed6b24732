/** Stand-ins for what a page finds around it: an Authara with its cookies, and the browser's locks. */

import { vi } from "vitest";
import { createClient, type ClientOptions } from "../src/index.js";

export const ORIGIN = "https://app.example";

/** The value of the CSRF cookie that the server sets unless told otherwise. */
export const CSRF = "csrf-1";

export const USER = {
    id: "8d0b7f3a-1c5e-7a92-b6d4-0f9e2c7a4415",
    email: "robin@example.com",
    username: "robin-27504",
    disabled: false,
    created_at: "2026-01-14T08:30:05.120394Z",
    roles: ["authara:admin"],
    organization: { id: "b2e94c60-7d13-7f58-a0c1-6e3b9d2f8874", name: "Paper Boats", role: "owner" },
};

/** The error envelope. */
export const refusal = (status: number, code: string, headers: Record<string, string> = {}) =>
    Response.json({ error: { code, message: `about ${code}` } }, { status, headers });

/** What a gateway says in place of Authara. */
export const html = (status: number) =>
    new Response("<!doctype html>", { status, headers: { "Content-Type": "text/html; charset=utf-8" } });

type Answer = Response | Error | undefined | Promise<Response | Error | undefined>;

/** One server and one cookie jar, shared by all clients that are given its `fetch`. */
export class Server {
    /** Method and path with query of every request, in order. */
    readonly log: string[] = [];
    /** The requests themselves. */
    readonly requests: Request[] = [];
    /** Is the access cookie good? */
    access = true;
    /** Is the session alive? */
    session = true;
    /** The value that the server takes. */
    csrf = CSRF;
    /** Looks at every request first; an error stands for a broken connection. */
    intercept: (request: Request, path: string) => Answer = () => undefined;

    readonly fetch = async (request: Request): Promise<Response> => {
        const url = new URL(request.url);
        const path = url.pathname + url.search;
        this.requests.push(request);
        this.log.push(`${request.method} ${path}`);
        // Every request takes a moment, so that parallel ones overlap.
        await new Promise((resolve) => setTimeout(resolve, 1));
        request.signal.throwIfAborted();
        const answer = await this.intercept(request, path);
        if (answer instanceof Error) throw answer;
        return answer ?? this.answer(request, url.pathname);
    };

    private answer(request: Request, path: string): Response {
        if (path === "/auth/api/v1/csrf") {
            document.cookie = `theme=dark; authara_csrf=${this.csrf}`;
            return Response.json({ csrf_token: this.csrf });
        }
        const isMutation = !["GET", "HEAD"].includes(request.method);
        if (isMutation && request.headers.get("X-CSRF-Token") !== this.csrf) return refusal(403, "forbidden");
        if (path === "/auth/api/v1/sessions/refresh") {
            this.access = this.session;
            return this.session ? new Response(null, { status: 200 }) : refusal(401, "unauthorized");
        }
        if (path === "/auth/api/v1/sessions/logout") {
            this.access = this.session = false;
            return new Response(null, { status: 204 });
        }
        if (!this.access) return refusal(401, "unauthorized");
        return path === "/auth/api/v1/user" ? Response.json(USER) : Response.json({ path });
    }

    /** How many requests were sent whose line in the log begins like this. */
    count(start: string): number {
        return this.log.filter((line) => line.startsWith(start)).length;
    }

    get refreshes(): number {
        return this.count("POST /auth/api/v1/sessions/refresh");
    }

    /** A page of this origin. */
    page(options: ClientOptions = {}) {
        return createClient({ origin: ORIGIN, fetch: this.fetch, ...options });
    }
}

/** Web Locks as far as they are used: one holder or several sharing ones, first come, first served. */
export class Locks {
    private readonly queues = new Map<string, { shared: boolean; active: boolean; start: () => void }[]>();

    request = async (
        name: string,
        { mode, ifAvailable }: { mode?: "shared"; ifAvailable?: boolean },
        callback: (lock: object | null) => unknown,
    ): Promise<unknown> => {
        const queue = this.queues.get(name) ?? [];
        this.queues.set(name, queue);
        if (ifAvailable && queue.length) return callback(null);
        await new Promise<void>((start) => {
            queue.push({ shared: mode === "shared", active: false, start });
            this.advance(name);
        });
        const entry = queue.find((candidate) => candidate.active && !this.held.has(candidate))!;
        this.held.add(entry);
        try {
            return await callback({ name });
        } finally {
            queue.splice(queue.indexOf(entry), 1);
            this.advance(name);
        }
    };

    private readonly held = new Set<object>();

    private advance(name: string) {
        const queue = this.queues.get(name)!;
        for (const [index, entry] of queue.entries()) {
            if (index > 0 && !(entry.shared && queue.slice(0, index).every((before) => before.shared))) return;
            if (!entry.active) {
                entry.active = true;
                entry.start();
            }
        }
    }
}

/** A browser: a cookie jar, an address, and locks unless it is an old one. */
export function openBrowser({
    cookie = `authara_csrf=${CSRF}`,
    locks = true,
    href = `${ORIGIN}/notes?tab=2#top`,
} = {}) {
    const assign = vi.fn();
    vi.stubGlobal("document", { cookie });
    vi.stubGlobal("location", { href, origin: new URL(href).origin, assign });
    vi.stubGlobal("navigator", locks ? { locks: new Locks() } : {});
    return { assign };
}

/** Long enough for messages to have reached the other tabs. */
export const settled = () => new Promise((resolve) => setTimeout(resolve, 60));
