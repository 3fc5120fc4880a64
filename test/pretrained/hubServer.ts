import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A file of a model, and how it is served. */
export interface ServedFile {
  content: Uint8Array;
  /** Held by Git LFS, as large files are: hashed by sha256, and served from elsewhere. */
  lfs?: boolean;
  /** What comes in its place over the wire, while the Hub says the hash of the content. */
  sent?: Uint8Array;
  /** Bytes after which the connection breaks. */
  cutAfter?: number;
}

export type ServedModel = Record<string, ServedFile>;

export const COMMIT = 'a'.repeat(40);

export interface HubServer {
  url: string;
  /** Method and path of all requests so far. */
  requests: string[];
  close(): Promise<void>;
}

/** What the Hugging Face Hub answers to those who download a model, for models of the test's own. */
export async function startHub(models: Record<string, ServedModel>): Promise<HubServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    answer(models, request, response).catch((error: Error) => response.writeHead(500).end(error.message));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  models: Record<string, ServedModel>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://hub').pathname;
  const [, name = '', what = '', revision = '', file = ''] =
    /^(?:\/api\/models)?\/([\w-]+\/[\w-]+)\/(revision|paths-info|resolve|elsewhere)\/(\w+)\/?(.*)$/.exec(path) ?? [];
  const model = models[name];
  if (!model || !['main', COMMIT].includes(revision)) return notFound(response, 'RepoNotFound');
  if (what === 'revision')
    return json(response, {
      id: name,
      sha: COMMIT,
      lastModified: '2026-01-01T00:00:00Z',
      siblings: Object.keys(model).map((rfilename) => ({ rfilename })),
    });
  if (what === 'paths-info') return json(response, await pathsInfo(model, request));
  const served = model[file];
  if (!served) return notFound(response, 'EntryNotFound');
  if (served.lfs && what === 'resolve')
    return void response.writeHead(302, { Location: `/${name}/elsewhere/${revision}/${file}` }).end();
  send(served, request, response);
}

async function pathsInfo(model: ServedModel, request: IncomingMessage): Promise<object[]> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const { paths } = JSON.parse(body) as { paths: string[] };
  return paths.flatMap((path) => {
    const { content, lfs } = model[path] ?? {};
    if (!content) return [];
    const size = content.length;
    const oid = createHash('sha1').update(`blob ${size}\0`).update(content).digest('hex');
    const sha256 = createHash('sha256').update(content).digest('hex');
    return [{ type: 'file', path, size, oid, ...(lfs && { lfs: { oid: sha256, size, pointerSize: 130 } }) }];
  });
}

function send(
  { content, sent = content, cutAfter }: ServedFile,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (request.headers.range === 'bytes=0-0') {
    response.writeHead(206, { 'Content-Range': `bytes 0-0/${content.length}`, ETag: '"x"', 'Content-Length': 1 });
    response.end(sent.subarray(0, 1));
    return;
  }
  response.writeHead(200, { 'Content-Length': sent.length });
  if (cutAfter === undefined) return void response.end(sent);
  response.write(sent.subarray(0, cutAfter), () => response.destroy());
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
}

function notFound(response: ServerResponse, code: string): void {
  response.writeHead(404, { 'Content-Type': 'application/json', 'X-Error-Code': code });
  response.end(JSON.stringify({ error: 'Not found' }));
}
