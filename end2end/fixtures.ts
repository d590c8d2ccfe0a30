import { AxeBuilder } from '@axe-core/playwright';
import { expect, test as base, type Page, type Response } from '@playwright/test';

import { START_LIMIT, startSite } from './server.ts';

/** Widths, in CSS pixels, of a phone, a tablet and a desk. */
export const WIDTHS = [360, 768, 1440];
export const THEMES = ['light', 'dark'] as const;

/**
 * Tests against a server that no test uses at the same time. `complaints` collects what the browser
 * objects to on a page: errors on the console, uncaught exceptions, policy violations, and
 * answers of 400 and above.
 */
export const test = base.extend<{ complaints: string[] }, { site: string }>({
  site: [
    async ({}, use, { workerIndex }) => {
      const { url, stop } = await startSite(`server-${workerIndex}.log`);
      await use(url);
      await stop();
    },
    { scope: 'worker', auto: true, timeout: START_LIMIT },
  ],
  baseURL: async ({ site }, use) => use(site),
  complaints: async ({ page }, use) => {
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText;
      // Leaving a page ends what it still loads.
      if (reason !== 'net::ERR_ABORTED') complaints.push(`${request.url()}: ${reason}`);
    });
    page.on('response', (response) => {
      if (response.status() >= 400) complaints.push(`${response.url()}: ${response.status()}`);
    });
    await page.exposeFunction('reportViolation', (text: string) => complaints.push(text));
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        const { reportViolation } = window as unknown as { reportViolation(text: string): void };
        reportViolation(`${event.effectiveDirective} blocks ${event.blockedURI}`);
      });
    });
    await use(complaints);
  },
});

/** How often an address is asked for until its variant has been found. */
const MOST_REQUESTS = 20;

/**
 * Opens an address at which a variant is expected.
 *
 * On a busy machine a first search may take longer than visitors are made to wait. Then they see
 * the default content, and a later request finds what the search found.
 */
export async function openPersonalised(page: Page, address: string): Promise<Response | null> {
  let answer = await page.goto(address);
  for (let request = 1; request < MOST_REQUESTS; request += 1) {
    if ((await answer?.headerValue('x-content-source')) !== 'default') break;
    await page.waitForTimeout(250);
    answer = await page.goto(address);
  }
  return answer;
}

/**
 * Expects no violation of WCAG 2.2, levels A and AA, that axe can find. Frames hold previews, in which no script may run,
 * axe not excepted; the pages they show are tested by themselves.
 */
export async function expectAccessible(page: Page): Promise<void> {
  // Colours on their way to others are read by nobody.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
  const { violations } = await new AxeBuilder({ page }).withTags(tags).exclude('iframe').analyze();
  const found = violations.map(({ id, help, nodes }) => ({
    id,
    help,
    at: nodes.map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary}`),
  }));
  expect(found).toEqual([]);
}

/** Expects nothing to stick out of the window sideways, and names what does. */
export async function expectNoOverflow(page: Page): Promise<void> {
  const outside = await page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    return Array.from(document.querySelectorAll('body *'))
      .filter((element) => element.getBoundingClientRect().right > clientWidth)
      .map((element) => element.outerHTML.slice(0, 120))
      .concat(`the document is ${scrollWidth} px wide in a window of ${clientWidth} px`);
  });
  expect(outside).toEqual([]);
}

export { expect };
