/** A replay to be put into a web page. */
export interface ReplayFile {
  /** As a person calls it; also its id in the page's address. */
  name: string;
  /** Where it opens, as the page's address says it: `#replay=<name>&episode=2&step=40`. */
  address: string;
  bytes: Uint8Array;
}

/** A replay inside of a web page. */
export interface EmbeddedReplay extends Omit<ReplayFile, 'bytes'> {
  read(): Uint8Array;
}

const ID = 'embedded-replay';
/** Data, which a browser neither runs nor shows. */
const TYPE = 'application/octet-stream';
/** Stands in the viewer's single-file page, for a replay to be put in its place. */
export const EMPTY_REPLAY = `<script id="${ID}" type="${TYPE}"></script>`;

const CHUNK = 3 * 8192; // bytes; a multiple of three, so that the pieces can be joined

/**
 * The viewer's single-file page with a replay in it.
 *
 * @throws RangeError when the page has no place for one
 */
export function embedReplay(page: string, { name, address, bytes }: ReplayFile): string {
  const [before, after, ...more] = page.split(EMPTY_REPLAY);
  if (before === undefined || after === undefined || more.length > 0)
    throw new RangeError(
      `embedReplay: the page has ${page.split(EMPTY_REPLAY).length - 1} places for a replay, wanted 1`,
    );
  const attributes = `data-name="${escape(name)}" data-address="${escape(address)}"`;
  return `${before}<script id="${ID}" type="${TYPE}" ${attributes}>${toBase64(bytes)}</script>${after}`;
}

/** What a page holds, or null where it holds none. */
export function embeddedReplay(page: {
  getElementById(id: string): { dataset: Record<string, string | undefined>; textContent: string | null } | null;
}): EmbeddedReplay | null {
  const holder = page.getElementById(ID);
  const { name, address } = holder?.dataset ?? {};
  if (!holder || name === undefined || address === undefined) return null;
  return { name, address, read: () => fromBase64(holder.textContent ?? '') };
}

function escape(text: string): string {
  return text.replace(/[&"<>]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

function toBase64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK)
    pieces.push(btoa(String.fromCharCode(...bytes.subarray(at, at + CHUNK))));
  return pieces.join('');
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
