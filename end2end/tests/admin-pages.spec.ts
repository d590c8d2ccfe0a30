import type { Page } from '@playwright/test';

import { open, signIn } from '../accounts.ts';
import { expect, expectAccessible, expectNoOverflow, test, THEMES } from '../fixtures.ts';

/** Fills the form of a new page but for its headline. */
async function fillNew(page: Page, path: string) {
  await open(page, '/admin/pages/new');
  await page.getByLabel('Path').fill(path);
  await page.getByLabel('Intent').fill('Night trains for people who do not like to fly.');
  await page.getByRole('textbox', { name: 'Title' }).fill('Night trains');
  await page.getByRole('textbox', { name: 'Description' }).fill('Fall asleep here, wake up there.');
}

test('a page is written, opened, moved, and found at its old address', async ({
  page,
  complaints,
}) => {
  await signIn(page, 'publisher');
  await fillNew(page, '/night-trains');
  await expect(page.getByText('47 of 400 characters')).toBeVisible();
  await page.getByLabel('Headline', { exact: true }).fill('Wake up somewhere else');
  await page.getByRole('button', { name: 'Create page' }).click();
  await expect(page.getByRole('status').first()).toHaveText('The page is created. Visitors can open it.');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Night trains');
  await page.locator('html[data-ready]').waitFor();

  await page.getByLabel('Path').fill('/sleepers');
  await page.getByRole('button', { name: 'Save and show to visitors' }).click();
  await expect(page.getByText('The page is saved. Visitors see it.')).toBeVisible();
  await expect(page.getByRole('complementary')).toContainText('/night-trains');
  await expect(async () => {
    const answer = await page.request.get('/night-trains?utm_source=x', { maxRedirects: 0 });
    expect(answer.headers().location).toBe('/sleepers?utm_source=x');
  }).toPass();
  await page.goto('/night-trains');
  await expect(page).toHaveURL(/\/sleepers$/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Wake up somewhere else');

  await open(page, '/admin/pages?q=sleepers');
  await page.getByRole('link', { name: 'Night trains' }).click();
  await page.getByRole('button', { name: 'Delete the page' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Delete /sleepers?');
  await dialog.getByRole('button', { name: 'Delete the page' }).click();
  await expect(page.getByText('The page is deleted.')).toBeVisible();
  expect(complaints).toEqual([]);
});

test('what is wrong is said beside its field and nothing typed is lost', async ({ page }) => {
  await signIn(page, 'publisher');
  await fillNew(page, '/Not A Path');
  await page.getByRole('button', { name: 'Create page' }).click();
  await expect(page.getByLabel('Path')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('Path')).toHaveAccessibleDescription(/lower-case letters/);
  const headline = page.getByLabel('Headline', { exact: true });
  await headline.fill('x');
  await headline.fill('');
  await headline.blur();
  await expect(headline).toHaveAttribute('aria-invalid', 'true');
  // What the server refuses besides leaves the editor's own mark where it is.
  await page.getByRole('button', { name: 'Create page' }).click();
  await expect(page.getByText('Block 1 · Headline is empty')).toBeVisible();
  await expect(page.getByText('Not saved: correct what is marked.')).toBeVisible();
  await expect(headline).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByRole('textbox', { name: 'Title' })).toHaveValue('Night trains');
});

test('a page is seen as typed before anybody else sees it', async ({ page, complaints }) => {
  await signIn(page, 'publisher');
  await open(page, '/admin/pages?q=pricing');
  await page.locator('tbody a').first().click();
  await page.locator('html[data-ready]').waitFor();
  await page.getByLabel('Headline', { exact: true }).first().fill('Only typed so far');
  await page.getByRole('button', { name: 'See the page as typed' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'The page as typed' });
  await expect(dialog.frameLocator('iframe').locator('h1')).toHaveText('Only typed so far');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  const visited = await page.request.get('/pricing');
  expect(await visited.text()).not.toContain('Only typed so far');
  expect(complaints).toEqual([]);
});

test('leaving with something typed asks first', async ({ page }) => {
  await signIn(page, 'publisher');
  await fillNew(page, '/unsaved');
  const asked: string[] = [];
  page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    return dialog.dismiss();
  });
  await page.getByRole('link', { name: 'Segments' }).first().click();
  await expect.poll(() => asked).toEqual(['beforeunload']);
  await expect(page.getByLabel('Path')).toHaveValue('/unsaved');
  // Nothing is asked where nothing was typed, or where it is on its way.
  page.removeAllListeners('dialog');
  await open(page, '/admin/segments/enterprise');
  page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    return dialog.dismiss();
  });
  await page.getByLabel('Name', { exact: true }).focus();
  await page.getByRole('link', { name: 'Pages' }).first().click();
  await expect(page).toHaveURL('/admin/pages');
  expect(asked).toEqual(['beforeunload']);
});

