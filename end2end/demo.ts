import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** What the server was given to serve, read from the same files. */
const FOLDER = resolve(import.meta.dirname, '../server/demo');

type Content = { title: string; blocks: { type: string; headline?: string; heading?: string }[] };
type DemoPage = { kind: 'page'; id: string; path: string; contents: Record<string, Content> };
type DemoVariant = { kind: 'variant'; id: string; content: Content };
type DemoRecord = DemoPage | DemoVariant | { kind: 'segment' | 'site' };

const records: DemoRecord[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.jsonl'))
  .flatMap((name) => readFileSync(resolve(FOLDER, name), 'utf8').trim().split('\n'))
  .map((line) => JSON.parse(line));

export const pages: DemoPage[] = records.filter((record) => record.kind === 'page');

/** Every address under which a demo page is found, in both languages. */
export const addresses: string[] = pages.flatMap(({ path }) => [path, inGerman(path)]);

/** The German address of a page whose default address is `path`. */
export function inGerman(path: string): string {
  return path === '/' ? '/de' : `/de${path}`;
}

/** The headline of a page's default content. */
export function defaultHeadline(page: string, locale: 'en' | 'de' = 'en'): string {
  const found = pages.find(({ id }) => id === page);
  return headline(page, found?.contents[locale]);
}

/** The headline of a variant, by its id. */
export function variantHeadline(id: string): string {
  const found = records.find((record) => record.kind === 'variant' && record.id === id);
  return headline(id, (found as DemoVariant | undefined)?.content);
}

function headline(of: string, content: Content | undefined): string {
  const text = content?.blocks.find(({ type }) => type === 'hero')?.headline;
  if (!text) throw new Error(`the demo content has no headline for ${of}`);
  return text;
}
