import { resolve } from 'node:path';

import { inGerman, pages } from '../demo.ts';
import { openPersonalised, test, THEMES, WIDTHS } from '../fixtures.ts';

/** Pictures of every page, to be looked at: `npm run screenshots`. */
const FOLDER = resolve(import.meta.dirname, '../screenshots');
const SHOTS: Record<string, string> = {
  ...Object.fromEntries(pages.map(({ id, path }) => [id, path])),
  'home-de': inGerman('/'),
  'not-found': '/no-such-page',
  admin: '/admin',
};

for (const [name, path] of Object.entries(SHOTS)) {
  for (const width of WIDTHS) {
    for (const theme of THEMES) {
      test(`${name} at ${width} px, ${theme}`, async ({ page }) => {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme: theme });
        await page.goto(path, { waitUntil: 'networkidle' });
        await page.screenshot({ path: `${FOLDER}/${name}-${width}-${theme}.png`, fullPage: true, animations: 'disabled' });
      });
    }
  }
}

test('the picture of the README: two visitors of one page', async ({ page }) => {
  const figures: string[] = [];
  await page.setViewportSize({ width: 1200, height: 780 });
  for (const [address, open] of [
    ['/', () => page.goto('/')],
    ['/?utm_source=linkedin', () => openPersonalised(page, '/?utm_source=linkedin')],
  ] as const) {
    await open();
    await page.waitForLoadState('networkidle');
    const shot = (await page.screenshot({ animations: 'disabled' })).toString('base64');
    figures.push(`<figure><figcaption>${address}</figcaption><img src="data:image/png;base64,${shot}" alt=""></figure>`);
  }
  await page.setViewportSize({ width: 1440, height: 544 });
  await page.setContent(`<style>
    body { margin: 0; padding: 24px 32px; background: #dfe3e2; display: grid; grid-template-columns: 1fr 1fr; gap: 24px }
    figure { margin: 0 }
    figcaption { font: 600 17px monospace; color: #0d1519; margin: 4px 2px 12px }
    img { display: block; width: 100%; border-radius: 8px; box-shadow: 0 6px 24px #0d151933 }
  </style>${figures.join('')}`);
  await page.screenshot({ path: `${FOLDER}/readme.png` });
});
