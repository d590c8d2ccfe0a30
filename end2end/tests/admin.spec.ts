import type { Page } from '@playwright/test';

import { expect, expectAccessible, expectNoOverflow, test, THEMES, WIDTHS } from '../fixtures.ts';

const CONDITION = '{"device": "tablet"}';
const MATCHES = 'This visitor matches';
const DIFFERS = 'This visitor does not match';

/** Opens the admin and waits until the browser has taken it over. */
async function openHydrated(page: Page) {
  await page.goto('/admin');
  await expect(page.getByRole('button', { name: 'Link to this test' })).toBeVisible();
}

test('the admin hydrates without a complaint of the browser', async ({ page, complaints }) => {
  await openHydrated(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Condition tester');
  await expect(page).toHaveTitle('Condition tester · Landfall admin');
  await page.getByRole('textbox', { name: 'Condition' }).fill(CONDITION);
  await expect(page.getByRole('status')).toContainText(DIFFERS);
  expect(complaints).toEqual([]);
});

test('typing a condition or a visitor changes the result', async ({ page }) => {
  await openHydrated(page);
  const status = page.getByRole('status');
  const condition = page.getByRole('textbox', { name: 'Condition' });
  await expect(status).toContainText(MATCHES);
  await condition.fill(CONDITION);
  await expect(status).toContainText(DIFFERS);
  await expect(page.getByRole('row', { name: /device/ })).toContainText('"mobile"');
  await page.getByRole('textbox', { name: 'Visitor' }).fill('{"device": "tablet"}');
  await expect(status).toContainText(MATCHES);
  await condition.press('End');
  await condition.press('Backspace');
  await expect(status).toContainText('No result yet');
  await expect(condition).toHaveAttribute('aria-invalid', 'true');
  await expect(condition).toHaveAccessibleDescription(/not valid JSON/);
  await condition.pressSequentially('}');
  await expect(status).toContainText(MATCHES);
  await expect(condition).not.toHaveAttribute('aria-invalid');
});

test('an example fills in its condition without loading the page anew', async ({ page }) => {
  await openHydrated(page);
  await page.evaluate(() => Object.assign(window, { stayed: true }));
  await page.getByRole('button', { name: 'Recent desktop browser' }).click();
  await expect(page.getByRole('textbox', { name: 'Condition' })).toHaveValue(/"browser.version"/);
  await expect(page.getByRole('status')).toContainText(DIFFERS);
  expect(await page.evaluate(() => 'stayed' in window)).toBe(true);
});

test('a test can be linked to', async ({ page }) => {
  await openHydrated(page);
  await page.getByRole('textbox', { name: 'Condition' }).fill(CONDITION);
  await page.getByRole('button', { name: 'Link to this test' }).click();
  await expect(page).toHaveURL(/condition=/);
  await page.goto(page.url());
  await expect(page.getByRole('textbox', { name: 'Condition' })).toHaveValue(CONDITION);
  await expect(page.getByRole('status')).toContainText(DIFFERS);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });
  test('the server answers a form', async ({ page }) => {
    await page.goto('/admin');
    await expect(page.getByRole('status')).toContainText(MATCHES);
    await page.getByRole('textbox', { name: 'Condition' }).fill(CONDITION);
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await expect(page.getByRole('textbox', { name: 'Condition' })).toHaveValue(CONDITION);
    await expect(page.getByRole('status')).toContainText(DIFFERS);
    await page.getByRole('button', { name: /^A campaign.s visitor$/ }).click();
    await expect(page.getByRole('status')).toContainText(MATCHES);
  });
});

for (const theme of THEMES) {
  test(`the admin is accessible in the ${theme} theme`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: theme });
    await openHydrated(page);
    await expectAccessible(page);
    await page.getByRole('textbox', { name: 'Condition' }).fill('{"device": ');
    await expect(page.getByRole('status')).toContainText('No result yet');
    await expectAccessible(page);
  });
}

for (const width of WIDTHS) {
  test(`nothing of the admin sticks out of a window of ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await openHydrated(page);
    await expectNoOverflow(page);
  });
}
