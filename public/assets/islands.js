// Readies the islands of a screen of the admin: each is a <leptos-island> whose function the program
// exports. What the server wrote inside an island is a <leptos-children>, which may hold islands.
const bundle = document.querySelector("link[rel=modulepreload]").href;
const program = await import(bundle);

// Instants, as their reader writes them.
const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

function tellTimes(part) {
  for (const element of part.querySelectorAll("time[datetime]")) {
    const instant = new Date(element.dateTime);
    if (!Number.isNaN(instant.valueOf())) {
      element.textContent = format.format(instant);
      element.title = element.dateTime;
    }
  }
}

tellTimes(document);

const children = [];

async function ready(element) {
  const tag = element.localName;
  if (tag === "leptos-island") {
    children.at(-1)?.();
    await program[element.dataset.component](element);
  }
  const holds = tag === "leptos-children";
  if (holds) children.push(element.$$on_hydrate);
  for (const child of element.children) await ready(child);
  if (holds) children.pop();
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

await program.default({ module_or_path: bundle.replace(/\.js$/, ".wasm") });
program.hydrate();
await ready(document.body);
// For tests: from here on everything reacts.
document.documentElement.dataset.ready = "";
