import { expect, test } from '../fixtures.ts';

import { open, signIn } from '../accounts.ts';

test('ticking all variants counts them, and publishing them can be undone', async ({ page }) => {
  await signIn(page, 'publisher');
  await open(page, '/admin/variants?q=field+service&sort=name');
  const boxes = page.locator('tbody input[type=checkbox]');
  const count = await boxes.count();
  expect(count).toBeGreaterThan(1);

  await page.getByLabel('Select all on this page').check();
  await expect(page.getByText(`${count} selected`)).toBeVisible();
  await boxes.first().uncheck();
  await expect(page.getByText(`${count - 1} selected`)).toBeVisible();

  // Visitors see them: that takes a second look.
  await page.getByRole('button', { name: 'Archive' }).click();
  const warning = page.getByRole('alert').filter({ hasText: 'shown to visitors now' });
  await expect(warning).toContainText(`These ${count - 1} variants`);
  await page.getByLabel('Yes, also those that visitors see now').check();
  await page.getByRole('button', { name: 'Archive' }).click();
  const notice = page.getByRole('status').filter({ hasText: 'archived' });
  await expect(notice).toContainText(`${count - 1} variants are archived`);
  await expect(page).toHaveURL(/q=field\+service/);
  await expect(page.locator('tbody').getByText('Archived')).toHaveCount(count - 1);

  await notice.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText(/stand as they did before/)).toBeVisible();
  await expect(page.locator('tbody').getByText('Archived')).toHaveCount(0);
});

test('what can be done with several is there once one is ticked', async ({ page }) => {
  await signIn(page, 'publisher');
  await open(page, '/admin/variants');
  const publish = page.getByRole('button', { name: 'Publish' });
  await expect(publish).toBeHidden();
  const first = page.locator('tbody input[type=checkbox]').first();
  await first.check();
  await expect(publish).toBeVisible();
  await first.uncheck();
  await expect(publish).toBeHidden();
});

test('variants are found by meaning, without JavaScript too', async ({ browser }) => {
  const context = await browser.newContext({
    javaScriptEnabled: false,
    baseURL: process.env.LANDFALL_URL,
  });
  const page = await context.newPage();
  await signIn(page, 'viewer');
  await page.goto('/admin/variants');
  await expect(page.getByRole('checkbox')).toHaveCount(0);
  await page.getByLabel('Search variants').fill('goods that must stay frozen');
  await page.getByLabel('By meaning').check();
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page.getByRole('columnheader', { name: 'Similarity' })).toBeVisible();
  await expect(page.locator('tbody tr').first()).toContainText(/cold/i);
  await page.getByRole('link', { name: 'Drafts' }).click();
  await expect(page).toHaveURL(/by=meaning/);
  await expect(page).toHaveURL(/status=draft/);
  await context.close();
});
