import { type CellTokens, type PatchTokens, placeOf, type TokenGroup, tokenName } from '../../envs/tokens.ts';
import type { Moment, TokenAttentionHeader } from '../../src/replay/format.ts';
import type { Changes, Panel } from '../time/clock.ts';
import { pageColours, translucent } from '../page/colours.ts';
import { byId, element, pen, setText } from '../page/dom.ts';
import { byGroup, heaviest, tokenWeights, wordsSeen } from './looked.ts';
import { Meter } from '../page/meter.ts';
import { formatShare } from '../page/numbers.ts';
import type { Player } from '../time/player.ts';

/** Sides of a place of a grid on the page, in CSS pixels: large enough to point at, or as small as a wide grid needs. */
const LARGEST_PLACE = 22;
const WIDEST_GRID = 264;
const NAMED = 3; // places said in words

/** A group of tokens on the page. `most`: the heaviest weight of all groups, which has the full colour. */
interface Part {
  show(weights: Float32Array, sum: number, moment: Moment, most: number): void;
}

/** Where the encoder looked in the observation of the step: how much at each part of it, and at what in there. */
export class LookedPanel implements Panel {
  readonly #player: Player;
  readonly #root = byId('looked', HTMLElement);
  readonly #heads = byId('looked-heads', HTMLElement);
  readonly #parts = byId('looked-parts', HTMLElement);
  #encoder: TokenAttentionHeader | null = null;
  #shown: Part[] = [];
  #head: number | null = null;

  constructor(player: Player) {
    this.#player = player;
  }

  update(changes: Changes): void {
    if (changes.has('replay')) this.#build();
    if (changes.has('step')) this.redraw();
  }