test('the search result and the rollout follow what is typed', async ({ page }) => {
  await signIn(page, 'publisher');
  await fillNew(page, '/x');
  const result = page.locator('div', { has: page.getByText('In search results') }).last();
  await expect(result).toContainText('Night trains');
  await page.getByRole('textbox', { name: 'Title' }).fill('y'.repeat(70));
  await expect(result).toContainText(`${'y'.repeat(60)} …`);
  await page.getByLabel('Rollout, in steps').fill('25');
  await expect(page.getByLabel('Rollout', { exact: true })).toHaveValue('25');
  await page.getByLabel('Rollout', { exact: true }).fill('12.5');
  await expect(page.getByText('12.5 % of the visitors')).toBeVisible();
});

test('an editor may look at a page but not save it', async ({ page }) => {
  await signIn(page, 'editor');
  await open(page, '/admin/pages');
  await page.locator('tbody a').first().click();
  await expect(page.getByText('Saving it takes the role publisher')).toBeVisible();
  await expect(page.getByLabel('Path')).toBeDisabled();
  await expect(page.getByRole('button', { name: 'Save and show' })).toHaveCount(0);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('a page is found, saved, and its change read in its history', async ({ page }) => {
    await signIn(page, 'publisher');
    await page.goto('/admin/pages');
    await page.getByLabel('Address, title or intent').fill('pricing');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.locator('tbody a').first().click();
    const intent = page.getByLabel('Intent');
    const before = await intent.inputValue();
    await intent.fill(`${before} Without surprises.`);
    await page.getByRole('button', { name: 'Save and show to visitors' }).click();
    await expect(page.getByText('The page is saved. Visitors see it.')).toBeVisible();
    await page.getByRole('link', { name: 'What changed' }).click();
    await expect(page.getByRole('heading', { name: 'Saved' }).first()).toBeVisible();
    await expect(page.locator('ins').first()).toContainText('Without surprises.');
  });
});

test('the log is exported as it is filtered', async ({ page }) => {
  await signIn(page, 'viewer');
  await open(page, '/admin/activity');
  await page.getByLabel('Kind of thing').selectOption('segment');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page).toHaveURL(/kind=segment/);
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export CSV' }).click();
  expect((await download).suggestedFilename()).toBe('activity.csv');
});

test('the numbers follow the visits while somebody looks', async ({ page }) => {
  await signIn(page, 'viewer');
  await open(page, '/admin');
  const answers = page.getByRole('row').filter({ hasText: 'Fresh from a cache' }).locator('td').first();
  const count = async () => ((await answers.count()) ? Number(await answers.textContent()) : 0);
  const before = await count();
  for (let visit = 0; visit < 3; visit += 1) await page.request.get('/');
  await expect.poll(count, { timeout: 15_000 }).toBeGreaterThan(before);
});

for (const theme of THEMES) {
  test(`the screens are accessible and fit a phone, ${theme}`, async ({ page, complaints }) => {
    await signIn(page, 'admin');
    await page.emulateMedia({ colorScheme: theme });
    await open(page, '/admin/pages');
    const first = await page.locator('tbody a').first().getAttribute('href');
    for (const target of ['/admin', '/admin/pages', '/admin/pages/new', first ?? '', '/admin/activity']) {
      for (const width of [390, 1440]) {
        await page.setViewportSize({ width, height: 900 });
        await open(page, target);
        await expectNoOverflow(page);
      }
      await expectAccessible(page);
    }
    expect(complaints).toEqual([]);
  });
}
