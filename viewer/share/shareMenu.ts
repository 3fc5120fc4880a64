import { embeddedReplay, embedReplay, Replay } from '../../src/replay/format.ts';
import type { HeatOverlay } from '../attention/heatOverlay.ts';
import { byId, setText } from '../page/dom.ts';
import type { Looks } from '../looks/looks.ts';
import type { Messages } from '../page/messages.ts';
import type { AddressBar } from '../session/addressBar.ts';
import type { Opener } from '../session/opener.ts';
import type { Changes, Panel } from '../time/clock.ts';
import type { Player } from '../time/player.ts';
import type { ExportDialog } from './exportDialog.ts';
import { PictureMaker } from './film.ts';
import { fileName, formatBytes, saveFile } from './saving.ts';

const PICTURE_HEIGHT = 1080; // pixels
const COPIED_MS = 2000;

/** The parts of the page that it works with. */
interface Neighbours {
  opener: Opener;
  address: AddressBar;
  messages: Messages;
  looks: Looks;
  heat: HeatOverlay;
  dialog: ExportDialog;
}

/** The button that copies the address, and the menu beside it: picture, animation, video, and a page of its own. */
export class ShareMenu implements Panel {
  readonly #player: Player;
  readonly #opener: Opener;
  readonly #address: AddressBar;
  readonly #messages: Messages;
  readonly #looks: Looks;
  readonly #heat: HeatOverlay;
  readonly #copy = byId('copy-link', HTMLButtonElement);
  readonly #open = byId('share-button', HTMLButtonElement);
  readonly #menu = byId('share-menu', HTMLElement);
  readonly #page = byId('share-page', HTMLButtonElement);
  readonly #pictures = ['share-picture', 'share-gif', 'share-video'].map((id) => byId(id, HTMLButtonElement));
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(player: Player, { opener, address, messages, looks, heat, dialog }: Neighbours) {
    this.#player = player;
    this.#opener = opener;
    this.#address = address;
    this.#messages = messages;
    this.#looks = looks;
    this.#heat = heat;
    this.#copy.addEventListener('click', () => void this.#copyLink());
    const [picture, gif, video] = this.#pictures as [HTMLButtonElement, HTMLButtonElement, HTMLButtonElement];
    picture.addEventListener('click', () => void this.#try(() => this.#savePicture()));
    gif.addEventListener('click', () => dialog.show('gif'));
    video.addEventListener('click', () => dialog.show('mp4'));
    this.#page.addEventListener('click', () => void this.#try(() => this.#savePage()));
    this.#page.hidden = embeddedReplay(document) !== null; // this page is that file
    this.#menu.addEventListener('click', () => this.#menu.hidePopover());
    this.#menu.addEventListener('beforetoggle', () => this.#offer());
    this.#menu.addEventListener('toggle', ({ newState }) => {
      this.#open.setAttribute('aria-expanded', String(newState === 'open'));
      if (newState === 'open') this.#items()[0]?.focus();
    });
    this.#menu.addEventListener('keydown', (event) => this.#walk(event));
  }

  update(changes: Changes): void {
    if (!changes.has('replay')) return;
    for (const button of [this.#copy, this.#open]) button.disabled = this.#player.recording === null;
    this.#copy.title =
      this.#address.hash === null ? 'A file of your own has no address: make a web page of it' : 'Copy the address';
  }

  /** Offers what there is to share at this moment. */
  #offer(): void {
    const { recording, moment } = this.#player;
    const pictured = this.#looks.maker !== null || (moment?.scene ?? null) !== null;
    for (const button of this.#pictures) {
      button.disabled = !pictured;
      button.title = pictured ? '' : 'This environment draws no picture';
    }
    const bytes = recording instanceof Replay ? recording.bytes : null; // null also while it is being read
    this.#page.disabled = bytes === null;
    setText(
      byId('share-page-note', HTMLElement),
      bytes ? `opens offline, ${formatBytes(bytes.length)}` : 'of a whole replay',
    );
  }

  async #copyLink(): Promise<void> {
    const { hash } = this.#address;
    if (hash === null)
      return this.#messages.showNotice(
        'This replay has no address.',
        'It is a file of yours: save a web page instead.',
      );
    const link = new URL(hash, location.href).href;
    try {
      await navigator.clipboard.writeText(link);
      this.#copy.dataset['state'] = 'copied';
      setText(byId('copy-link-text', HTMLElement), 'Copied');
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#forget(), COPIED_MS);
    } catch {
      this.#messages.showNotice('The browser did not let the page copy.', `The address is ${link}`);
    }
  }

  #forget(): void {
    delete this.#copy.dataset['state'];
    setText(byId('copy-link-text', HTMLElement), 'Copy link');
  }

  async #savePicture(): Promise<void> {
    const { recording, episode, step } = this.#player;
    if (!recording) return;
    const maker = await PictureMaker.create(recording, { own: this.#looks.maker, heat: this.#heat.layerOfStep });
    try {
      const clip = { episode, first: step, last: step, speed: 1 };
      const canvas = maker.film(clip, { height: PICTURE_HEIGHT, framesPerSecond: 1 }).paint(0);
      const picture = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
      if (!picture) throw new Error('the browser made no picture');
      saveFile(picture, fileName(this.#player, `step-${step}`, 'png'));
    } finally {
      maker.destroy();
    }
  }

  async #savePage(): Promise<void> {
    const { recording, step } = this.#player;
    const bytes = recording instanceof Replay ? recording.bytes : null;
    if (!bytes) return;
    const response = await fetch('single-file.html');
    if (!response.ok) throw new Error(`The server has no page to put it into (it answered ${response.status}).`);
    const name = this.#opener.openName.replace(/^.*\//, '');
    const address = this.#address.hashFor(name);
    const page = embedReplay(await response.text(), { name, address, bytes });
    saveFile(new Blob([page], { type: 'text/html' }), fileName(this.#player, `step-${step}`, 'html'));
  }

  async #try(save: () => Promise<void>): Promise<void> {
    try {
      await save();
    } catch (error) {
      this.#messages.showError(error, 'The file');
    }
  }

  #items(): HTMLButtonElement[] {
    return [...this.#menu.querySelectorAll<HTMLButtonElement>('[role=menuitem]:not(:disabled, [hidden])')];
  }

  /** Up and down, Home and End, as in every menu. */
  #walk(event: KeyboardEvent): void {
    event.stopPropagation(); // the keys of the player do other things
    const items = this.#items();
    const at = items.indexOf(document.activeElement as HTMLButtonElement);
    const places: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
    const place = places[event.key];
    if (place === undefined) return;
    event.preventDefault();
    items.at(place % items.length)?.focus();
  }
}
