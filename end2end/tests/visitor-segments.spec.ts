import type { BrowserContextOptions, Page } from '@playwright/test';

import { defaultHeadline, variantHeadline } from '../demo.ts';
import { expect, openPersonalised, test } from '../fixtures.ts';

const PHONE: BrowserContextOptions = {
  userAgent:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 ' +
    '(KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
  viewport: { width: 390, height: 844 },
  isMobile: true,
  hasTouch: true,
};

/** Opens an address and expects the variant of a segment there: its headline and its header. */
async function expectSegment(page: Page, address: string, segment: string, headline: string) {
  const answer = segment === 'default' ? await page.goto(address) : await openPersonalised(page, address);
  expect(answer?.status()).toBe(200);
  expect(await answer?.headerValue('x-content-variant')).toBe(segment);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(headline);
}

async function expectHomeOf(page: Page, address: string, segment: string) {
  const headline = variantHeadline(`home--${segment}--en`);
  expect(headline).not.toBe(defaultHeadline('home'));
  await expectSegment(page, address, segment, headline);
}

async function expectDefault(page: Page, address: string) {
  await expectSegment(page, address, 'default', defaultHeadline('home'));
}

test('a visitor of whom nothing is known sees the default', async ({ page }) => {
  await expectDefault(page, '/');
});

for (const [query, segment] of [
  ['utm_source=linkedin', 'enterprise'],
  ['utm_source=google', 'smb'],
  ['utm_campaign=enterprise-autumn', 'enterprise'],
  ['utm_source=google&utm_term=excel+route+planner', 'switchers'],
  ['industry=food', 'food-retail'],
]) {
  test(`?${query} leads to the segment ${segment}`, async ({ page }) => {
    await expectHomeOf(page, `/?${query}`, segment);
  });
}

test('the user_segment cookie chooses a segment, before any condition', async ({ page, context, baseURL }) => {
  await context.addCookies([{ name: 'user_segment', value: 'field-service', url: baseURL }]);
  await expectHomeOf(page, '/?utm_source=linkedin', 'field-service');
});

test('the segment parameter chooses a segment', async ({ page }) => {
  await expectHomeOf(page, '/?segment=developers', 'developers');
});

test('a segment that does not exist shows the default', async ({ page, context, baseURL }) => {
  await expectDefault(page, '/?segment=no-such-segment');
  await context.addCookies([{ name: 'user_segment', value: 'no-such-segment', url: baseURL }]);
  await expectDefault(page, '/');
});

test('a segment that does not exist does not hide the one whose condition holds', async ({ page }) => {
  await expectHomeOf(page, '/?segment=no-such-segment&utm_source=linkedin', 'enterprise');
});

for (const [country, segment] of [
  ['AT', 'dach'],
  ['GB', 'uk'],
]) {
  test.describe(() => {
    test.use({ extraHTTPHeaders: { 'cf-ipcountry': country } });
    test(`the country ${country} leads to the segment ${segment}`, async ({ page }) => {
      await expectHomeOf(page, '/', segment);
    });
  });
}

test.describe(() => {
  test.use({ extraHTTPHeaders: { 'cf-ipcountry': 'FR' } });
  test('a country without a segment shows the default', async ({ page }) => {
    await expectDefault(page, '/');
  });
});

test.describe(() => {
  test.use(PHONE);
  test('a phone leads to the segment mobile', async ({ page }) => {
    await expectHomeOf(page, '/', 'mobile');
  });
});

test.describe(() => {
  test.use({ extraHTTPHeaders: { referer: 'https://github.com/example/rounds' } });
  test('a link from a site of developers leads to the segment developers', async ({ page }) => {
    await expectHomeOf(page, '/', 'developers');
  });
});

test('a second visit leads to the segment returning', async ({ page, context, baseURL }) => {
  await context.addCookies([{ name: 'landfall_visit', value: '2.2026-11-01', url: baseURL }]);
  await expectHomeOf(page, '/', 'returning');
});

test('two visitors of one address do not see each other’s page', async ({ browser, baseURL }) => {
  const open = async (value: string) => {
    const context = await browser.newContext({ baseURL });
    await context.addCookies([{ name: 'user_segment', value, url: baseURL }]);
    return context.newPage();
  };
  const [first, second] = [await open('enterprise'), await open('smb')];
  for (let visit = 0; visit < 2; visit += 1) {
    await expectHomeOf(first, '/', 'enterprise');
    await expectHomeOf(second, '/', 'smb');
  }
  await first.context().close();
  await second.context().close();
});

test('a German address shows the German variant', async ({ page }) => {
  await expectSegment(page, '/de', 'default', defaultHeadline('home', 'de'));
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await expectSegment(page, '/de?utm_source=linkedin', 'enterprise', variantHeadline('home--enterprise--de'));
});
