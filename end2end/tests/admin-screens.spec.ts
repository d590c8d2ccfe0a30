import { open, signIn } from '../accounts.ts';
import { expect, expectAccessible, expectNoOverflow, test, THEMES, WIDTHS } from '../fixtures.ts';
import { SCREENS } from '../screens.ts';

test.beforeEach(({ page }) => signIn(page, 'admin'));

for (const theme of THEMES) {
  for (const screen of SCREENS) {
    test(`${screen} is accessible and without complaints, ${theme}`, async ({ page, complaints }) => {
      await page.emulateMedia({ colorScheme: theme });
      await open(page, screen);
      await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
      await expectAccessible(page);
      expect(complaints).toEqual([]);
    });
  }
}

for (const width of [...WIDTHS, 1024]) {
  test(`nothing of any screen sticks out of a window of ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    for (const screen of SCREENS) {
      await test.step(screen, async () => {
        await open(page, screen);
        await expectNoOverflow(page);
      });
    }
  });
}

test('the palette goes anywhere by keyboard', async ({ page, complaints }) => {
  await open(page, '/admin');
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'Where to' });
  await expect(field).toBeFocused();
  await field.fill('seg new');
  await expect(page.getByRole('option')).toHaveText(['New segment']);
  await field.press('Enter');
  await expect(page).toHaveURL('/admin/segments/new');
  await page.keyboard.press('Control+k');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('combobox', { name: 'Where to' })).toBeHidden();
  expect(complaints).toEqual([]);
});

test('the palette finds pages, segments and variants', async ({ page, complaints }) => {
  await open(page, '/admin');
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'Where to' });
  // The last of many is scrolled to.
  await field.press('ArrowUp');
  await expect(page.getByRole('option', { selected: true })).toBeInViewport({ ratio: 1 });
  await field.fill('pricing');
  const options = page.getByRole('option');
  await expect(options.filter({ hasText: 'Page' }).first()).toContainText('/pricing');
  await expect(options.filter({ hasText: 'Variant' }).first()).toContainText('/pricing');
  await field.fill('no such thing');
  await expect(page.getByText('Nothing is called that.')).toBeVisible();
  await field.fill('enterprise');
  await expect(options.filter({ hasText: 'Segment' })).toHaveCount(1);
  await field.press('Enter');
  await expect(page).toHaveURL('/admin/segments/enterprise');
  expect(complaints).toEqual([]);
});

test('the look is chosen in the menu of the account and stays', async ({ page, complaints }) => {
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: 'light' });
  await open(page, '/admin/pages');
  const light = await background();
  await page.locator('summary', { hasText: 'Your account' }).click();
  await page.getByRole('button', { name: 'Dark' }).click();
  await expect(page).toHaveURL('/admin/pages');
  expect(await background()).not.toBe(light);
  await expectAccessible(page);
  await open(page, '/admin/segments');
  await page.locator('summary', { hasText: 'Your account' }).click();
  await expect(page.getByRole('button', { name: 'Dark' })).toHaveAttribute('aria-pressed', 'true');
  await page.getByRole('button', { name: 'Light' }).click();
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await background()).toBe(light);
  expect(complaints).toEqual([]);
});

test('a viewer is offered nothing they may not do', async ({ page }) => {
  await signIn(page, 'viewer');
  await open(page, '/admin');
  await expect(page.getByRole('link', { name: 'New variant' })).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'People' })).toHaveCount(0);
  const answer = await page.goto('/admin/people');
  expect(answer?.status()).toBe(403);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Not allowed');
  await expect(page.getByRole('main')).toContainText('This takes the role admin');
});
