import type { Browser, BrowserContext, Page } from '@playwright/test';

import { email, open, PASSWORD } from '../accounts.ts';
import { expect, test } from '../fixtures.ts';

/** The page that everything is about, and what it says to everybody. */
const PAGE = '/pricing';
/** What only the new segment's visitors bring. */
const CAMPAIGN = 'harbour-news';
const SEGMENT = 'Harbour pilots';
const HEADLINE = 'Know every berth before you cast off';
/** How often a visitor looks again for what was published: milliseconds. */
const AGAIN = { intervals: [100], timeout: 20_000 };

/** Somebody who is no colleague, with a browser of their own. */
async function stranger(browser: Browser): Promise<[BrowserContext, Page]> {
  const context = await browser.newContext({ baseURL: process.env.LANDFALL_URL });
  return [context, await context.newPage()];
}

/** The headline that a visitor sees at an address who opens it now. */
async function headline(visitor: Page, address: string): Promise<string> {
  const answer = await visitor.goto(address);
  expect(answer?.status()).toBe(200);
  return visitor.getByRole('heading', { level: 1 }).innerText();
}

test('a marketer makes a segment, writes for it, looks, publishes, shares and takes it back', async ({
  page,
  browser,
  complaints,
}) => {
  const campaign = `${PAGE}?utm_source=${CAMPAIGN}`;
  const [strange, visitor] = await stranger(browser);
  const usual = await headline(visitor, campaign);

  await test.step('signs in, and goes on to the screen that was asked for', async () => {
    await page.goto('/admin/segments/new');
    await expect(page).toHaveURL(/\/admin\/sign-in\?next=/);
    await page.locator('html[data-ready]').waitFor();
    await page.getByLabel('E-mail address').fill(email('publisher'));
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page).toHaveURL(/\/admin\/segments\/new$/);
    await page.locator('html[data-ready]').waitFor();
  });

  await test.step('makes a segment from a condition', async () => {
    await page.getByLabel('Name', { exact: true }).fill(SEGMENT);
    await page.getByLabel('Description').fill('People who bring ships into port and read the harbour’s newsletter.');
    await page.getByRole('button', { name: 'Condition' }).click();
    await page.getByLabel('Attribute').selectOption('Campaign source');
    await page.getByLabel('How Campaign source is compared').selectOption('is');
    await page.getByLabel('Value', { exact: true }).fill(CAMPAIGN);
    await page.getByRole('button', { name: 'Make the segment' }).click();
    await expect(page).toHaveURL(/notice=segment-created/);
    await expect(page.getByRole('listitem').filter({ hasText: 'harbour-pilots' })).toContainText(
      `Campaign source is ${CAMPAIGN}`,
    );
  });

  await test.step('writes a variant for it, which shows beside the form as it is typed', async () => {
    await open(page, '/admin/variants/new');
    await page.getByLabel('Page').selectOption('pricing');
    await page.getByLabel('Who sees it').selectOption(SEGMENT);
    await page.getByRole('button', { name: 'Write it' }).click();
    await expect(page).toHaveURL(/segment=harbour-pilots/);
    await page.locator('html[data-ready]').waitFor();
    const shown = page.frameLocator('#preview-frame').getByRole('heading', { level: 1 });
    await expect(shown).toHaveText(usual);
    await page.getByLabel('Name', { exact: true }).fill('Pilots of the harbour');
    await page.getByRole('button', { name: 'Override: Hero' }).click();
    await page.getByLabel('Headline', { exact: true }).fill(HEADLINE);
    await expect(shown).toHaveText(HEADLINE);
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page).toHaveURL(/\/admin\/variants\/\d+\?notice=variant-saved/);
    await page.locator('html[data-ready]').waitFor();
    // A draft is nobody's business yet.
    expect(await headline(visitor, campaign)).toBe(usual);
  });
  const editor = new URL(page.url()).pathname;

  await test.step('publishes it, and its visitors see it, and nobody else', async () => {
    await page.getByRole('button', { name: 'Publishing' }).click();
    await page.getByRole('button', { name: 'Publish now' }).click();
    await expect(page.getByRole('status').filter({ hasText: 'published' })).toBeVisible();
    await expect.poll(() => headline(visitor, campaign), AGAIN).toBe(HEADLINE);
    expect(await headline(visitor, PAGE)).toBe(usual);
    expect(await headline(visitor, `${PAGE}?utm_source=${CAMPAIGN}-2`)).not.toBe(HEADLINE);
  });

  await test.step('looks at it as its visitors do, and reads why', async () => {
    await open(page, `/admin/preview?page=${encodeURIComponent(PAGE)}`);
    await page.getByText('Describe the visitor').click();
    await page.getByLabel('UTM source').fill(CAMPAIGN);
    await page.getByRole('button', { name: 'Show the page' }).click();
    await expect(page).toHaveURL(new RegExp(`utm_source=${CAMPAIGN}`));
    await expect(page.frameLocator('iframe').getByRole('heading', { level: 1 })).toHaveText(HEADLINE);
    const why = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Why this is shown' }) });
    await expect(why).toContainText(`The visitor belongs to ${SEGMENT}: its condition is the first that holds`);
    await expect(why).toContainText('It is the only variant written for this segment in this language.');
  });

  await test.step('shares what is shown with somebody who has no account', async () => {
    await page.locator('html[data-ready]').waitFor();
    await page.getByRole('button', { name: 'Make a link' }).click();
    await expect(page).toHaveURL(/\/admin\/preview\/shared$/);
    const { pathname } = new URL(await page.locator('#copied-text').inputValue());
    const [context, colleague] = await stranger(browser);
    expect(await headline(colleague, pathname)).toBe(HEADLINE);
    expect(await context.cookies()).toEqual([]);
    await context.close();
  });

  await test.step('archives it, and its visitors see what everybody sees', async () => {
    await open(page, editor);
    await page.getByRole('button', { name: 'Publishing' }).click();
    await page.getByRole('button', { name: 'Archive' }).click();
    await expect(page.getByRole('status').filter({ hasText: 'archived' })).toBeVisible();
    await expect.poll(() => headline(visitor, campaign), AGAIN).toBe(usual);
  });

  await test.step('finds all of it in the log', async () => {
    await open(page, '/admin/activity');
    const mine = page.getByRole('listitem').filter({ hasText: email('publisher') });
    for (const change of [
      `created the segment ${SEGMENT}`,
      'created the variant Pilots of the harbour',
      'published the variant Pilots of the harbour',
      `shared the preview ${PAGE}`,
      'archived the variant Pilots of the harbour',
    ]) {
      await expect(mine.filter({ hasText: change })).toHaveCount(1);
    }
    const made = mine.filter({ hasText: `created the segment ${SEGMENT}` });
    await made.locator('summary').click();
    await expect(made).toContainText(CAMPAIGN);
  });

  await strange.close();
  expect(complaints).toEqual([]);
});
