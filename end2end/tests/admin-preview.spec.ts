import { open, signIn } from '../accounts.ts';
import { expect, expectAccessible, expectNoOverflow, test, THEMES } from '../fixtures.ts';

test('a visitor is composed, and the page is shown as they would see it, with the reasons', async ({
  page,
  complaints,
}) => {
  await signIn(page, 'editor');
  await open(page, '/admin/preview');
  // A choice sends the form by itself.
  await page.getByLabel('Page', { exact: true }).selectOption('/pricing');
  await expect(page).toHaveURL(/page=%2Fpricing/);
  await page.locator('html[data-ready]').waitFor();
  const frame = page.frameLocator('iframe');
  const plain = await frame.locator('h1').innerText();

  await page.getByText('Describe the visitor').click();
  await page.getByLabel('UTM source').fill('google');
  await page.getByLabel('Country').selectOption('DE');
  await page.getByRole('button', { name: 'Show the page' }).click();
  await expect(page).toHaveURL(/utm_source=google/);
  await expect(frame.locator('h1')).not.toHaveText(plain);
  await expect(page.getByText('its condition is the first that holds').first()).toBeVisible();
  await expect(page.getByText('Without the campaign source')).toBeVisible();
  expect(complaints).toEqual([]);
});

test('the style sheet and the pictures of the page are there inside the sandbox', async ({ page, complaints }) => {
  await signIn(page, 'viewer');
  await open(page, '/admin/preview?page=/&width=360');
  const body = page.frameLocator('iframe').locator('body');
  await expect(body).toBeVisible();
  const family = await body.evaluate((element) => getComputedStyle(element).fontFamily);
  expect(family).toContain('Inter');
  expect(complaints).toEqual([]);
});

test('a link on the page opens a window of its own, and the preview stays', async ({ page, complaints }) => {
  await signIn(page, 'viewer');
  // At a width that fits: where a frame is made smaller, Playwright clicks beside what it means.
  await open(page, '/admin/preview?page=/pricing&width=360');
  const frame = page.frameLocator('iframe');
  const heading = await frame.locator('h1').innerText();
  const opens = page.waitForEvent('popup');
  await frame.getByRole('navigation').getByRole('link').first().click();
  const other = await opens;
  await expect(other.locator('h1')).toBeVisible();
  await expect(frame.locator('h1')).toHaveText(heading);
  expect(complaints).toEqual([]);
});

test('a link shows the preview to somebody without an account', async ({ page, browser, baseURL }) => {
  await signIn(page, 'editor');
  await open(page, '/admin/preview?page=/pricing&segment=smb');
  const shown = await page.frameLocator('iframe').locator('h1').innerText();
  await page.getByLabel('Shows it for').selectOption('1');
  await page.getByRole('button', { name: 'Make a link' }).click();
  await expect(page).toHaveURL(/\/admin\/preview\/shared$/);
  const link = await page.locator('#copied-text').inputValue();
  const stranger = await browser.newContext({ baseURL });
  const other = await stranger.newPage();
  const answer = await other.goto(new URL(link).pathname);
  expect(answer?.status()).toBe(200);
  await expect(other.locator('h1')).toHaveText(shown);
  const forged = await other.goto(new URL(link).pathname.slice(0, -3) + 'AAA');
  expect(forged?.status()).toBe(404);
  await expect(other.getByRole('heading', { level: 1 })).toHaveText('This is no preview link');
  await stranger.close();
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('the form is sent by its button', async ({ page }) => {
    await signIn(page, 'viewer');
    await page.goto('/admin/preview');
    await page.getByLabel('Page', { exact: true }).selectOption('/pricing');
    await page.getByLabel('View as').selectOption('smb');
    await page.getByRole('button', { name: 'Show the page' }).click();
    await expect(page.getByText('you chose it').first()).toBeVisible();
    await expect(page.getByLabel('View as')).toHaveValue('smb');
  });
});

for (const colorScheme of THEMES) {
  for (const width of [390, 1440]) {
    test(`the screen fits ${width} px in ${colorScheme}`, async ({ page, complaints }) => {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await signIn(page, 'editor');
      await open(page, '/admin/preview?page=/pricing&utm_source=google&utm_term=fleet+tracking&cookie=a%3Db');
      await expectNoOverflow(page);
      await expectAccessible(page);
      expect(complaints).toEqual([]);
    });
  }
}
