import { beforeEach, expect, test } from "vitest";
import { openBrowser, Server } from "./server.js";

beforeEach(() => {
    openBrowser();
});

test("b10_the_current_page_is_the_default_target", () => {
    const { loginURL, signupURL, accountURL } = new Server().page();
    const target = "?return_to=%2Fnotes%3Ftab%3D2%23top";
    expect([loginURL(), signupURL(), accountURL()]).toEqual([
        `/auth/login${target}`,
        `/auth/signup${target}`,
        `/auth/account${target}`,
    ]);
});

test.each([
    ["/", "/"],
    ["/a%2Fb?x=1&y=a+b#c", "/a%2Fb?x=1&y=a+b#c"],
    ["https://app.example/deep?x", "/deep?x"],
    ["sibling", "/sibling"],
    ["?tab=3", "/?tab=3"],
])("b10_%j_becomes_the_target_%j", (given, target) => {
    expect(new Server().page().loginURL(given)).toBe(`/auth/login?return_to=${encodeURIComponent(target)}`);
});

test.each([
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example/",
    "https://app.example//evil.example",
    "/..//evil.example",
    "/%2e%2e//evil.example",
    "\t//evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "http://",
    `/${"a".repeat(2048)}`,
])("b10_%j_is_dropped", (given) => {
    expect(new Server().page().loginURL(given)).toBe("/auth/login");
});
