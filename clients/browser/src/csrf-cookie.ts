/** The CSRF cookie, which is there for scripts to read. */

/**
 * Finds the value in a cookie string: everything after the first `=`, percent-decoded where that
 * is possible. An empty value counts as none.
 */
export function findCSRFToken(cookies: string): string | null {
    const value = /(?:^|; *)(?:__Host-)?authara_csrf=([^;]+)/.exec(cookies)?.[1] ?? null;
    try {
        return value && decodeURIComponent(value);
    } catch {
        return value;
    }
}
