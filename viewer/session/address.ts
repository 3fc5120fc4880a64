/**
 * Where the viewer is, as the address bar says it: `#replay=<id>&episode=<n>&step=<t>`, and then fields of the page's parts.
 *
 * Episodes are counted from 1, as on the screen; step t is the moment before action t, from 0.
 */
export interface Address {
  replay: string;
  /** Counted from 1. */
  episode: number;
  step: number;
}

/** Something that a part of the page has the address hold, beside the place in a replay: which panels are open, say. */
export interface AddressField {
  /** As it stands in the address. */
  readonly name: string;
  /** Whether it is of the episode on the screen, and has to wait until that is the address's. */
  readonly ofEpisode?: boolean;
  /** What the address is to hold; null where all is as by default, which the address leaves out. */
  read(): string | null;
  /**
   * Takes up what an address holds, null where it leaves the field out. It is called at once, unless the field is of the
   * episode, and once more when the address's place is on the screen; what makes no sense, or not yet, is passed over.
   */
  apply(text: string | null, address: Address): void;
  /** @param changed is to be called when `read` may give something else */
  onChange(changed: () => void): void;
}

/** The fields of an address by name, among them those that no part of the page knows. */
export function parseFields(hash: string): ReadonlyMap<string, string> {
  return new Map(new URLSearchParams(hash.replace(/^#/, '')));
}

/** Null when the hash names no replay; a missing or senseless number becomes the first. */
export function parseAddress(hash: string): Address | null {
  const fields = parseFields(hash);
  const replay = fields.get('replay');
  if (!replay) return null;
  return { replay, episode: wholeNumber(fields.get('episode'), 1), step: wholeNumber(fields.get('step'), 0) };
}

export function formatAddress({ replay, episode, step }: Address, fields: readonly AddressField[] = []): string {
  const all = new URLSearchParams({ replay, episode: String(episode), step: String(step) });
  for (const field of fields) {
    const text = field.read();
    if (text !== null) all.set(field.name, text);
  }
  return `#${all}`;
}

function wholeNumber(text: string | undefined, least: number): number {
  const number = Number(text ?? least);
  return Number.isInteger(number) && number >= least ? number : least;
}
