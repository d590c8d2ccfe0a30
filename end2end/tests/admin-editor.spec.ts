import type { Page } from '@playwright/test';

import { open, signIn } from '../accounts.ts';
import { expect, expectAccessible, expectNoOverflow, test, THEMES } from '../fixtures.ts';

const frame = (page: Page) => page.frameLocator('#preview-frame');
const status = (page: Page) => page.getByRole('status').filter({ hasText: /change|sav/i });

/** Makes a variant of the demo's pricing page and opens it. */
async function openNew(page: Page, name: string) {
  const answer = await page.request.post('/admin/api/variants/save', {
    form: {
      base: '0',
      key: 'new:0-en',
      page: 'pricing',
      locale: 'en',
      name,
      segment: 'smb',
      content: JSON.stringify({ title: `Title of ${name}` }),
    },
    headers: { accept: 'application/json' },
  });
  expect(answer.status(), await answer.text()).toBe(200);
  const { id } = (await answer.json()) as { id: number };
  await open(page, `/admin/variants/${id}`);
  return id;
}

/** Overrides the page's opening, and gives its headline. */
async function overrideHero(page: Page) {
  await page.getByRole('button', { name: 'Override: Hero' }).click();
  return page.getByLabel('Headline', { exact: true });
}

test.beforeEach(({ page }) => signIn(page, 'publisher'));

test('what is typed shows in the preview, and its length beside the field', async ({
  page,
  complaints,
}) => {
  await openNew(page, 'Typing');
  const shown = frame(page).getByRole('heading', { level: 1 });
  const font = () => shown.evaluate((heading) => getComputedStyle(heading).fontFamily);
  const usual = await font();
  const headline = await overrideHero(page);
  const field = page.locator('div', { has: headline }).last();
  await headline.fill('A price that fits');
  await expect(shown).toHaveText('A price that fits');
  expect(await font()).toBe(usual);
  await expect(page.getByText('17/120')).toHaveClass(/text-muted/);
  await headline.fill('x'.repeat(121));
  await expect(page.getByText('121/120')).toHaveClass(/text-bad/);
  await expect(field).toBeVisible();
  await headline.blur();
  await expect(headline).toHaveAttribute('aria-invalid', 'true');
  await expect(headline).toHaveAccessibleDescription(/121 characters long; the limit is 120/);
  await page.keyboard.press('Control+s');
  await expect(page.getByText('Not saved: correct what is marked below.')).toBeVisible();
  await expect(headline).toBeFocused();
  await headline.fill('A price that fits');
  await page.keyboard.press('Control+s');
  await expect(status(page)).toHaveText('All changes are saved');
  expect(complaints).toEqual([]);
});

test('a save is at once told of beside the publication, and can be published', async ({
  page,
  complaints,
}) => {
  await openNew(page, 'Twice published');
  const publishing = page.getByRole('button', { name: 'Publishing' });
  const panel = page.locator('#publishing-panel');
  await publishing.click();
  await panel.getByRole('button', { name: 'Publish now' }).click();
  await expect(page).toHaveURL(/notice=/);
  const headline = await overrideHero(page);
  await headline.fill('Published twice');
  await page.keyboard.press('Control+s');
  await expect(status(page)).toHaveText('All changes are saved');
  await publishing.click();
  await expect(panel).toContainText('Revision 2 has changes that are not published.');
  await panel.getByRole('button', { name: 'Publish now' }).click();
  await expect(page).toHaveURL(/notice=/);
  await publishing.click();
  await expect(panel).toContainText('Visitors see revision 2.');
  expect(complaints).toEqual([]);
});

test('the preview keeps its place and has three widths', async ({ page }) => {
  await openNew(page, 'Widths');
  const headline = await overrideHero(page);
  const scroll = () =>
    page.evaluate(() => {
      const view = document.querySelector<HTMLIFrameElement>('#preview-frame')?.contentDocument;
      return [view?.scrollingElement?.scrollTop, view?.documentElement.clientWidth];
    });
  for (const [name, width] of [['Phone 360', 360], ['Tablet 768', 768], ['Desktop 1280', 1280]] as const) {
    await page.getByRole('button', { name }).click();
    await expect.poll(async () => (await scroll())[1]).toBe(width);
  }
  await page.evaluate(() => {
    const view = document.querySelector<HTMLIFrameElement>('#preview-frame')?.contentDocument;
    view?.scrollingElement?.scrollTo({ top: 300, behavior: 'instant' });
  });
  await headline.fill('Still there');
  await expect(frame(page).getByRole('heading', { level: 1 })).toHaveText('Still there');
  // What is above may have become shorter or longer; what was in view stays there.
  expect((await scroll())[0]).toBeGreaterThan(200);
});

