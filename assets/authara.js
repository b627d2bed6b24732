// Everything here is an addition: each form works without this file.

const all = (selector) => document.querySelectorAll(selector);

// Show or hide a password.
function setReveal(button, input, shown) {
  const { show, hide, showLabel, hideLabel } = button.dataset;
  input.type = shown ? "text" : "password";
  button.textContent = shown ? hide : show;
  button.setAttribute("aria-label", shown ? hideLabel : showLabel);
}

const reveals = [];
for (const button of all("button[data-reveal]")) {
  const input = document.getElementById(button.dataset.reveal);
  if (!input) continue;
  reveals.push([button, input]);
  button.addEventListener("click", () => setReveal(button, input, input.type === "password"));
  button.parentElement.classList.add("has-reveal");
  button.hidden = false;
}

function hidePasswords() {
  for (const [button, input] of reveals) {
    if (input.type !== "password") setReveal(button, input, false);
  }
}

// While a form is on its way its button says so and cannot be pressed again.
const LONGEST_WAIT = 20_000;
const busy = new Map();

function rest(button) {
  const state = busy.get(button);
  if (!state) return;
  clearTimeout(state.timer);
  button.textContent = state.label;
  button.disabled = false;
  button.form?.removeAttribute("aria-busy");
  busy.delete(button);
}

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const form = event.target;
  hidePasswords();
  const button = event.submitter ?? form.querySelector("button[type=submit]");
  const label = button?.dataset.busyLabel;
  if (!label || busy.has(button)) return;
  busy.set(button, {
    label: button.textContent,
    timer: setTimeout(() => rest(button), LONGEST_WAIT),
  });
  button.textContent = label;
  button.disabled = true;
  form.setAttribute("aria-busy", "true");
});

addEventListener("pageshow", () => {
  for (const button of [...busy.keys()]) rest(button);
  hidePasswords();
});

// The first field that needs another look has the focus. The browser sees to it where the page asks by autofocus.
const wrong = document.querySelector('[aria-invalid="true"]');
if (wrong && !wrong.autofocus && !location.hash) wrong.focus();

// Long addresses break at "@" and dots, and stay copyable as they are.
for (const place of all("[data-email]")) {
  const parts = place.textContent.split(/(?<=[@.])/);
  place.replaceChildren(...parts.flatMap((part, i) => (i ? [document.createElement("wbr"), part] : [part])));
}

// Times in the reader's own zone; the exact value stays in the title.
const format = new Intl.DateTimeFormat(document.documentElement.lang || undefined, {
  dateStyle: "medium",
  timeStyle: "short",
});
for (const time of all("time[data-local]")) {
  const date = new Date(time.dateTime);
  if (Number.isNaN(date.getTime())) continue;
  time.title = time.dateTime;
  time.textContent = format.format(date);
}
