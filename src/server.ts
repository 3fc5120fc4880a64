import { existsSync, realpathSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, sep } from 'node:path';
import { GymformerError, UsageError } from './errors.ts';
import { listCheckpoints, readAgent, weightsPath } from './server/agents.ts';
import { Bundler } from './server/bundler.ts';
import { EVENT_STREAM } from './server/eventStream.ts';
import { Library } from './server/library.ts';
import { MetricsEvents } from './server/metricsEvents.ts';
import { HttpError, respondFile, respondJson, respondText, setHeaders } from './server/respond.ts';
import { RunEvents } from './server/runEvents.ts';
import { builtViewer, notBuilt } from './viewerFiles.ts';

export interface ServerOptions {
  /** A folder of runs, one run, a folder of replays, or one replay; left out, there are none. */
  path?: string;
  /** Reference of an environment that is to be played, without a run of it. */
  played?: string;
  /** On 127.0.0.1; 0, the default: any free one. */
  port?: number;
  /** The built viewer. */
  viewerRoot?: string;
}

export interface Server {
  url: string;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

const MODULE = 'text/javascript; charset=utf-8';
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': MODULE,
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};
const BYTES = 'application/octet-stream';

/**
 * Serves the viewer, and runs and replays to it, to this machine only.
 *
 *   GET /api/runs           all runs, newest first: `RunEntry[]`
 *   GET /api/replays/<id>   the bytes of a replay
 *   GET /api/agents/<run>   the checkpoints that a page may play with: `CheckpointEntry[]`
 *   GET /api/agents/<run>/<checkpoint>                      what acting needs of one, or of `best` or `latest`: `AgentEntry`
 *   GET /api/agents/<run>/<checkpoint>/policy.safetensors   its weights
 *   GET /api/explanations/<run>   what `gymformer explain` found: `Explanation`
 *   GET /api/environments/<run>.js   the module of a run's own environment, as one file (see server/bundler.ts)
 *   GET /api/played.js      that of the environment that is served to be played, likewise
 *   GET /api/events         server-sent events: the list of runs at once, and each run that has changed
 *   GET /api/metrics?run=<id>&run=<id>&from=<id of an event>
 *                           server-sent events: lines of these runs' metrics, from the first or after that event
 *   GET /…                  the viewer
 *
 * A replay may be asked for in parts, with `Range`. An error is JSON, `{ error }`. Requests that name another host are
 * refused, so that no web page can get at the runs by making its own name mean this machine, and so are those that
 * another site's page makes.
 *
 * @throws FileError when there is nothing at the path; UsageError when the port is taken; GymformerError when the
 *   viewer has not been built
 */
