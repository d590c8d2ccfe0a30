import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { addPeople } from './accounts.ts';
import { startModel } from './model.ts';

const ROOT = resolve(import.meta.dirname, '..');
/** A debug build embeds the demo's texts slowly: milliseconds until the server must answer. */
export const START_LIMIT = 240_000;
/** Milliseconds a server may take to stop, with the services it runs. */
const STOP_LIMIT = 30_000;

/** A Landfall of its own. */
export type Site = { url: string; stop: () => Promise<void> };

/**
 * Starts a Landfall with the demo content in a new data folder and a second embedding model, and tells
 * the tests of this process their addresses in `LANDFALL_URL` and `LANDFALL_MODEL_URL`. Its log is kept
 * as the file `log` beside the tests' results. `stop` stops both and removes the folder.
 */
export async function startSite(log: string): Promise<Site> {
  const program = process.env.LANDFALL_BIN || resolve(ROOT, 'target/debug/landfall');
  const folder = await mkdtemp(resolve(tmpdir(), 'landfall-end2end-'));
  const address = `127.0.0.1:${await freePort()}`;
  const model = await startModel();
  const server = spawn(
    program,
    ['serve', '--demo', '--listen', address, '--data-dir', resolve(folder, 'data')],
    { cwd: ROOT, env: { ...environment(), ...model.environment }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const said: string[] = [];
  for (const stream of [server.stdout, server.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => said.push(text));
  }
  let broken: Error | undefined;
  server.on('error', (error) => (broken = error));
  const stop = async () => {
    await terminate(server);
    await model.stop();
    await keepLog(log, said.join(''));
    await rm(folder, { recursive: true, force: true });
  };

  const url = `http://${address}`;
  try {
    await answered(`${url}/healthz`, () => broken ?? ended(server));
    await addPeople(program, ['--data-dir', resolve(folder, 'data')], environment());
  } catch (error) {
    await stop();
    throw new Error(`${program} did not start: ${error}\n${said.join('')}`);
  }
  process.env.LANDFALL_URL = url;
  process.env.LANDFALL_MODEL_URL = model.url;
  return { url, stop };
}

/** Keeps what the server said beside the tests' results, and shows what it called an error. */
async function keepLog(name: string, log: string): Promise<void> {
  const results = resolve(import.meta.dirname, 'test-results');
  await mkdir(results, { recursive: true });
  await writeFile(resolve(results, name), log);
  const errors = log.split('\n').filter((line) => line.includes('ERROR'));
  if (errors.length > 0) console.log(`The server's errors:\n${errors.join('\n')}`);
}

/** The surroundings without anything that would configure the server or lend it services. */
function environment(): NodeJS.ProcessEnv {
  const foreign = /^(LANDFALL_(?!CACHE$|RUNTIME_DIR$)|DATABASE_URL$|REDIS_URL$|OPENAI_)/;
  const own = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(own), RAYON_NUM_THREADS: '1' };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  return port;
}

async function answered(url: string, failure: () => Error | undefined): Promise<void> {
  const last = Date.now() + START_LIMIT;
  while (Date.now() < last) {
    const error = failure();
    if (error) throw error;
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await pause(250);
  }
  throw new Error(`no answer within ${START_LIMIT / 1000} s`);
}

function ended(server: ChildProcess): Error | undefined {
  const how = server.exitCode ?? server.signalCode;
  return how === null ? undefined : new Error(`it ended with ${how}`);
}

/** Ends the server as an operator would; only one that does not obey is killed. */
async function terminate(server: ChildProcess): Promise<void> {
  if (server.pid === undefined || ended(server)) return;
  const stopped = new Promise<boolean>((done) => server.once('exit', () => done(true)));
  server.kill('SIGTERM');
  const obeyed = await Promise.race([stopped, pause(STOP_LIMIT, false, { ref: false })]);
  if (!obeyed) {
    server.kill('SIGKILL');
    throw new Error(`the server did not stop within ${STOP_LIMIT / 1000} s of SIGTERM`);
  }
}
