import { open, signIn } from '../accounts.ts';
import { expect, expectNoOverflow, test } from '../fixtures.ts';

test('the spaces are listed, and a viewer changes none', async ({ page }) => {
  await signIn(page, 'viewer');
  await open(page, '/admin/spaces');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Embeddings');
  await expect(page.getByText('all-MiniLM-L6-v2')).toBeVisible();
  await expect(page.getByText('Decides', { exact: true })).toBeVisible();
  await expect(page.locator('main form')).toHaveCount(0);
});

test('the screen of spaces fits a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await signIn(page, 'admin');
  await open(page, '/admin/spaces');
  await expectNoOverflow(page);
});
