import type { Page } from '@playwright/test';

import { signIn } from '../accounts.ts';
import { makePage } from '../content.ts';
import { expect, test } from '../fixtures.ts';

/**
 * Opens a screen whose program arrives only when the function that is returned is called. Until then
 * nothing on it reacts, and people type all the same.
 */
async function openSlowly(page: Page, target: string): Promise<() => Promise<void>> {
  let arrive = () => {};
  const arrived = new Promise<void>((done) => (arrive = done));
  await page.route('**/*.wasm', async (route) => {
    await arrived;
    await route.continue();
  });
  await page.goto(target, { waitUntil: 'commit' });
  await page.getByRole('heading', { level: 1 }).waitFor();
  return async () => {
    await expect(page.locator('html[data-ready]')).toHaveCount(0);
    arrive();
    await page.locator('html[data-ready]').waitFor();
  };
}

/** Makes a variant of the demo's pricing page that has a title of its own. */
async function makeVariant(page: Page): Promise<number> {
  const answer = await page.request.post('/admin/api/variants/save', {
    form: {
      base: '0',
      key: 'new:early',
      page: 'pricing',
      locale: 'en',
      name: 'Early',
      segment: 'smb',
      content: JSON.stringify({ title: 'Not yet' }),
    },
    headers: { accept: 'application/json' },
  });
  expect(answer.status(), await answer.text()).toBe(200);
  return ((await answer.json()) as { id: number }).id;
}

test.beforeEach(({ page }) => signIn(page, 'publisher'));

test('what is typed into a variant before the editor is ready is saved', async ({ page, complaints }) => {
  const screen = `/admin/variants/${await makeVariant(page)}`;
  const ready = await openSlowly(page, screen);
  await page.getByLabel('Name', { exact: true }).fill('Earlier');
  await page.getByLabel('Who sees it').selectOption('enterprise');
  await page.getByLabel('Title', { exact: true }).fill('Already');
  await ready();
  await expect(page.getByText('7/120')).toBeVisible();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('All changes are saved')).toBeVisible();
  await page.unroute('**/*.wasm');
  await page.goto(screen);
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Earlier');
  await expect(page.getByLabel('Who sees it')).toHaveValue('enterprise');
  await expect(page.getByLabel('Title', { exact: true })).toHaveValue('Already');
  expect(complaints).toEqual([]);
});

test('what is typed into a segment before the builder is ready is saved', async ({ page, complaints }) => {
  const made = await page.request.post('/admin/api/segments/create', {
    form: {
      name: 'Early birds',
      description: 'Those who come early.',
      condition: '{"utm.source": "dawn"}',
    },
    headers: { accept: 'application/json' },
  });
  expect(made.status(), await made.text()).toBe(200);
  const ready = await openSlowly(page, '/admin/segments/early-birds');
  await page.getByLabel('Description').fill('Those who come before everybody else.');
  await page.getByLabel('Value', { exact: true }).fill('midnight');
  await ready();
  await expect(page.getByText('37 of 400')).toBeVisible();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page).toHaveURL(/notice=segment-saved/);
  await page.unroute('**/*.wasm');
  await page.goto('/admin/segments/early-birds');
  await expect(page.getByLabel('Description')).toHaveValue('Those who come before everybody else.');
  await expect(page.locator('input[name=condition]')).toHaveValue(/"midnight"/);
  expect(complaints).toEqual([]);
});

test('what is typed into a page before the blocks are ready is saved', async ({ page, complaints }) => {
  const screen = await makePage(page, 'early', 'A page that is edited early.', 'Not yet');
  const ready = await openSlowly(page, screen);
  await page.getByLabel('Intent').fill('A page that is edited before it is ready.');
  await page.getByLabel('Title', { exact: true }).fill('Already');
  await ready();
  // The search result follows the title.
  await expect(page.locator('p').filter({ hasText: /^Already$/ })).toBeVisible();
  await page.getByRole('button', { name: 'Save and show to visitors' }).click();
  await expect(page).toHaveURL(/notice=page-saved/);
  await page.unroute('**/*.wasm');
  await page.goto(screen);
  await expect(page.getByLabel('Intent')).toHaveValue('A page that is edited before it is ready.');
  await expect(page.getByLabel('Title', { exact: true })).toHaveValue('Already');
  expect(complaints).toEqual([]);
});

test('nothing is chosen anew where nobody was early', async ({ page }) => {
  const ready = await openSlowly(page, '/admin/preview?page=/pricing');
  await page.evaluate(() => {
    const counter = window as unknown as { changes: number };
    counter.changes = 0;
    document.addEventListener('change', () => (counter.changes += 1), true);
  });
  await ready();
  expect(await page.evaluate(() => (window as unknown as { changes: number }).changes)).toBe(0);
  await expect(page).toHaveURL(/\/admin\/preview\?page=\/pricing$/);
});
