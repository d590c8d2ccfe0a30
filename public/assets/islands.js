// Readies the islands of a screen of the admin: each is a <leptos-island> whose function the program
// exports. What the server wrote inside an island is a <leptos-children>, which may hold islands.
const bundle = document.querySelector("link[rel=modulepreload]").href;
const program = await import(bundle);

// Instants, as their reader writes them.
const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
// With the name of their zone.
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "full" });

function tellTimes(part) {
  for (const element of part.querySelectorAll("time[datetime]")) {
    const instant = new Date(element.dateTime);
    if (!Number.isNaN(instant.valueOf())) {
      element.textContent = format.format(instant);
      element.title = exact.format(instant);
    }
  }
}

tellTimes(document);

// A question keeps the keyboard until it is answered or left with Escape.
document.addEventListener("keydown", (event) => {
  const question = event.key === "Tab" && document.querySelector("dialog[open], [role=dialog]:popover-open");
  if (!question) return;
  const stops = [...question.querySelectorAll("a[href], button, input, select, textarea, iframe")].filter(
    (stop) => stop.tabIndex >= 0 && stop.checkVisibility(),
  );
  const [from, to] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
  const focused = document.activeElement;
  if (!stops.includes(focused) || focused === from) {
    event.preventDefault();
    to?.focus();
  }
});

// A menu closes with Escape, and when somebody goes on elsewhere.
function closeMenus(isLeft) {
  for (const menu of document.querySelectorAll("header details[open]")) {
    if (!isLeft(menu)) continue;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    menu.open = false;
  }
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenus(() => true);
});
for (const kind of ["pointerdown", "focusin"]) {
  document.addEventListener(kind, (event) => closeMenus((menu) => !menu.contains(event.target)));
}

const children = [];

async function ready(element) {
  const tag = element.localName;
  if (tag === "leptos-island") {
    children.at(-1)?.();
    await program[element.dataset.component]?.(element);
  }
  const holds = tag === "leptos-children";
  if (holds) children.push(element.$$on_hydrate);
  for (const child of element.children) await ready(child);
  if (holds) children.pop();
}

// Islands begin from what the server wrote. What somebody typed or chose before they were ready is
// typed again once they are: texts first, because a choice may draw other fields anew.
const isChoice = (field) => field.matches("select, [type=checkbox], [type=radio]");

function content(field) {
  return field.matches("[type=checkbox], [type=radio]") ? field.checked : field.value;
}

function written(field) {
  if (!isChoice(field)) return field.defaultValue;
  if (field.localName === "input") return field.defaultChecked;
  const options = [...field.options];
  return (options.findLast((option) => option.defaultSelected) ?? options[0])?.value ?? "";
}

function typed() {
  const fields = [...document.querySelectorAll("input:not([type=hidden], [type=file]), select, textarea")];
  return fields
    .filter((field) => content(field) !== written(field))
    .map((field) => [field, content(field)])
    .sort(([one], [other]) => isChoice(one) - isChoice(other));
}

function type([field, text]) {
  field[typeof text === "boolean" ? "checked" : "value"] = text;
  for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
}

// After a save, the screen's live parts are what the server writes now.
document.addEventListener("landfall:saved", async () => {
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(part.id);
    if (!now) continue;
    part.replaceChildren(...now.childNodes);
    tellTimes(part);
    await ready(part);
  }
});

// Whoever leaves with something typed into a guarded form is asked first. A form on its way is busy.
const fields = (form) => JSON.stringify([...new FormData(form)]);

function guard() {
  const opened = [...document.querySelectorAll("form[data-guarded]")].map((form) => [form, fields(form)]);
  addEventListener("beforeunload", (event) => {
    if (opened.some(([form, before]) => !form.ariaBusy && fields(form) !== before)) event.preventDefault();
  });
}

await program.default({ module_or_path: bundle.replace(/\.js$/, ".wasm") });
const early = typed();
program.hydrate();
await ready(document.body);
// Islands write their fields once more, after this turn.
await new Promise((done) => setTimeout(done));
guard();
early.forEach(type);
// For tests: from here on everything reacts.
document.documentElement.dataset.ready = "";
