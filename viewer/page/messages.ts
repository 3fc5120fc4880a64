import { ReplayError } from '../../src/replay/format.ts';
import { byId, element } from './dom.ts';
import { LibraryError } from '../session/library.ts';

export interface Message {
  title: string;
  detail: string;
}

/** The one place where the page says that something is wrong, or not whole. A new message takes the old one's place. */
export class Messages {
  readonly #root = byId('messages', HTMLElement);

  /** @param what the file or replay that was being opened or shown */
  showError(error: unknown, what: string): void {
    const isExpected = error instanceof ReplayError || error instanceof LibraryError;
    if (!isExpected) console.error(error); // with its stack, for whoever looks
    this.#show(describeError(error, what), 'alert');
  }

  showNotice(title: string, detail: string): void {
    this.#show({ title, detail }, 'status');
  }

  clear(): void {
    this.#root.replaceChildren();
  }

  #show({ title, detail }: Message, role: 'alert' | 'status'): void {
    const close = element('button', { type: 'button', class: 'quiet', 'aria-label': 'Dismiss' }, '\u00d7');
    close.addEventListener('click', () => this.clear());
    const text = element('p', {}, element('strong', {}, title), ` ${detail}`);
    this.#root.replaceChildren(element('div', { class: 'message', role }, text, close));
  }
}

/** @param what the file or replay that it is about */
export function describeError(error: unknown, what: string): Message {
  if (error instanceof ReplayError) return describeReplayError(error, what);
  if (error instanceof LibraryError)
    return { title: error.reason === 'absent' ? 'No such replay.' : 'No answer.', detail: error.message };
  return { title: `${what} could not be shown.`, detail: error instanceof Error ? error.message : String(error) };
}

function describeReplayError({ reason, message }: ReplayError, what: string): Message {
  switch (reason) {
    case 'not-a-replay':
      return {
        title: `${what} is not a replay.`,
        detail:
          'A replay is a .gfr file, made by \u201cgymformer record\u201d or found in the replays folder of a run.',
      };
    case 'newer-version':
      return { title: `${what} was written by a newer gymformer.`, detail: message };
    case 'unread':
      return { title: `${what} is not read yet.`, detail: message };
    case 'corrupt':
      return { title: `${what} is damaged.`, detail: message };
    default:
      return reason satisfies never;
  }
}
