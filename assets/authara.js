// Comfort only: every page works without this file, and nothing here decides anything.

const root = document.documentElement;
const all = (selector, place = document) => place.querySelectorAll(selector);

// Show or hide a password.
function setReveal(button, shown) {
  const input = document.getElementById(button.dataset.reveal);
  if (!input) return;
  const { show, hide, showLabel, hideLabel } = button.dataset;
  input.type = shown ? "text" : "password";
  button.textContent = shown ? hide : show;
  button.setAttribute("aria-label", shown ? hideLabel : showLabel);
}

function hidePasswords() {
  for (const button of all("[data-reveal]")) setReveal(button, false);
}

// While a form is on its way it is not sent twice. What takes longer than people notice is said by
// the button.
const NOTICED = 300;
const LONGEST_WAIT = 20_000;
const busy = new Map();

function say(form, state) {
  if (!state.label || busy.get(form) !== state) return;
  state.text = state.button.textContent;
  state.button.textContent = state.label;
  state.button.disabled = true;
}

function rest(form) {
  const state = busy.get(form);
  if (!state) return;
  busy.delete(form);
  form.removeAttribute("aria-busy");
  if (state.text === undefined) return;
  state.button.textContent = state.text;
  state.button.disabled = false;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  if (busy.has(form)) {
    event.preventDefault();
    return;
  }
  hidePasswords();
  const button = event.submitter ?? form.querySelector("[type=submit]");
  const state = { button, label: button?.dataset.busyLabel };
  busy.set(form, state);
  form.setAttribute("aria-busy", "true");
  setTimeout(() => say(form, state), NOTICED);
  setTimeout(() => busy.get(form) === state && rest(form), LONGEST_WAIT);
});

addEventListener("pageshow", () => {
  for (const form of [...busy.keys()]) rest(form);
  hidePasswords();
});

// Times in the reader's own zone, and in the page's language as it is used where they live. What is
// said relatively stays so; the exact time is in its title.
const language = root.lang || "en";
const locale = (navigator.languages ?? []).find((tag) => tag.split("-")[0] === language.split("-")[0]) ?? language;
const DAY = { day: "numeric", month: "long", year: "numeric" };
const days = new Intl.DateTimeFormat(locale, DAY);
const times = new Intl.DateTimeFormat(locale, { ...DAY, hour: "numeric", minute: "2-digit", timeZoneName: "short" });

function localise(time) {
  const date = new Date(time.dateTime);
  if (Number.isNaN(date.getTime())) return;
  const exact = times.format(date);
  const mode = time.dataset.local;
  time.title = exact;
  if (mode !== "relative") time.textContent = mode === "date" ? days.format(date) : exact;
}

// Long addresses break at "@" and dots, and stay copyable as they are.
function breakUp(place) {
  const parts = place.textContent.split(/(?<=[@.])/);
  place.replaceChildren(...parts.flatMap((part, i) => (i ? [document.createElement("wbr"), part] : [part])));
}

// Deleting an account: the button is outlined until the address is there. It works all the same, and
// the server compares.
function watchConfirmation(input) {
  const button = input.form.querySelector("[type=submit]");
  const fold = (text) => text.trim().toLowerCase();
  const look = () => button.classList.toggle("is-waiting", fold(input.value) !== fold(input.dataset.expected));
  input.addEventListener("input", look);
  look();
}

// A form that is long in the making is told early what the server would say of it. A message must
// not move a button away from under the pointer, so it waits until that is up.
let pointerIsUp = Promise.resolve();
document.addEventListener("pointerdown", () => {
  pointerIsUp = new Promise((resolve) => {
    for (const name of ["pointerup", "pointercancel"]) {
      addEventListener(name, () => setTimeout(resolve), { once: true });
    }
  });
});

function setError(input, text) {
  const place = document.getElementById(`${input.id}-error`);
  if (!place) return;
  place.querySelector("span").textContent = text ?? "";
  place.hidden = !text;
  if (text) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

function checkEarly(form) {
  let latest;
  form.addEventListener("change", async () => {
    const fields = new URLSearchParams(new FormData(form));
    const mine = (latest = {});
    try {
      const response = await fetch(form.dataset.check, {
        method: "POST",
        headers: { accept: "application/json", "x-csrf-token": fields.get("csrf_token") },
        body: fields,
      });
      if (!response.ok) return;
      const errors = await response.json();
      await pointerIsUp;
      if (mine !== latest || busy.has(form)) return;
      for (const [name, text] of Object.entries(errors)) {
        const input = form.elements[name];
        // What was emptied or never filled in is not wrong yet.
        if (input) setError(input, input.value ? text : null);
      }
    } catch {
      // Without an answer the form is checked when it is sent.
    }
  });
}

// Everything that comes with a page, or with a part of it that HTMX put there.
function enhance(place) {
  for (const button of all("[data-reveal]", place)) {
    button.parentElement.classList.add("has-reveal");
    button.hidden = false;
  }
  for (const button of all("[data-dismiss]", place)) button.hidden = false;
  for (const time of all("time[data-local]", place)) localise(time);
  for (const text of all("[data-email]", place)) breakUp(text);
  for (const input of all("[data-expected]", place)) watchConfirmation(input);
  for (const form of all("form[data-check]", place)) checkEarly(form);
  for (const details of all("details.disclosure", place)) {
    let wasOpen = details.open;
    details.addEventListener("toggle", () => {
      if (details.open && !wasOpen) details.querySelector("input:not([type=hidden])")?.focus();
      wasOpen = details.open;
    });
  }
}

enhance(document);
document.addEventListener("htmx:load", (event) => event.target !== document.body && enhance(event.target));

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-reveal], [data-dismiss], [data-set-theme]");
  if (!button) return;
  if (button.matches("[data-reveal]")) {
    setReveal(button, button.getAttribute("aria-label") === button.dataset.showLabel);
  } else if (button.matches("[data-dismiss]")) {
    button.closest(".toast").remove();
  } else if (!(event.ctrlKey || event.metaKey || event.shiftKey)) {
    event.preventDefault();
    setTheme(button.dataset.setTheme);
  }
});

// The theme changes at once, and the next page comes in it.
function setTheme(name) {
  if (name === "system") delete root.dataset.theme;
  else root.dataset.theme = name;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `authara_theme=${name}; Path=/auth; Max-Age=31536000; SameSite=Lax${secure}`;
  document.querySelector("meta[name=color-scheme]")?.setAttribute("content", name === "system" ? "light dark" : name);
  for (const link of all("[data-set-theme]")) {
    if (link.dataset.setTheme === name) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

// Toasts stay until they are dismissed. Screen readers say only what comes into the region later,
// so what came with the page is put in once more.
const toasts = document.getElementById("toast-container");
if (toasts?.firstElementChild) {
  const early = [...toasts.children];
  toasts.replaceChildren();
  setTimeout(() => toasts.append(...early), 150);
}

addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented) toasts?.replaceChildren();
});

// The first field that needs another look has the focus. The browser sees to it where the page asks
// by autofocus.
const wrong = document.querySelector('[aria-invalid="true"]');
if (wrong && !wrong.autofocus && !location.hash) wrong.focus();
