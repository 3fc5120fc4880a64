import { describe, expect, test } from 'vitest';
import { embeddedReplay, embedReplay, EMPTY_REPLAY } from '../../src/replay/format.ts';
import { repeatable } from './cartPoleMoments.ts';

const PAGE = `<!doctype html><body><p>before</p>${EMPTY_REPLAY}<p>after</p></body>`;

/** A browser's view of a page: its one element with this id. */
function opened(page: string): Parameters<typeof embeddedReplay>[0] {
  const [, attributes = '', textContent = ''] = /<script ([^>]*)>([^<]*)<\/script>/.exec(page) ?? [];
  const unescaped = (text: string): string =>
    text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
  const dataset = Object.fromEntries(
    [...attributes.matchAll(/data-(\w+)="([^"]*)"/g)].map(([, name, text = '']) => [name, unescaped(text)]),
  ) as Record<string, string>;
  return { getElementById: (id) => (attributes.includes(`id="${id}"`) ? { dataset, textContent } : null) };
}

describe('a replay in a page', () => {
  test.each([0, 1, 2, 3, 100_001])('comes out as it went in: %i bytes', (length) => {
    const random = repeatable(length);
    const bytes = Uint8Array.from({ length }, () => 256 * random());
    const replay = embeddedReplay(opened(embedReplay(PAGE, { name: 'a.gfr', address: '#replay=a.gfr&step=3', bytes })));
    expect(replay).toMatchObject({ name: 'a.gfr', address: '#replay=a.gfr&step=3' });
    expect(replay?.read()).toEqual(bytes);
  });

  test('a name is never markup', () => {
    const name = '"></script><script>alert(1)</script>&amp;.gfr';
    const page = embedReplay(PAGE, { name, address: '#', bytes: new Uint8Array(3) });
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(embeddedReplay(opened(page))?.name).toBe(name);
  });

  test('a page without one says so, a page without a place for one is an error', () => {
    expect(embeddedReplay(opened(PAGE))).toBe(null);
    expect(() => embedReplay('<p></p>', { name: '', address: '', bytes: new Uint8Array(0) })).toThrow(RangeError);
    expect(() => embedReplay(PAGE + PAGE, { name: '', address: '', bytes: new Uint8Array(0) })).toThrow(RangeError);
  });
});