export async function startServer({
  path,
  played,
  port = 0,
  viewerRoot = builtViewer(),
}: ServerOptions): Promise<Server> {
  if (!existsSync(join(viewerRoot, 'index.html'))) throw notBuilt(viewerRoot);
  const viewer = realpathSync(viewerRoot);
  const library = new Library(path);
  const events = new RunEvents(library);
  const metrics = new MetricsEvents();
  const bundler = new Bundler();
  const served = { library, events, metrics, bundler, played, viewer };
  const server = createServer((request, response) => {
    setHeaders(response);
    answer(request, response, served).catch((error: unknown) => fail(response, error));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, port)));
    server.listen(port, HOST, resolve);
  });
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}/`,
    close: () => {
      events.close();
      metrics.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

interface Served {
  library: Library;
  events: RunEvents;
  bundler: Bundler;
  played: string | undefined;
  metrics: MetricsEvents;
  /** Folder of the viewer, without links in its path. */
  viewer: string;
}

async function answer(request: IncomingMessage, response: ServerResponse, served: Served): Promise<void> {
  const { library, events, metrics, viewer } = served;
  checkHost(request);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    throw new HttpError(405, `${request.method} is not allowed: this server is only read from`);
  }
  const path = pathOf(request);
  checkSite(request, path);
  if (path.startsWith('/api/')) response.setHeader('Cache-Control', 'no-store');
  if (path === '/api/runs') return respondJson(response, 200, library.runs());
  if (path === '/api/events' || path === '/api/metrics') {
    if (request.method === 'HEAD') return void response.writeHead(200, { 'Content-Type': EVENT_STREAM }).end();
    if (path === '/api/events') return events.add(response);
    const { files, position } = wantedMetrics(request, library);
    return metrics.add(response, files, position);
  }
  if (path.startsWith('/api/replays/')) {
    const file = library.replayPath(path.slice('/api/replays/'.length));
    if (!file) throw new HttpError(404, 'there is no such replay');
    return respondFile(response, file, BYTES);
  }
  if (path.startsWith('/api/explanations/')) {
    const file = library.explanationPath(path.slice('/api/explanations/'.length));
    if (!file) throw new HttpError(404, 'there is no such run');
    return respondFile(response, file, TYPES['.json'] ?? BYTES);
  }
  if (path.startsWith('/api/agents/')) return answerAgent(path.slice('/api/agents/'.length), response, library);
  if (path.startsWith('/api/environments/') || path === '/api/played.js')
    return respondText(response, await environment(path, served), MODULE);
  if (path.startsWith('/api/')) throw new HttpError(404, `there is no ${path}`);
  const file = viewerFile(viewer, path);
  return respondFile(response, file, TYPES[extname(file)] ?? BYTES);
}

/** @param path the id of a run, which may have several parts, then a checkpoint of it or not, then its weights or not */
function answerAgent(path: string, response: ServerResponse, library: Library): Promise<void> | void {
  const run = library.runPlace(path);
  if (run) return respondJson(response, 200, listCheckpoints(run));
  const { id = '', checkpoint = '', weights } = AGENT.exec(path)?.groups ?? {};
  const place = library.runPlace(id);
  if (!place) throw new HttpError(404, 'there is no such run');
  if (weights) return respondFile(response, weightsPath(place, checkpoint), BYTES);
  return respondJson(response, 200, readAgent(place, checkpoint));
}

const AGENT = /^(?<id>.+?)\/(?<checkpoint>best|latest|\d+)(?<weights>\/policy\.safetensors)?$/;

/** @throws HttpError 404 when there is no such run, or its environment is built in; 422 when it cannot be bundled */
async function environment(path: string, { library, bundler, played }: Served): Promise<string> {
  const [, run] = /^\/api\/environments\/(.+)\.js$/.exec(path) ?? [];
  const reference = run === undefined ? played : library.environmentOf(run);
  if (reference === undefined) throw new HttpError(404, 'there is no such run');
  return await bundler.bundle(reference);
}

/** @throws HttpError 403 for the name of another host: a page that rebinds its own name to this machine sends that */
function checkHost({ headers, socket }: IncomingMessage): void {
  const names = [HOST, 'localhost', '[::1]'];
  const hosts = names.flatMap((name) => [`${name}:${socket.localPort}`, ...(socket.localPort === 80 ? [name] : [])]);
  if (!hosts.includes(headers.host?.toLowerCase() ?? ''))
    throw new HttpError(403, 'this server answers to localhost only');
}

/**
 * A browser would not let another site's page read an answer, but that page need not even learn that there is one. A link
 * on it may lead to the viewer.
 *
 * @throws HttpError 403 for what a browser says comes from another site
 */
function checkSite({ headers }: IncomingMessage, path: string): void {
  const { origin, 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = headers;
  const isLink = mode === 'navigate' && destination === 'document' && !path.startsWith('/api/');
  const isElsewhere = (site === 'cross-site' || site === 'same-site') && !isLink;
  if (isElsewhere || (origin !== undefined && origin !== `http://${headers.host}`))
    throw new HttpError(403, 'this server answers to its own page only');
}

/** @throws HttpError 400 for a path that is badly encoded, or leads upwards */
function pathOf({ url = '/' }: IncomingMessage): string {
  let path: string;
  try {
    path = decodeURIComponent(url.replace(/[?#].*$/s, ''));
  } catch {
    throw new HttpError(400, 'the path is badly encoded');
  }
  if (!path.startsWith('/') || path.includes('\0') || path.split(/[/\\]/).includes('..'))
    throw new HttpError(400, 'the path leads nowhere');
  return path;
}

/**
 * Which files of metrics a page asks for, and from where on: a browser that comes back says it in a header, by itself.
 * Runs that are gone are left out.
 *
 * @throws HttpError 404 when none is there
 */
function wantedMetrics(
  { url = '/', headers }: IncomingMessage,
  library: Library,
): { files: Map<string, string>; position: string } {
  const query = new URLSearchParams(url.replace(/^[^?]*/, ''));
  const files = new Map<string, string>();
  for (const id of query.getAll('run')) {
    const file = library.metricsPath(id);
    if (file !== undefined) files.set(id, file);
  }
  if (files.size === 0) throw new HttpError(404, 'there is no such run');
  const last = headers['last-event-id'];
  return { files, position: typeof last === 'string' ? last : (query.get('from') ?? '') };
}

/** @throws HttpError 404 when it is not there, or a link leads out of the viewer's folder */
function viewerFile(viewer: string, path: string): string {
  let file: string;
  try {
    file = realpathSync(join(viewer, path === '/' ? 'index.html' : path));
  } catch {
    throw new HttpError(404, `there is no ${path}`);
  }
  if (!file.startsWith(viewer + sep)) throw new HttpError(404, `there is no ${path}`);
  return file;
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const known = error instanceof HttpError;
  if (known) respondJson(response, error.status, { error: error.message, ...error.details });
  else respondJson(response, 500, { error: 'the server could not answer' });
}

function listenError(error: NodeJS.ErrnoException, port: number): GymformerError {
  if (error.code === 'EADDRINUSE')
    return new UsageError(`port ${port} is in use: give another --port, or 0 for any free one`);
  if (error.code === 'EACCES')
    return new UsageError(`port ${port} is not allowed: give a --port above 1023, or 0 for any`);
  return new GymformerError(`cannot listen on port ${port}: ${error.message}`, 1, { cause: error });
}
