import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

/**
 * The page may load and ask for nothing but what this server has, and nobody may frame it. It is cross-origin isolated,
 * and may compile WebAssembly: so an agent can run in it, on all cores.
 */
const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-cache',
};

/** Bytes of a file, both ends included. */
interface Range {
  start: number;
  end: number;
}

/** A request that gets an error, and which; `details` stand beside the message in the answer. */
export class HttpError extends Error {
  override readonly name = 'HttpError';

  constructor(
    readonly status: number,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

export function setHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
}

export function respondJson(response: ServerResponse, status: number, body: unknown): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': bytes.length });
  response.end(bytes);
}

/** Sends text that was made here; a browser that has it already is told so. */
export function respondText(response: ServerResponse, text: string, type: string): void {
  const tag = `"${createHash('sha256').update(text).digest('base64url')}"`;
  response.setHeader('ETag', tag);
  if (response.req.headers['if-none-match'] === tag) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) }).end(text);
}

/**
 * Sends a file as it is now, or one part of it, as `Range` asks; what is appended meanwhile is not.
 *
 * @throws HttpError 404 when it is not a file, or a link; 416 when it has no such part
 */
export async function respondFile(response: ServerResponse, path: string, type: string): Promise<void> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)).catch(() => {
    throw new HttpError(404, 'there is no such file');
  });
  try {
    const { size, mtimeMs, ...stat } = await file.stat();
    if ((stat.mode & constants.S_IFMT) !== constants.S_IFREG) throw new HttpError(404, 'there is no such file');
    const tag = `"${size.toString(36)}-${Math.round(mtimeMs * 1000).toString(36)}"`;
    response.setHeader('ETag', tag);
    if (response.req.headers['if-none-match'] === tag) {
      response.writeHead(304).end();
      return;
    }
    response.setHeader('Accept-Ranges', 'bytes');
    const range = rangeOf(response.req, tag, size);
    if (range && range.start > range.end) {
      response.setHeader('Content-Range', `bytes */${size}`);
      throw new HttpError(416, `there is no such part of ${size} bytes`);
    }
    const { start, end } = range ?? { start: 0, end: size - 1 };
    response.writeHead(range ? 206 : 200, {
      'Content-Type': type,
      'Content-Length': end - start + 1,
      ...(range && { 'Content-Range': `bytes ${start}-${end}/${size}` }),
    });
    if (response.req.method === 'HEAD' || size === 0) {
      response.end();
      return;
    }
    await pipeline(file.createReadStream({ autoClose: false, start, end }), response);
  } finally {
    await file.close();
  }
}

/**
 * The part of a file of `size` bytes that is asked for, both ends included; null for all of it: without `Range`, with one
 * of several parts or of another unit, and where `If-Range` names the file as it was before. A part beyond the end begins
 * after it ends.
 *
 * @see RFC 9110, section 14
 */
function rangeOf({ headers, method }: IncomingMessage, tag: string, size: number): Range | null {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? '') ?? [];
  const stale = headers['if-range'] !== undefined && headers['if-range'] !== tag;
  if (first === undefined || last === undefined || first + last === '' || stale || method !== 'GET') return null;
  if (first === '') return { start: Math.max(0, size - Number(last)), end: size - 1 };
  if (last === '') return { start: Number(first), end: size - 1 };
  return Number(last) < Number(first) ? null : { start: Number(first), end: Math.min(Number(last), size - 1) };
}
