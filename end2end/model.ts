import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The numbers of a vector. */
const DIMENSIONS = 8;

/**
 * A second embedding model for the server under test, with the call of OpenAI's. It knows nothing of meaning: every text
 * has a direction of its own. `POST /hold` lets its answers wait, `POST /answer` lets one go, `POST /release` all.
 */
export type Model = { url: string; environment: NodeJS.ProcessEnv; stop: () => Promise<void> };

/** Starts it on a free port. */
export async function startModel(): Promise<Model> {
  let held = false;
  let waiting: (() => void)[] = [];
  const orders: Record<string, () => void> = {
    '/hold': () => (held = true),
    '/answer': () => waiting.shift()?.(),
    '/release': () => {
      held = false;
      waiting.forEach((answer) => answer());
      waiting = [];
    },
  };
  const server = createServer(async (request, response) => {
    const order = orders[request.url ?? ''];
    if (order) {
      // One answer goes once there is one.
      while (request.url === '/answer' && waiting.length === 0) {
        await new Promise((done) => setTimeout(done, 20));
      }
      order();
      response.end();
      return;
    }
    const answer = await embedded(request);
    if (held) await new Promise<void>((done) => waiting.push(done));
    reply(response, answer);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const set = 'LANDFALL_NEXT_EMBEDDING__';
  return {
    url,
    environment: {
      [`${set}PROVIDER`]: 'openai',
      [`${set}MODEL`]: 'double',
      [`${set}DIMENSIONS`]: String(DIMENSIONS),
      [`${set}BATCH_TEXTS`]: '16',
      [`${set}BASE_URL`]: `${url}/v1`,
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** Orders the model that `startModel` started. */
export async function order(what: 'hold' | 'answer' | 'release'): Promise<void> {
  await fetch(`${process.env.LANDFALL_MODEL_URL}/${what}`, { method: 'POST' });
}

async function embedded(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const { input, model } = JSON.parse(Buffer.concat(parts).toString()) as { input: string[]; model: string };
  const data = input.map((text, index) => {
    const bytes = [...createHash('sha256').update(text).digest().subarray(0, DIMENSIONS)];
    return { object: 'embedding', index, embedding: bytes.map((byte) => byte - 127.5) };
  });
  return { object: 'list', model, data, usage: { prompt_tokens: 1, total_tokens: 1 } };
}

function reply(response: ServerResponse, answer: unknown): void {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
}
