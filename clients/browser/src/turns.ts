/**
 * One at a time: per name, within a page and among all tabs of the origin. Refresh tokens can be
 * spent once, so two tabs that refresh at the same moment would look like a theft.
 */

/**
 * Runs `work` unless it is running already, whose result is shared then.
 *
 * While another tab has its turn, an impatient caller waits for the end of that turn and gets
 * `undefined`: something was done, and how it ended is not known here. A patient one takes the next
 * turn. Without Web Locks (an insecure origin, an old browser) only this page is looked at.
 *
 * `work` must not throw.
 */
export function takeTurn<T>(
    turns: Map<string, Promise<T | undefined>>,
    name: string,
    work: () => Promise<T>,
    patient: boolean,
): Promise<T | undefined> {
    let turn = turns.get(name);
    if (!turn) {
        turn = lockedTurn(name, work, patient).finally(() => turns.delete(name));
        turns.set(name, turn);
    }
    return turn;
}

async function lockedTurn<T>(name: string, work: () => Promise<T>, patient: boolean): Promise<T | undefined> {
    const locks = globalThis.navigator?.locks;
    try {
        let result: T | undefined;
        await locks.request(name, { ifAvailable: !patient }, async (lock) => {
            if (lock) result = await work();
            else await locks.request(name, { mode: "shared" }, () => {});
        });
        return result;
    } catch {
        // There are none, or they are refused as in a sandboxed frame.
        return work();
    }
}
