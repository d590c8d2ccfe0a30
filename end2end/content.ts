import { expect, type Page } from '@playwright/test';

/** Makes a page at `/id` whose title and headline are `words`. Returns the address of its editor. */
export async function makePage(page: Page, id: string, intent: string, words: string): Promise<string> {
  const content = {
    title: words,
    description: 'A page that is made for a test.',
    blocks: [{ type: 'hero', id: 'hero', headline: words }],
  };
  const made = await page.request.post('/admin/api/pages/create', {
    form: { id, path: `/${id}`, intent, rollout: '100', 'contents[en]': JSON.stringify(content) },
    headers: { accept: 'application/json' },
  });
  expect(made.status(), await made.text()).toBe(200);
  return new URL(made.headers()['location'] ?? '', process.env.LANDFALL_URL).pathname;
}