  /** Everything that shows weights again: the step, the colours or the choice of heads changed. */
  redraw(): void {
    const { moment } = this.#player;
    if (!this.#encoder || !moment) return;
    const weights = tokenWeights(moment, this.#encoder, this.#head);
    this.#parts.toggleAttribute('data-nothing', weights === null);
    const all = weights ?? new Float32Array(this.#encoder.tokens.reduce((sum, { tokens }) => sum + tokens, 0));
    const most = all.reduce((most, weight) => Math.max(most, weight), 0);
    byGroup(this.#encoder.tokens, all).forEach(({ weights, sum }, i) =>
      this.#shown[i]?.show(weights, sum, moment, most),
    );
  }

  #build(): void {
    this.#encoder = this.#player.recording?.header.policy?.encoder ?? null;
    this.#root.hidden = this.#encoder === null;
    this.#parts.replaceChildren();
    this.#heads.replaceChildren();
    if (!this.#encoder) return;
    this.#shown = this.#encoder.tokens.map((group) => buildPart(group, this.#parts));
    const { heads } = this.#encoder;
    this.#heads.hidden = heads < 2;
    for (let head = -1; head < heads; head++) this.#heads.append(this.#headButton(head < 0 ? null : head));
    this.#choose(null);
  }

  #headButton(head: number | null): HTMLButtonElement {
    const name = describeHead(head);
    const button = element('button', { type: 'button', title: name, 'aria-label': name });
    button.append(head === null ? 'mean' : `H${head + 1}`);
    button.addEventListener('click', () => this.#choose(head));
    return button;
  }

  #choose(head: number | null): void {
    this.#head = head;
    for (const button of this.#heads.querySelectorAll('button'))
      button.setAttribute('aria-pressed', String(button.title === describeHead(head)));
    setText(byId('looked-chosen', HTMLElement), describeHead(head));
    this.redraw();
  }
}

function describeHead(head: number | null): string {
  return head === null ? 'mean of all heads' : `head ${head + 1}`;
}

/** How much of the attention the whole group had, and under it which of its tokens. */
function buildPart(group: TokenGroup, parent: HTMLElement): Part {
  const meter = new Meter(group.name || tokenName(group, 0));
  parent.append(meter.root);
  const detail = buildDetail(group, parent);
  return {
    show(weights, sum, moment, most) {
      meter.show(sum, { low: 0, high: 1 }, formatShare(sum));
      detail?.show(weights, sum, moment, most);
    },
  };
}

function buildDetail(group: TokenGroup, parent: HTMLElement): Part | null {
  switch (group.kind) {
    case 'cells':
    case 'patches':
      return new Places(group, parent);
    case 'words':
      return buildWords(parent, (observation) => wordsSeen(group, observation));
    case 'vector':
    case 'category':
      return null;
    default:
      return group satisfies never;
  }
}

/** A grid's or an image's weights, each at its place: the stronger the colour, the heavier. */
class Places implements Part {
  readonly #group: CellTokens | PatchTokens;
  readonly #canvas = element('canvas', { role: 'img' });
  readonly #words = element('p', { class: 'note' });
  readonly #rows: number;
  readonly #columns: number;
  #weights: Float32Array = new Float32Array(0);

  constructor(group: CellTokens | PatchTokens, parent: HTMLElement) {
    this.#group = group;
    const [row, column] = placeOf(group, group.tokens - 1);
    [this.#rows, this.#columns] = [row + 1, column + 1];
    const side = Math.min(LARGEST_PLACE, Math.max(1, Math.floor(WIDEST_GRID / this.#columns)));
    this.#canvas.style.width = `${side * this.#columns}px`;
    this.#canvas.style.height = `${side * this.#rows}px`;
    this.#canvas.addEventListener('pointermove', ({ offsetX, offsetY }) =>
      this.#nameAt(offsetX / side, offsetY / side),
    );
    parent.append(element('li', { class: 'places' }, this.#canvas, this.#words));
  }

  show(weights: Float32Array, _sum: number, _moment: Moment, most: number): void {
    this.#weights = weights;
    const { context, width, height } = pen(this.#canvas);
    const { accent, line } = pageColours();
    const [wide, tall] = [width / this.#columns, height / this.#rows];
    const gap = wide > 6 ? 1 : 0;
    weights.forEach((weight, i) => {
      const [row, column] = placeOf(this.#group, i);
      context.fillStyle = translucent(line, 0.6);
      context.fillRect(column * wide, row * tall, wide - gap, tall - gap);
      context.fillStyle = translucent(accent, most > 0 ? weight / most : 0);
      context.fillRect(column * wide, row * tall, wide - gap, tall - gap);
    });
    const named = heaviest(weights, NAMED).map((i) => this.#describe(i));
    setText(this.#words, named.join(' \u00b7 '));
    this.#canvas.setAttribute('aria-label', `${this.#group.name || this.#group.kind}, most at ${named.join('; ')}`);
  }

  #describe(i: number): string {
    const [row, column] = placeOf(this.#group, i);
    return `row ${row + 1}, column ${column + 1}: ${formatShare(this.#weights[i] ?? 0)}`;
  }

  #nameAt(x: number, y: number): void {
    const i = this.#weights.findIndex((_, i) => {
      const [row, column] = placeOf(this.#group, i);
      return row === Math.floor(y) && column === Math.floor(x);
    });
    this.#canvas.title = i < 0 ? '' : this.#describe(i);
  }
}

/** A text's words, each with its weight. */
function buildWords(parent: HTMLElement, read: (observation: ArrayLike<number>) => string[]): Part {
  const list = element('ol', { class: 'chips' });
  parent.append(element('li', {}, list));
  const chips: { root: HTMLElement; word: HTMLElement; share: HTMLElement }[] = [];
  const addChip = (): (typeof chips)[number] => {
    const [word, share] = [element('span'), element('span', { class: 'number' })];
    const root = element('li', {}, word, share);
    list.append(root);
    return { root, word, share };
  };
  return {
    show(weights, _sum, moment, most) {
      const words = read(moment.observation);
      while (chips.length < words.length) chips.push(addChip());
      const { accent } = pageColours();
      chips.forEach(({ root, word, share }, i) => {
        root.hidden = i >= words.length;
        const weight = weights[i] ?? 0;
        setText(word, words[i] ?? '');
        setText(share, formatShare(weight));
        root.style.setProperty('--heat', translucent(accent, most > 0 ? (0.85 * weight) / most : 0));
      });
    },
  };
}
