import type { Page } from '@playwright/test';

import { open, signIn } from '../accounts.ts';
import { expect, test } from '../fixtures.ts';
import { SCREENS } from '../screens.ts';

/** More stops than any screen has. */
const MOST_STOPS = 400;

/** What has the focus: how it is called, and what is wrong with how it shows. */
type Stop = { name: string; wrong: string };

/** Looks at what has the focus; nothing is returned where the document begins anew. */
function stop(page: Page): Promise<Stop | undefined> {
  return page.evaluate(() => {
    const focused = document.activeElement;
    if (!focused || focused === document.body) return undefined;
    const name = focused.outerHTML.slice(0, 160);
    // Something in a preview has the focus, and marks it as landing pages do.
    if (focused.localName === 'iframe') return { name, wrong: '' };
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(focused);
    const { left, top, right, bottom } = focused.getBoundingClientRect();
    const isMarked = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
    // A field inside a drawn box is marked by that box.
    const marksBox = focused.matches('[type=search]') && focused.closest('.focus-within\\:border-accent');
    if (!isMarked && boxShadow === 'none' && !marksBox) return { name, wrong: 'nothing marks it' };
    // The middle of what of it is inside the window.
    const [x, y] = [
      (Math.max(left, 0) + Math.min(right, innerWidth)) / 2,
      (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2,
    ];
    const seen = document.elementsFromPoint(x, y).slice(0, 1);
    const isSeen = seen.some((element) => focused.contains(element) || element.contains(focused));
    return { name, wrong: isSeen ? '' : `something lies on it at ${x}, ${y}: ${seen[0]?.outerHTML.slice(0, 80)}` };
  });
}

test.describe('every screen', () => {
  test.beforeEach(({ page }) => signIn(page, 'admin'));

  for (const screen of SCREENS) {
    test(`${screen} is walked through with the Tab key, and one sees where one is`, async ({ page }) => {
      await open(page, screen);
      const wrong: string[] = [];
      let stops = 0;
      for (; stops < MOST_STOPS; stops += 1) {
        await page.keyboard.press('Tab');
        const found = await stop(page);
        if (!found) break;
        if (found.wrong) wrong.push(`${found.wrong}: ${found.name}`);
      }
      expect(wrong).toEqual([]);
      // The menu, the palette, the account and the screen itself; and the walk has an end.
      expect(stops).toBeGreaterThan(10);
      expect(stops).toBeLessThan(MOST_STOPS);
    });
  }
});

test('the first stop leads past the navigation', async ({ page }) => {
  await signIn(page, 'viewer');
  await open(page, '/admin/pages');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await expect(page.getByLabel('Address, title or intent')).toBeFocused();
});

test('the palette keeps the keyboard, shows what is chosen, and gives the focus back', async ({ page }) => {
  await signIn(page, 'admin');
  await open(page, '/admin');
  const opener = page.getByRole('button', { name: /Go to/ });
  await opener.focus();
  await page.keyboard.press('Enter');
  const field = page.getByRole('combobox', { name: 'Where to' });
  for (const key of ['Tab', 'Shift+Tab']) {
    await page.keyboard.press(key);
    await expect(field).toBeFocused();
  }
  await page.keyboard.press('ArrowUp');
  const last = page.getByRole('option').last();
  await expect(last).toHaveAttribute('aria-selected', 'true');
  await expect(last).toBeInViewport({ ratio: 1 });
  await page.keyboard.press('Escape');
  await expect(field).toBeHidden();
  await expect(opener).toBeFocused();
});

test('a question keeps the keyboard until it is answered, begins at what changes nothing, and gives the focus back', async ({
  page,
}) => {
  await signIn(page, 'viewer');
  await open(page, '/admin/account');
  const opener = page.getByRole('button', { name: 'Sign out everywhere' }).first();
  await opener.focus();
  await page.keyboard.press('Enter');
  const question = page.getByRole('dialog', { name: 'Sign out everywhere?' });
  const cancel = question.getByRole('button', { name: 'Cancel' });
  const confirm = question.getByRole('button', { name: 'Sign out everywhere' });
  await expect(cancel).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(confirm).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(cancel).toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await expect(confirm).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(question).toBeHidden();
  await expect(opener).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect(question).toBeHidden();
  await expect(opener).toBeFocused();
});

test('the menus open with Enter, close with Escape, and do not stay open behind what is done next', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await signIn(page, 'viewer');
  await open(page, '/admin');
  for (const [name, first] of [
    ['Menu', page.getByRole('navigation', { name: 'Menu' }).getByRole('link', { name: 'Home' })],
    ['Your account', page.getByRole('button', { name: 'System' })],
  ] as const) {
    const summary = page.locator('summary').filter({ hasText: new RegExp(`^.?${name}$`) });
    await summary.focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await expect(first).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(first).toBeHidden();
    await expect(summary).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(first).toBeVisible();
    await page.getByRole('main').click({ position: { x: 4, y: 500 } });
    await expect(first).toBeHidden();
  }
});

test('blocks and conditions are moved by keyboard, and the focus goes with them', async ({ page }) => {
  await signIn(page, 'admin');
  await open(page, '/admin/segments/new');
  for (let count = 0; count < 2; count += 1) await page.getByRole('button', { name: 'Condition', exact: true }).press('Enter');
  const attributes = page.getByLabel('Attribute', { exact: true });
  await attributes.first().selectOption('Device');
  await page.getByRole('button', { name: 'Move down: Device' }).press('Enter');
  await expect(attributes.last()).toHaveValue('device');
  await expect(page.getByRole('button', { name: /Move (down|up): Device/ }).and(page.locator(':focus'))).toHaveCount(1);

  await open(page, '/admin/pages/1');
  await page.getByRole('button', { name: 'Move down Logos' }).press('Enter');
  await expect(page.getByRole('button', { name: 'Move down Logos' })).toBeFocused();
  await page.getByRole('button', { name: 'Move down Logos' }).press('Enter');
  await expect(page.getByRole('button', { name: 'Move down Logos' })).toBeFocused();
});
