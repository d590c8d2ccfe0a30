import type { Page } from '@playwright/test';

import { open, signIn } from '../accounts.ts';
import { expect, expectAccessible, expectNoOverflow, test, THEMES } from '../fixtures.ts';

const SCREENS = [
  '/admin/segments',
  '/admin/segments/new',
  '/admin/segments/after-hours',
  '/admin/segments/default',
  '/admin/segments/smb/history',
  '/admin/segments/smb/delete',
  '/admin/segments/tester',
];

const claimed = (page: Page) => page.getByRole('status').filter({ hasText: 'belongs to' });

for (const theme of THEMES) {
  test(`every segment screen hydrates and is accessible in the ${theme} theme`, async ({ page, complaints }) => {
    await signIn(page, 'publisher');
    await page.emulateMedia({ colorScheme: theme });
    for (const screen of SCREENS) {
      await open(page, screen);
      await expectAccessible(page);
    }
    expect(complaints).toEqual([]);
  });
}

test('nothing sticks out of a narrow window', async ({ page }) => {
  await signIn(page, 'publisher');
  for (const width of [360, 390, 768]) {
    await page.setViewportSize({ width, height: 900 });
    for (const screen of SCREENS) {
      await open(page, screen);
      await expectNoOverflow(page);
    }
  }
});

