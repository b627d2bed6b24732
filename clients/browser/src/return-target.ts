/** Where the hosted pages send somebody afterwards. */

/**
 * The path, query and fragment of `target`, or nothing when it is not on this origin.
 *
 * The server has the last word; what it would drop is not sent in the first place: other origins,
 * what starts with two slashes, and more than 2048 bytes.
 */
export function returnTarget(target: string | undefined, base: string | undefined): string | undefined {
    try {
        const url = new URL(target ?? location.href, base);
        const path = url.pathname + url.search + url.hash;
        if (url.origin === new URL(base!).origin && !path.startsWith("//") && path.length < 2049) return path;
    } catch {
        // No page to return to, or no address at all.
    }
    return undefined;
}
