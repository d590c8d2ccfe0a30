import { defineConfig } from '@playwright/test';

/** The distribution's browser: Playwright's own download is not needed. */
const browser = {
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  // Containers and root have no sandbox to offer; the pages under test are our own.
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  reporter: 'list',
  workers: 2,
  fullyParallel: true,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 60_000,
  // A busy machine shows late what it shows at all.
  expect: { timeout: 15_000 },
  use: { browserName: 'chromium', launchOptions: browser, locale: 'en-GB' },
  projects: [
    { name: 'visitor', testMatch: 'visitor-*.spec.ts' },
    { name: 'admin', testMatch: 'admin-*.spec.ts' },
    { name: 'screenshots', testMatch: 'screenshots.ts' },
  ],
});