test('a marketer builds a condition, tries it and saves it', async ({ page, complaints }) => {
  await signIn(page, 'publisher');
  await open(page, '/admin/segments/new');
  await page.getByLabel('Name', { exact: true }).fill('Bakers in the Alps');
  await page.getByLabel('Description').fill('Bakeries in mountain villages.');
  await expect(page.getByText('30 of 400')).toBeVisible();
  await page.getByRole('button', { name: 'Condition' }).click();
  await expect(page.getByLabel('Attribute').first()).toBeFocused();
  await page.getByLabel('Attribute').first().selectOption('Country');
  await page.getByLabel('How Country is compared').selectOption('is one of');
  await page.getByRole('button', { name: 'AT', exact: true }).click();
  await page.getByRole('button', { name: 'CH', exact: true }).click();
  await expect(page.getByLabel(/^Value/).first()).toHaveValue('AT, CH');
  await page.getByRole('button', { name: 'Group' }).click();
  await page.getByLabel('Attribute').nth(1).selectOption('Parameter of the address');
  await page.getByLabel('Parameter of the address: name').fill('trade');
  await page.getByLabel(/^Value/).nth(1).fill('bakery');

  const status = page.getByRole('status').filter({ hasText: 'This visitor' }).first();
  await expect(status).toContainText('does not match');
  await page.getByLabel('Country', { exact: true }).fill('CH');
  await page.getByText('More about this visitor').click();
  await page.getByLabel('Parameters and cookies').fill('query.trade=bakery');
  await expect(status).toContainText('This visitor matches');

  await page.getByRole('button', { name: 'Make the segment' }).click();
  await expect(page).toHaveURL(/notice=segment-created/);
  const row = page.getByRole('listitem').filter({ hasText: 'bakers-in-the-alps' });
  await expect(row).toContainText('Parameter of the address trade is bakery');

  await row.getByRole('link', { name: 'Bakers in the Alps' }).click();
  await page.locator('html[data-ready]').waitFor();
  await expect(page.getByLabel(/^Value/).first()).toHaveValue('AT, CH');
  await expect(page.getByLabel(/^Value/).nth(1)).toHaveValue('bakery');
  await page.getByRole('link', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete the segment' }).click();
  await expect(page).toHaveURL(/notice=segment-deleted/);
  await expect(page.getByText('bakers-in-the-alps')).toHaveCount(0);
  expect(complaints).toEqual([]);
});

test('parts are moved, removed and marked by keyboard alone', async ({ page }) => {
  await signIn(page, 'publisher');
  await open(page, '/admin/segments/dach');
  await page.getByRole('button', { name: 'Condition' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByText('Give a value.')).toBeVisible();
  await page.getByRole('button', { name: 'Move up: Campaign source' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Move up: Campaign source' })).toBeFocused();
  await expect(page.getByLabel('Attribute').first()).toHaveValue('utm.source');
  await page.getByRole('button', { name: 'Remove: Campaign source' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Attribute')).toHaveCount(1);
  await expect(page.getByRole('button', { name: 'Condition' })).toBeFocused();
});

test('the builder and JSON text change into each other', async ({ page }) => {
  await signIn(page, 'publisher');
  await open(page, '/admin/segments/after-hours');
  await page.getByRole('button', { name: 'Edit as JSON' }).click();
  const text = page.getByLabel('Condition as JSON');
  await expect(text).toHaveValue(/"\$or"/);
  await text.fill('{"device": {"$gt": tru');
  await expect(text).toHaveAccessibleDescription(/not valid JSON/);
  await page.getByRole('button', { name: 'Back to the builder' }).click();
  await expect(text).toBeVisible();
  await text.fill('{"device": "mobile", "tags": {"$size": 2}}');
  await page.getByRole('button', { name: 'Back to the builder' }).click();
  await expect(page.getByLabel('Value', { exact: true })).toHaveValue('mobile');
  await expect(page.getByText('There are no words for this part.')).toBeVisible();
  await expect(page.locator('input[name=condition]')).toHaveValue(/"\$size": 2/);
});

test('the tester says who claims a visitor and why', async ({ page }) => {
  await signIn(page, 'viewer');
  await open(page, '/admin/segments/tester');
  await expect(claimed(page)).toContainText('Enterprise');
  await page.getByRole('button', { name: 'From a Google ad' }).click();
  await expect(claimed(page)).toContainText('Small and mid-sized fleets');
  await expect(page.getByLabel('Country', { exact: true })).toHaveValue('GB');
  await page.getByRole('button', { name: 'Nothing known' }).click();
  await expect(claimed(page)).toContainText('Everyone else');
  await page.getByLabel('Campaign source').fill('bing');
  await expect(claimed(page)).toContainText('Small and mid-sized fleets');
  await page.getByRole('button', { name: 'A crawler' }).click();
  await expect(claimed(page)).toContainText('Everyone else');
  await page.getByLabel('Device', { exact: true }).selectOption('mobile');
  await page.getByRole('button', { name: 'Link to this visitor' }).click();
  await expect(page).toHaveURL(/device=mobile/);
  await expect(page.getByLabel('Device', { exact: true })).toHaveValue('mobile');
});

test('segments are ordered by dragging and by buttons', async ({ page }) => {
  await signIn(page, 'publisher');
  await open(page, '/admin/segments');
  const rows = page.locator('[data-row]');
  const first = await rows.nth(0).getAttribute('data-row');
  const second = await rows.nth(1).getAttribute('data-row');
  await rows.nth(1).getByRole('button', { name: /up$/ }).press('Enter');
  await expect(page).toHaveURL(/notice=segments-ordered/);
  await expect(rows.nth(0)).toHaveAttribute('data-row', second ?? '');
  await page.locator('html[data-ready]').waitFor();
  const below = await rows.nth(1).boundingBox();
  const targetPosition = { x: 60, y: (below?.height ?? 0) * 0.75 };
  await rows.nth(0).locator('[data-handle]').dragTo(rows.nth(1), { targetPosition });
  await expect(rows.nth(0)).toHaveAttribute('data-row', first ?? '');
  await expect(page.getByText('The order is saved.')).toBeVisible();
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });
  test('a condition is saved as text', async ({ page }) => {
    await signIn(page, 'publisher');
    await page.goto('/admin/segments/uk');
    await expect(page.getByLabel('Condition', { exact: true })).toHaveValue(/geo.country/);
    await page.getByLabel('Name', { exact: true }).fill('Great Britain');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('The segment is saved.')).toBeVisible();
    await expect(page.getByRole('link', { name: 'Great Britain' })).toBeVisible();
  });
});
