import { addresses, defaultHeadline, inGerman, pages } from '../demo.ts';
import { expect, expectAccessible, expectNoOverflow, test, THEMES, WIDTHS } from '../fixtures.ts';

const NOWHERE = '/no-such-page';

test('the page’s own menu switches the language and keeps the page', async ({ page }) => {
  await page.goto('/pricing');
  await page.getByRole('button', { name: 'Language: English' }).click();
  await page.getByRole('navigation', { name: 'Language' }).getByRole('link', { name: 'Deutsch' }).click();
  await expect(page).toHaveURL(/\/de\/pricing$/);
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(defaultHeadline('pricing', 'de'));
  await page.getByRole('button', { name: 'Sprache: Deutsch' }).click();
  await page.getByRole('navigation', { name: 'Sprache' }).getByRole('link', { name: 'English' }).click();
  await expect(page).toHaveURL(/\/pricing$/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(defaultHeadline('pricing'));
});

test('on a phone the menu opens and leads on', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto('/');
  const link = page.getByRole('banner').getByRole('link', { name: 'Pricing' });
  await expect(link).toBeHidden();
  await page.getByRole('button', { name: 'Menu' }).click();
  await link.click();
  await expect(page).toHaveURL(/\/pricing$/);
});

test('the keyboard skips to the content', async ({ page }) => {
  await page.goto('/');
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to content' });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('every block of a page can be read', async ({ page }) => {
    for (const { path, contents } of pages) {
      await page.goto(path);
      const { blocks } = contents.en;
      const headings = blocks.flatMap(({ headline, heading }) => headline ?? heading ?? []);
      for (const heading of headings) {
        await expect(page.getByRole('heading', { name: heading, exact: true })).toBeVisible();
      }
      expect(headings.length).toBeGreaterThan(1);
    }
  });

  test('a question opens its answer', async ({ page }) => {
    await page.goto('/pricing');
    const entry = page.getByRole('group').filter({ has: page.locator('summary') }).first();
    const answer = entry.locator('p');
    await expect(answer).toBeHidden();
    await entry.locator('summary').click();
    await expect(answer).toBeVisible();
  });

  test('the language can be switched', async ({ page }) => {
    await page.goto('/security');
    await page.getByRole('contentinfo').getByRole('link', { name: 'Deutsch' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(defaultHeadline('security', 'de'));
  });
});

test('no page carries a script other than JSON-LD', async ({ request }) => {
  for (const address of [...addresses, NOWHERE]) {
    const html = await (await request.get(address)).text();
    const scripts = html.match(/<script[^>]*>/g) ?? [];
    for (const tag of scripts) expect(tag).toMatch(/^<script type="?application\/ld\+json"?>$/);
    expect(scripts).toHaveLength(address === NOWHERE ? 0 : 1);
    expect(html).not.toMatch(/\son[a-z]+=|javascript:/i);
  }
});

test('every internal link leads to a page and to a place in it', async ({ page, request }) => {
  const open = new Set(addresses);
  const known = new Map<string, string[]>();
  const fragments: [from: string, address: string, fragment: string][] = [];
  for (const address of open) {
    expect((await page.goto(address))?.status(), address).toBe(200);
    const { links, ids } = await page.evaluate(() => ({
      links: Array.from(document.querySelectorAll('a[href]'), (link) => (link as HTMLAnchorElement).href),
      ids: Array.from(document.querySelectorAll('[id]'), ({ id }) => id),
    }));
    known.set(address, ids);
    const origin = new URL(page.url()).origin;
    for (const link of links.map((text) => new URL(text)).filter((link) => link.origin === origin)) {
      open.add(link.pathname);
      if (link.hash) fragments.push([address, link.pathname, link.hash.slice(1)]);
    }
    for (const { pathname } of await resources(page.url(), page)) {
      expect((await request.get(pathname)).status(), pathname).toBe(200);
    }
  }
  expect(known.size).toBe(addresses.length);
  for (const [from, address, fragment] of fragments) {
    expect(known.get(address), `#${fragment} on ${from}`).toContain(fragment);
  }
});

test('the 404 page says what happened and leads on', async ({ page }) => {
  const answer = await page.goto(NOWHERE);
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('There is no page here');
  const links = page.getByRole('main').getByRole('link');
  await expect(links).toHaveCount(pages.length);
  await links.filter({ hasText: pages.find(({ id }) => id === 'pricing')?.contents.en.title }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(defaultHeadline('pricing'));
});

test('a German 404 page is German', async ({ page }) => {
  expect((await page.goto(inGerman(NOWHERE)))?.status()).toBe(404);
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Diese Seite gibt es nicht');
});

test('the browser has nothing to complain about, policy violations included', async ({ page, complaints }) => {
  for (const address of addresses) {
    await page.goto(address);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  }
  expect(complaints).toEqual([]);
});

for (const width of WIDTHS) {
  test(`nothing sticks out of a window of ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    for (const address of [...addresses, NOWHERE]) {
      await page.goto(address);
      await expectNoOverflow(page);
    }
  });
}

for (const theme of THEMES) {
  for (const { path } of [...pages, { path: NOWHERE }]) {
    test(`${path} is accessible in the ${theme} theme`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: theme });
      await page.goto(path);
      // Closed answers are text too.
      await page.evaluate(() => document.querySelectorAll('details').forEach((entry) => (entry.open = true)));
      await expectAccessible(page);
    });
  }
}

/** What a page's head and body load from this server. */
async function resources(base: string, page: import('@playwright/test').Page): Promise<URL[]> {
  const found = await page.evaluate(() =>
    Array.from(document.querySelectorAll('img[src], link[rel=icon]'), (element) =>
      element.getAttribute('src') ?? element.getAttribute('href') ?? '',
    ),
  );
  return found.map((text) => new URL(text, base)).filter(({ origin }) => origin === new URL(base).origin);
}
