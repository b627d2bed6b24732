/**
 * Tells the other tabs of this origin that somebody signed in or out. Nothing is stored; where a
 * channel is missing, a storage event takes its place, and the entry is removed at once.
 */

/** Whether somebody is signed in. */
export type SignInState = "signed-in" | "signed-out";

/** Says it to all other tabs that listen under this name. */
export function tellTabs(name: string, state: SignInState, open?: BroadcastChannel): void {
    try {
        if (globalThis.BroadcastChannel) {
            const channel = open ?? new BroadcastChannel(name);
            channel.postMessage(state);
            // A channel left open would keep the page out of the back/forward cache of some browsers.
            if (!open) channel.close();
        } else {
            localStorage.setItem(name, state);
            localStorage.removeItem(name);
        }
    } catch {
        // Storage may be forbidden. The other tabs notice with their next request.
    }
}

/** Listens under this name until the function returned is called. */
export function hearTabs(
    name: string,
    hear: (state: SignInState) => void,
): { _channel?: BroadcastChannel; _close(): void } {
    if (globalThis.BroadcastChannel) {
        const channel = new BroadcastChannel(name);
        channel.onmessage = ({ data }) => hear(data);
        return { _channel: channel, _close: () => channel.close() };
    }
    const listener = ({ key, newValue }: StorageEvent) => {
        if (key === name && newValue) hear(newValue as SignInState);
    };
    globalThis.addEventListener?.("storage", listener);
    return { _close: () => globalThis.removeEventListener?.("storage", listener) };
}
