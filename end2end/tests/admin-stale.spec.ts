import { open, signIn } from '../accounts.ts';
import { makePage } from '../content.ts';
import { expect, expectAccessible, expectNoOverflow, test, THEMES } from '../fixtures.ts';

test('two people edit the same segment: the second sees both, and saves on top', async ({ page, browser }) => {
  await signIn(page, 'publisher');
  const made = await page.request.post('/admin/api/segments/create', {
    form: { name: 'Together', description: 'Before both.', condition: '{"utm.source": "both"}' },
    headers: { accept: 'application/json' },
  });
  expect(made.status(), await made.text()).toBe(200);
  await open(page, '/admin/segments/together');
  const other = await (await browser.newContext({ baseURL: process.env.LANDFALL_URL })).newPage();
  await signIn(other, 'admin');
  await open(other, '/admin/segments/together');
  await other.getByLabel('Description').fill('What the other wrote.');
  await other.getByRole('button', { name: 'Save' }).click();
  await expect(other).toHaveURL(/notice=segment-saved/);

  await page.getByLabel('Description').fill('What I wrote.');
  await page.getByLabel('Value', { exact: true }).fill('me');
  await page.getByRole('button', { name: 'Save' }).click();
  const both = page.getByRole('alert').filter({ hasText: 'saved this segment while you were writing' });
  await expect(both).toContainText('Ada admin');
  const row = both.getByRole('row', { name: /Description/ });
  await expect(row).toContainText('What the other wrote.');
  await expect(row).toContainText('What I wrote.');
  await expect(both.getByRole('row', { name: /Who belongs to it/ })).toContainText('Campaign source is me');
  // The form holds what I wrote, builder and all.
  await page.locator('html[data-ready]').waitFor();
  await expect(page.getByLabel('Description')).toHaveValue('What I wrote.');
  await expect(page.getByLabel('Value', { exact: true })).toHaveValue('me');
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  await expectNoOverflow(page);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page).toHaveURL(/notice=segment-saved/);

  await other.goto('/admin/segments/together');
  await expect(other.getByLabel('Description')).toHaveValue('What I wrote.');
  await expect(other.getByRole('alert')).toHaveCount(0);
  await other.context().close();
});

test('two people edit the same page: the second sees both, and saves on top', async ({ page, browser }) => {
  await signIn(page, 'publisher');
  const screen = await makePage(page, 'both', 'What both begin from.', 'Before both');
  await open(page, screen);
  const other = await (await browser.newContext({ baseURL: process.env.LANDFALL_URL })).newPage();
  await signIn(other, 'admin');
  await open(other, screen);
  await other.getByLabel('Intent').fill('What the other intends.');
  await other.getByRole('button', { name: 'Save and show to visitors' }).click();
  await expect(other).toHaveURL(/notice=page-saved/);

  await page.getByLabel('Intent').fill('What I intend.');
  await page.getByLabel('Headline', { exact: true }).fill('My headline');
  await page.getByRole('button', { name: 'Save and show to visitors' }).click();
  const both = page.getByRole('alert').filter({ hasText: 'saved this page while you were writing' });
  await expect(both).toContainText('Ada admin');
  const row = both.getByRole('row', { name: /Intent/ });
  await expect(row).toContainText('What the other intends.');
  await expect(row).toContainText('What I intend.');
  await expect(both.getByRole('row', { name: /English · hero · Headline/ })).toContainText('My headline');
  // The form holds what I wrote, blocks and all, and visitors see what the other saved.
  await page.locator('html[data-ready]').waitFor();
  await expect(page.getByLabel('Intent')).toHaveValue('What I intend.');
  await expect(page.getByLabel('Headline', { exact: true })).toHaveValue('My headline');
  await other.goto('/both');
  await expect(other.getByRole('heading', { level: 1 })).toHaveText('Before both');
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  await expectNoOverflow(page);
  await page.getByRole('button', { name: 'Save and show to visitors' }).click();
  await expect(page).toHaveURL(/notice=page-saved/);
  await other.goto(screen);
  await expect(other.getByLabel('Intent')).toHaveValue('What I intend.');
  await expect(other.getByRole('alert').filter({ hasText: 'while you were writing' })).toHaveCount(0);
  await other.context().close();
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('two people edit the same segment: the second sees both, and takes the other', async ({ page, browser }) => {
    await signIn(page, 'publisher');
    await page.goto('/admin/segments/returning');
    // A new context has JavaScript unless it is told otherwise; this test's have not.
    const context = await browser.newContext({
      baseURL: process.env.LANDFALL_URL,
      javaScriptEnabled: true,
    });
    const other = await context.newPage();
    await signIn(other, 'admin');
    await open(other, '/admin/segments/returning');
    await other.getByLabel('Description').fill('People who were here before.');
    await other.getByRole('button', { name: 'Save' }).click();
    await expect(other).toHaveURL(/notice=segment-saved/);

    await page.getByLabel('Description').fill('People who come again.');
    await page.getByRole('button', { name: 'Save' }).click();
    const both = page.getByRole('alert').filter({ hasText: 'saved this segment while you were writing' });
    await expect(both.getByRole('row', { name: /Description/ })).toContainText('People who were here before.');
    await expect(page.getByLabel('Description')).toHaveValue('People who come again.');
    await both.getByRole('button', { name: 'Take theirs' }).click();
    await expect(page.getByText('What you had not saved is discarded.')).toBeVisible();
    await expect(page.getByLabel('Description')).toHaveValue('People who were here before.');
    await expect(both).toHaveCount(0);
    await context.close();
  });
});
