import { email, open, PASSWORD, signIn } from '../accounts.ts';
import { expect, expectAccessible, expectNoOverflow, test, THEMES } from '../fixtures.ts';

/** A name of this run: the tests before this one have used the same server. */
const fresh = (name: string) => `${name}-${Date.now()}-${Math.round(Math.random() * 1e6)}@end2end.example`;

test('somebody signs in, is led where they wanted, and signs out', async ({ page, complaints }) => {
  await page.goto('/admin/account');
  await expect(page).toHaveURL(/\/admin\/sign-in\?next=/);
  await page.locator('html[data-ready]').waitFor();
  await page.getByLabel('E-mail address').fill(email('viewer'));
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your account');
  await page.locator('summary', { hasText: 'Your account' }).click();
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect(page.getByRole('status')).toHaveText('You are signed out.');
  await page.goto('/admin/account');
  await expect(page).toHaveURL(/\/admin\/sign-in/);
  expect(complaints).toEqual([]);
});

test('a wrong password is said where one types, and nothing typed is lost', async ({ page }) => {
  await open(page, '/admin/sign-in');
  await page.getByLabel('E-mail address').fill(fresh('nobody'));
  await page.getByLabel('Password').fill('a wrong password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toHaveText('The e-mail address or the password is wrong.');
  await expect(page.getByLabel('E-mail address')).toHaveValue(/^nobody-/);
  await expect(page.getByLabel('Password')).toHaveValue('a wrong password');
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('somebody mistypes, signs in, and changes their name', async ({ page }) => {
    await page.goto('/admin/account');
    await page.getByLabel('E-mail address').fill(email('editor'));
    await page.getByLabel('Password').fill('a wrong password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('alert')).toHaveText('The e-mail address or the password is wrong.');
    await expect(page.getByLabel('E-mail address')).toHaveValue(email('editor'));
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your account');
    await page.getByRole('button', { name: 'Save the name' }).click();
    await expect(page.getByRole('status')).toHaveText('Your name is saved.');
  });
});

test('an admin invites somebody, who chooses a password and is let in', async ({ page, browser, complaints }) => {
  const invited = fresh('invited');
  await signIn(page, 'admin');
  await open(page, '/admin/people');
  await page.getByRole('link', { name: 'Invite somebody' }).click();
  await page.locator('html[data-ready]').waitFor();
  await page.getByLabel('E-mail address').fill(invited);
  await page.getByLabel('Name').fill('Ines');
  await page.getByLabel('Role').selectOption('publisher');
  await page.getByRole('button', { name: 'Make the link' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`${invited} is invited`);
  const link = await page.getByLabel('One-time link').inputValue();
  await page.getByRole('button', { name: 'Copy' }).click();
  await expect(page.getByRole('status')).not.toBeEmpty();
  await page.reload();
  await expect(page.getByRole('heading', { level: 2 })).toHaveText(/The (link|token) was shown once/);

  const context = await browser.newContext();
  const other = await context.newPage();
  const path = new URL(link).pathname;
  await other.goto(new URL(path, page.url()).href);
  await other.locator('html[data-ready]').waitFor();
  await expect(other.getByLabel('Your name')).toHaveValue('Ines');
  await other.getByLabel('Password', { exact: true }).fill('password1234');
  await other.getByLabel('Password again').fill('password1234');
  await other.getByRole('button', { name: 'Save and sign in' }).click();
  await expect(other.getByText('one of those that are guessed first')).toBeVisible();
  await expect(other.getByLabel('Password', { exact: true })).toBeFocused();
  await other.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await other.getByLabel('Password again').fill(PASSWORD);
  await other.getByRole('button', { name: 'Save and sign in' }).click();
  await expect(other.getByRole('status')).toHaveText('Welcome. You are signed in.');

  await page.goto('/admin/people');
  const row = page.getByRole('row', { name: invited });
  await expect(row).toContainText('Publisher');
  await row.getByRole('link', { name: 'Ines' }).click();
  await page.getByRole('button', { name: 'Disable' }).first().click();
  await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
  await expect(page.getByRole('status')).toHaveText(
    'The account is disabled and signed out everywhere. Its tokens are revoked.',
  );
  await other.goto('/admin/account');
  await expect(other).toHaveURL(/\/admin\/sign-in/);
  await context.close();
  expect(complaints).toEqual([]);
});

test('an admin makes a token, sees its secret once, and revokes it', async ({ page, request }) => {
  const name = fresh('nightly');
  await signIn(page, 'admin');
  await open(page, '/admin/tokens/new');
  await page.getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Make the token' }).click();
  await expect(page.getByText('choose at least one')).toBeVisible();
  await page.getByLabel('Ask why a visitor saw what they saw').check();
  await page.getByRole('button', { name: 'Make the token' }).click();
  const secret = await page.getByLabel('Secret').inputValue();
  expect(page.url()).not.toContain(secret);
  const ask = async () => {
    const headers = { authorization: `Bearer ${secret}` };
    return (await request.get('/api/v1/explain?page=/', { headers })).status();
  };
  expect(await ask()).toBe(200);
  await page.getByRole('link', { name: 'Back to tokens' }).click();
  const row = page.getByRole('row', { name });
  await row.getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await expect(row).toContainText('Revoked');
  expect(await ask()).toBe(401);
});

for (const theme of THEMES) {
  test(`the screens about people are accessible and fit in ${theme}`, async ({ page, complaints }) => {
    await page.emulateMedia({ colorScheme: theme });
    await open(page, '/admin/sign-in');
    await expectAccessible(page);
    await signIn(page, 'admin');
    for (const screen of ['account', 'people', 'people/invite', 'people/1', 'tokens', 'tokens/new']) {
      for (const width of [1440, 390]) {
        await page.setViewportSize({ width, height: 900 });
        await open(page, `/admin/${screen}`);
        await expectAccessible(page);
        await expectNoOverflow(page);
      }
    }
    expect(complaints).toEqual([]);
  });
}
