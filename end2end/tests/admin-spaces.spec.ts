import { open, signIn } from '../accounts.ts';
import { expect, expectAccessible, expectNoOverflow, test } from '../fixtures.ts';
import { order } from '../model.ts';

test('the spaces are listed, and a viewer changes none', async ({ page }) => {
  await signIn(page, 'viewer');
  await open(page, '/admin/spaces');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Embeddings');
  await expect(page.getByText('all-MiniLM-L6-v2')).toBeVisible();
  await expect(page.getByText('Decides', { exact: true })).toBeVisible();
  await expect(page.locator('main form')).toHaveCount(0);
});

test('the screen of spaces fits a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await signIn(page, 'admin');
  await open(page, '/admin/spaces');
  await expectNoOverflow(page);
});

test('the bar of a job moves by itself, and at its end the screen says so', async ({ page, complaints }) => {
  await signIn(page, 'admin');
  await open(page, '/admin/spaces');
  await page.getByRole('link', { name: 'Embed with openai/double' }).click();
  await expect(page.getByText('to embed, 0 embedded already')).toBeVisible();
  await order('hold');
  try {
    await page.getByRole('button', { name: 'Start embedding' }).click();
    await page.locator('html[data-ready]').waitFor();
    const bar = page.getByRole('progressbar');
    await expect(bar).toBeVisible();
    const far = () => bar.evaluate((element: HTMLProgressElement) => element.value);
    // Whatever loads the screen anew takes this mark away.
    const marked = page.locator('body[data-marked]');
    await page.evaluate(() => document.body.setAttribute('data-marked', ''));
    await expectAccessible(page);
    let last = await far();
    expect(last).toBe(0);
    for (let answers = 0; answers < 3; answers += 1) {
      await order('answer');
      await expect.poll(far).toBeGreaterThan(last);
      last = await far();
      await expect(page.locator('main label')).toContainText(`${last} of `);
    }
    await expect(marked).toHaveCount(1);
    await order('release');
    await expect(page.getByRole('link', { name: 'Compare and switch' })).toBeVisible();
    await expect(bar).toHaveCount(0);
    await expect(marked).toHaveCount(0);
  } finally {
    await order('release');
  }
  expect(complaints).toEqual([]);
});
