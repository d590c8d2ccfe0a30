import { execFile } from 'node:child_process';

import { expect, type Page } from '@playwright/test';

/** What somebody may do, from the least to the most powerful. */
export type Role = 'viewer' | 'editor' | 'publisher' | 'admin';

const ROLES: Role[] = ['viewer', 'editor', 'publisher', 'admin'];

/** The password of everybody here. */
export const PASSWORD = 'nine green bottles in Bristol';

/** The address of the person with this role. */
export const email = (role: Role) => `${role}@end2end.example`;

/** Adds one person of each role with `program`, at the command line. */
export async function addPeople(program: string, options: string[], env: NodeJS.ProcessEnv) {
  for (const role of ROLES) {
    const name = `Ada ${role}`;
    const command = ['user', 'add', email(role), '--name', name, '--role', role, '--password-stdin'];
    await new Promise<void>((done, failed) => {
      const child = execFile(program, [...command, ...options], { env }, (error) =>
        error ? failed(error) : done(),
      );
      child.stdin?.end(`${PASSWORD}\n`);
    });
  }
}

/** Signs the page's browser in, without its sign-in screen. */
export async function signIn(page: Page, role: Role) {
  const answer = await page.request.post('/admin/api/sign-in', {
    form: { email: email(role), password: PASSWORD, next: '/admin' },
    headers: { accept: 'application/json' },
  });
  expect(answer.status(), await answer.text()).toBe(200);
}

/** Opens a screen and waits until everything on it reacts. */
export async function open(page: Page, target: string) {
  await page.goto(target);
  await page.locator('html[data-ready]').waitFor();
}
