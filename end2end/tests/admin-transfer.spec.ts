import { readFile } from 'node:fs/promises';

import { open, signIn } from '../accounts.ts';
import { expect, expectAccessible, expectNoOverflow, test, THEMES } from '../fixtures.ts';

const variant = (id: string, headline: string) =>
  JSON.stringify({
    kind: 'variant',
    id,
    page: 'pricing',
    segment: 'smb',
    locale: 'en',
    name: `End to end ${id}`,
    status: 'draft',
    content: { blocks: [{ type: 'hero', id: 'hero', headline }] },
  });

const file = (name: string, text: string) => ({
  name,
  mimeType: 'application/x-ndjson',
  buffer: Buffer.from(text),
});

test('a file is dropped, checked, confirmed and watched until it is imported', async ({ page, complaints }) => {
  await signIn(page, 'publisher');
  await open(page, '/admin/transfer');
  const id = `drop-${Date.now()}`;
  const transfer = await page.evaluateHandle(
    ([name, text]) => {
      const data = new DataTransfer();
      data.items.add(new File([text], name, { type: 'application/x-ndjson' }));
      return data;
    },
    [`${id}.jsonl`, variant(id, 'A headline out of a file')],
  );
  await page.getByText('Drop a CSV or JSON-lines file here').dispatchEvent('drop', { dataTransfer: transfer });
  await expect(page.getByText('All rows are good.')).toBeVisible();
  await expect(page.getByText('A headline out of a file')).toBeVisible();
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Import 1 record' }).first().click();
  const question = page.getByRole('dialog');
  await expect(question).toContainText(`Import 1 record from ${id}.jsonl?`);
  await question.getByRole('button', { name: 'Import 1 record' }).click();
  await expect(page.getByText('1 record saved')).toBeVisible();
  expect(complaints).toEqual([]);
});

test('bad rows are shown and can be downloaded', async ({ page, complaints }) => {
  await signIn(page, 'editor');
  await open(page, '/admin/transfer');
  const text = [variant('fine', 'Fine'), '{"kind":"variant","id":"=bad"}', 'nonsense'].join('\n');
  await page.getByLabel('Drop a CSV or JSON-lines file here').setInputFiles(file('bad.jsonl', text));
  await page.getByRole('button', { name: 'Check the file' }).click();
  await expect(page.getByText('2 rows are bad.')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Import/ })).toHaveCount(0);
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
  }
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download the bad rows' }).click();
  const saved = await readFile(await (await download).path(), 'utf8');
  expect(saved.split('\n')[0]).toBe('\ufeffline,kind,name,field,problem,row');
  expect(saved).toContain('\n3,');
  expect(saved).toContain(',nonsense\n');
  // Another file takes the place of this one without being asked to.
  await page.getByLabel('Drop a CSV or JSON-lines file here').setInputFiles(file('good.jsonl', variant('fine', 'Fine')));
  await page.getByRole('button', { name: 'Check the file' }).click();
  await expect(page.getByText('Dry run of good.jsonl')).toBeVisible();
  await page.getByRole('button', { name: 'Discard the file' }).click();
  await expect(page.getByText('The file is discarded.')).toBeVisible();
  expect(complaints).toEqual([]);
});

test('the good rows are imported, and the bad ones downloaded afterwards', async ({ page, complaints }) => {
  await signIn(page, 'publisher');
  await open(page, '/admin/transfer');
  const id = `good-${Date.now()}`;
  const text = [variant(id, 'Good'), 'nonsense'].join('\n');
  await page.getByLabel('Drop a CSV or JSON-lines file here').setInputFiles(file('mixed.jsonl', text));
  await page.getByRole('button', { name: 'Check the file' }).click();
  await page.getByRole('button', { name: 'Import the good record' }).click();
  const question = page.getByRole('dialog');
  await expect(question).toContainText('The bad row is left out.');
  await question.getByRole('button', { name: 'Import the good record' }).click();
  await expect(page.getByText('1 record saved')).toBeVisible();
  await expect(page.getByText('1 bad row is left out.')).toBeVisible();
  await expectAccessible(page);
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download the bad rows' }).click();
  expect(await readFile(await (await download).path(), 'utf8')).toContain(',nonsense\n');
  expect(complaints).toEqual([]);
});

test('a file that is too large or of another kind is not even sent', async ({ page }) => {
  // Somebody for whom no other test has a file waiting.
  await signIn(page, 'admin');
  await open(page, '/admin/transfer');
  const input = page.getByLabel('Drop a CSV or JSON-lines file here');
  await input.setInputFiles(file('table.xlsx', 'PK'));
  await expect(page.getByRole('alert').filter({ hasText: 'neither CSV nor JSON lines' })).toBeVisible();
  await page.getByRole('button', { name: 'Check the file' }).click();
  await expect(page).toHaveURL(/\/admin\/transfer$/);
  await input.setInputFiles(file('offers.csv', 'kind\n'));
  await expect(page.getByRole('alert').filter({ hasText: /\S/ })).toHaveCount(0);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('a file is imported by plain forms', async ({ page }) => {
    await signIn(page, 'publisher');
    await page.goto('/admin/transfer');
    const id = `plain-${Date.now()}`;
    await page
      .getByLabel('Drop a CSV or JSON-lines file here')
      .setInputFiles(file(`${id}.jsonl`, variant(id, 'Plain')));
    await page.getByRole('button', { name: 'Check the file' }).click();
    await expect(page.getByText('All rows are good.')).toBeVisible();
    await page.getByRole('button', { name: 'Import 1 record' }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Import 1 record' }).click();
    await expect(page.getByRole('heading', { name: `${id}.jsonl` })).toBeVisible();
    await expect(async () => {
      await page.reload();
      await expect(page.getByText('Done', { exact: true })).toBeVisible();
    }).toPass();
  });
});

for (const colorScheme of THEMES) {
  for (const width of [390, 1440]) {
    test(`the screen fits ${width} px in ${colorScheme}`, async ({ page, complaints }) => {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await signIn(page, 'admin');
      await open(page, '/admin/transfer');
      await expectNoOverflow(page);
      await expectAccessible(page);
      expect(complaints).toEqual([]);
    });
  }
}