test('a block is overridden, and reverted, and the revert undone', async ({ page }) => {
  await openNew(page, 'Overrides');
  const inherited = await frame(page).getByRole('heading', { level: 1 }).innerText();
  const headline = await overrideHero(page);
  await expect(headline).toHaveValue(inherited);
  await headline.fill('Mine');
  await expect(frame(page).getByRole('heading', { level: 1 })).toHaveText('Mine');
  await page.getByRole('button', { name: 'Back to the page’s: Hero' }).click();
  await expect(frame(page).getByRole('heading', { level: 1 })).toHaveText(inherited);
  await expect(page.getByRole('button', { name: 'Override: Hero' })).toBeFocused();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(frame(page).getByRole('heading', { level: 1 })).toHaveText('Mine');
  const title = page.getByLabel('Title', { exact: true });
  await expect(title).toHaveValue('Title of Overrides');
  await page.getByRole('button', { name: 'Back to the page’s: Title' }).click();
  await expect(page.getByLabel('Title', { exact: true })).toHaveAttribute('readonly');
});

test('entries of a list are added, moved by the keyboard and by dragging, and removed', async ({
  page,
}) => {
  await openNew(page, 'Lists');
  await overrideHero(page);
  const points = page.getByRole('group', { name: 'Reassurances' }).getByRole('textbox');
  const texts = () => points.evaluateAll((all) => all.map((e) => (e as HTMLInputElement).value));
  await page.getByRole('button', { name: 'Override: Hero' }).waitFor({ state: 'detached' });
  for (let left = await points.count(); left > 0; left -= 1) {
    await page.getByRole('button', { name: 'Remove Reassurance 1' }).click();
    await expect(points).toHaveCount(left - 1);
  }
  await page.getByRole('button', { name: 'Add reassurance' }).click();
  await expect(points.nth(0)).toBeFocused();
  await page.keyboard.type('one');
  await page.keyboard.press('Enter');
  await expect(points.nth(1)).toBeFocused();
  await page.keyboard.type('two');
  await page.keyboard.press('Enter');
  await expect(points.nth(2)).toBeFocused();
  await page.keyboard.type('three');
  await page.getByRole('button', { name: 'Move up Reassurance 3' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByText('Reassurance 3 is now 2 of 3.')).toBeAttached();
  await expect(page.getByRole('button', { name: 'Move up Reassurance 2' })).toBeFocused();
  expect(await texts()).toEqual(['one', 'three', 'two']);
  const rows = page.getByRole('group', { name: 'Reassurances' }).getByRole('listitem');
  await rows.nth(0).locator('[data-handle]').dragTo(rows.nth(2));
  await expect.poll(texts).toEqual(['three', 'two', 'one']);
  await page.getByRole('button', { name: 'Remove Reassurance 2' }).click();
  expect(await texts()).toEqual(['three', 'one']);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(texts).toEqual(['three', 'two', 'one']);
});

test('what is typed survives a closed tab', async ({ page, context }) => {
  const id = await openNew(page, 'Drafts');
  const headline = await overrideHero(page);
  await headline.fill('Half a thought');
  await expect(status(page)).toHaveText('Unsaved changes, kept as a draft');
  await page.close();
  const again = await context.newPage();
  await open(again, `/admin/variants/${id}`);
  await expect(again.getByRole('heading', { name: 'You have unsaved changes' })).toBeVisible();
  await expect(again.getByRole('table')).toContainText('Half a thought');
  await again.getByRole('link', { name: 'Continue' }).click();
  await expect(again.getByLabel('Headline', { exact: true })).toHaveValue('Half a thought');
  await expect(frame(again).getByRole('heading', { level: 1 })).toHaveText('Half a thought');
  await again.locator('html[data-ready]').waitFor();
  await again.getByRole('button', { name: 'Save' }).click();
  await expect(status(again)).toHaveText('All changes are saved');
  await open(again, `/admin/variants/${id}`);
  await expect(again.getByLabel('Headline', { exact: true })).toHaveValue('Half a thought');
});

test('what is typed just before leaving is kept', async ({ page }) => {
  const id = await openNew(page, 'Leaving');
  const headline = await overrideHero(page);
  await headline.fill('Not even two seconds');
  // Between the last key and the next screen there is no time for an ordinary request.
  await page.evaluate(() => location.assign('/admin/pages'));
  await page.waitForURL('/admin/pages');
  await open(page, `/admin/variants/${id}`);
  await expect(page.getByRole('heading', { name: 'You have unsaved changes' })).toBeVisible();
  await expect(page.getByRole('table')).toContainText('Not even two seconds');
});

test('what is typed in two windows is kept for both', async ({ page, context }) => {
  const id = await openNew(page, 'Windows');
  const other = await context.newPage();
  await open(other, `/admin/variants/${id}`);
  for (const [window, words] of [[page, 'In the first'], [other, 'In the second']] as const) {
    await (await overrideHero(window)).fill(words);
    await expect(status(window)).toHaveText('Unsaved changes, kept as a draft');
  }
  await page.close();
  await other.close();
  const again = await context.newPage();
  await open(again, `/admin/variants/${id}`);
  await expect(again.getByRole('table')).toContainText('In the second');
  await again.getByRole('link', { name: 'Continue' }).click();
  await again.locator('html[data-ready]').waitFor();
  await again.getByRole('button', { name: 'Save' }).click();
  await expect(status(again)).toHaveText('All changes are saved');
  await open(again, `/admin/variants/${id}`);
  await expect(again.getByRole('alert')).toContainText('Another window of yours saved the variant');
  await expect(again.getByRole('table')).toContainText('In the first');
});

test('two people edit the same variant and nothing is overwritten silently', async ({
  page,
  browser,
}) => {
  const id = await openNew(page, 'Together');
  const other = await (await browser.newContext({ baseURL: process.env.LANDFALL_URL })).newPage();
  await signIn(other, 'admin');
  await open(other, `/admin/variants/${id}`);
  await (await overrideHero(other)).fill('The words of the other');
  await other.keyboard.press('Control+s');
  await expect(status(other)).toHaveText('All changes are saved');

  const mine = await overrideHero(page);
  await mine.fill('My words');
  await page.keyboard.press('Control+s');
  const conflict = page.getByRole('alert').filter({ hasText: 'saved this variant while you were writing' });
  await expect(conflict).toContainText('Ada admin');
  await expect(conflict.getByRole('row', { name: /Headline/ })).toContainText('The words of the other');
  await expect(conflict.getByRole('row', { name: /Headline/ })).toContainText('My words');
  await conflict.getByRole('button', { name: 'Keep mine on top' }).click();
  await expect(status(page)).toHaveText('All changes are saved');
  await expect(mine).toHaveValue('My words');

  await other.getByLabel('Headline', { exact: true }).fill('Once more');
  await other.keyboard.press('Control+s');
  await other.getByRole('button', { name: 'Take theirs' }).click();
  await expect(other.getByLabel('Headline', { exact: true })).toHaveValue('My words');
  await expect(status(other)).toHaveText('All changes are saved');
  await other.context().close();
});

test('a new variant is made from the choice of its page on', async ({ page, complaints }) => {
  await open(page, '/admin/variants/new');
  await page.getByLabel('Page').selectOption('pricing');
  await page.getByRole('button', { name: 'Write it' }).click();
  await page.locator('html[data-ready]').waitFor();
  await page.getByLabel('Name').fill('From scratch');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('The variant changes nothing')).toBeVisible();
  await (await overrideHero(page)).fill('From scratch');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page).toHaveURL(/\/admin\/variants\/\d+\?notice=variant-saved/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('From scratch');
  expect(complaints).toEqual([]);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });
  test('a variant is saved from a plain form, and its preview is there', async ({ page }) => {
    await page.goto('/admin/variants/new?page=pricing&segment=smb&locale=en');
    await page.getByLabel('Name').fill('Plain');
    await page.getByText('Edit as JSON').click();
    await page.getByLabel('Content as JSON').fill('{"title": "Plainly"}');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Plain');
    await expect(frame(page).getByRole('heading', { level: 1 })).toBeVisible();
  });
});

for (const theme of THEMES) {
  test(`the editor is accessible in the ${theme} theme`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: theme });
    await openNew(page, `Accessible ${theme}`);
    await overrideHero(page);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Publishing' }).click();
    await expect(page.getByRole('heading', { name: 'Publishing' })).toBeVisible();
    await expectAccessible(page);
  });
}

test('on a phone the preview is a tab', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await openNew(page, 'Phone');
  await expect(page.locator('#preview-frame')).toBeHidden();
  await overrideHero(page);
  await expectNoOverflow(page);
  await page.getByRole('button', { name: 'Preview', exact: true }).click();
  await expect(page.locator('#preview-frame')).toBeVisible();
  await expect(page.getByLabel('Name')).toBeHidden();
  await expectNoOverflow(page);
});
