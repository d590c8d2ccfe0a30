// Goes from screen to screen as a person does, and prints for each the milliseconds from leaving the
// one before until it was shown, and until everything on it answered.
import { createRequire } from 'node:module';

const [executablePath, base, email, password, visits, screens] = process.argv.slice(2);
const { chromium } = createRequire(new URL('../../../end2end/', import.meta.url))('@playwright/test');

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
await page.addInitScript(() => {
  const look = () => {
    if (document.querySelector('html[data-ready]')) globalThis.readyAfter ??= performance.now();
  };
  new MutationObserver(look).observe(document, { attributes: true, subtree: true, attributeFilter: ['data-ready'] });
});
const settled = () => page.waitForFunction(() => globalThis.readyAfter !== undefined);

await page.goto(`${base}/admin/sign-in`);
await page.getByLabel('E-mail').fill(email);
await page.getByLabel('Password').fill(password);
await page.getByRole('button', { name: 'Sign in' }).click();
await page.waitForURL(`${base}/admin`);

const taken = {};
for (const screen of JSON.parse(screens)) {
  taken[screen] = { shown: [], ready: [] };
  for (let visit = 0; visit < Number(visits); visit += 1) {
    await page.goto(`${base}/admin/account`);
    await settled();
    // As a link does.
    await page.evaluate((to) => location.assign(to), screen);
    await page.waitForURL(base + screen);
    await settled();
    const { shown, ready } = await page.evaluate(() => ({
      shown: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? globalThis.readyAfter,
      ready: globalThis.readyAfter,
    }));
    if (visit > 0) {
      taken[screen].shown.push(shown);
      taken[screen].ready.push(ready);
    }
  }
}
console.log(JSON.stringify(taken));
await browser.close();
