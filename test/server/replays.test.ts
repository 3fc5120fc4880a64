import { describe, expect, test } from 'vitest';
import { raw, servedFolder, smallReplay } from './servedFolder.ts';

const { serve } = servedFolder();

describe('replays', () => {
  test('come as bytes, with a tag by which an unchanged one is not sent twice', async () => {
    const { url } = await serve();
    const response = await fetch(`${url}api/replays/first/one.gfr`);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array(smallReplay()));
    const again = await fetch(`${url}api/replays/first%2Fone.gfr`, {
      headers: { 'if-none-match': response.headers.get('etag') ?? '' },
    });
    expect(again.status).toBe(304);
  });

  test.each(['first/none.gfr', 'first/config.json', 'first', '', 'first/../first/one.gfr'])(
    '"%s" is none, and the answer says so',
    async (id) => {
      const { status, body } = await raw(await serve(), `/api/replays/${id}`);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(JSON.parse(body)).toEqual({ error: expect.any(String) as string });
    },
  );
});

describe('parts of a replay', () => {
  const bytes = smallReplay();
  const size = bytes.length;
  const part = async (range: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${(await serve()).url}api/replays/first/one.gfr`, { headers: { range, ...headers } });

  test.each([
    ['bytes=0-9', 0, 9],
    ['bytes=100-100', 100, 100],
    ['bytes=100-', 100, size - 1],
    ['bytes=-20', size - 20, size - 1],
    [`bytes=100-${10 * size}`, 100, size - 1],
    [`bytes=-${10 * size}`, 0, size - 1],
  ])('come for "%s"', async (range, first, last) => {
    const response = await part(range);
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(`bytes ${first}-${last}/${size}`);
    expect(response.headers.get('content-length')).toBe(String(last - first + 1));
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(Uint8Array.from(bytes.subarray(first, last + 1)));
  });

  test.each(['bytes=9-0', 'bytes=0-1,5-6', 'bytes=-', 'lines=1-2', 'bytes=a-b', 'bytes=0x1-2'])(
    '"%s" is no part: all of it comes',
    async (range) => {
      const response = await part(range);
      expect(response.status).toBe(200);
      expect((await response.arrayBuffer()).byteLength).toBe(size);
    },
  );

  test.each([`bytes=${size}-`, 'bytes=-0', `bytes=${'9'.repeat(400)}-`])('"%s" is beyond the end', async (range) => {
    const response = await part(range);
    expect(response.status).toBe(416);
    expect(response.headers.get('content-range')).toBe(`bytes */${size}`);
  });

  test('of the file as it was before, by If-Range, are all of it as it is now', async () => {
    const tag = (await part('bytes=0-0')).headers.get('etag') as string;
    expect((await part('bytes=0-0', { 'if-range': tag })).status).toBe(206);
    expect((await part('bytes=0-0', { 'if-range': '"another"' })).status).toBe(200);
  });
});
