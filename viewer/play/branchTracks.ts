import type { EpisodeSummary } from '../../src/replay/format.ts';
import { pageColours, type PageColours, translucent } from '../page/colours.ts';
import { byId, element, pen, setText } from '../page/dom.ts';
import { formatNumber, formatSigned } from '../page/numbers.ts';
import type { Changes, Panel } from '../time/clock.ts';
import type { Player } from '../time/player.ts';
import { type Plot, xOf } from '../time/tracks.ts';
import type { Branch } from './branch.ts';
import type { Playing } from './playing.ts';

/** Heights of a track, px: of steps that a person took, and of others. */
const YOURS = 6;
const OTHERS = 2;
const MARK = 4; // half of the mark at the first difference, px

/** Under the timeline, the episode as it was and each branch of it as a track, from where it goes its own way. */
export class BranchTracks implements Panel {
  readonly #player: Player;
  readonly #playing: Playing;
  readonly #plot: () => Plot;
  readonly #root = byId('branches', HTMLElement);
  #rows: Row[] = [];

  /** @param plot where the timeline above has its steps */
  constructor(player: Player, playing: Playing, plot: () => Plot) {
    this.#player = player;
    this.#playing = playing;
    this.#plot = plot;
    new ResizeObserver(() => this.redraw()).observe(this.#root);
  }

  update(changes: Changes): void {
    if (changes.has('episode')) this.show();
    else if (changes.has('length') || changes.has('zoom')) this.redraw();
  }

  /** The branches, or which of them is open, are others. */
  show(): void {
    const own = this.#playing.branches.all.filter(({ episode }) => episode === this.#player.episode);
    const wanted = own.length > 0 ? [null, ...own] : [];
    this.#root.hidden = wanted.length === 0;
    if (wanted.length !== this.#rows.length || wanted.some((branch, i) => branch !== this.#rows[i]?.branch)) {
      this.#rows = wanted.map((branch) => new Row(branch, this.#playing));
      this.#root.replaceChildren(...this.#rows.map(({ root }) => root));
    }
    this.redraw();
  }

  /** Everything again: the size, the colours or a branch changed. */
  redraw(): void {
    const { open, original } = this.#playing.branches;
    const before = original?.episodes[this.#player.episode];
    if (!before) return;
    const look = { plot: this.#plot(), colours: pageColours(), before };
    for (const row of this.#rows) row.show({ ...look, isOpen: row.branch === open });
  }
}

interface Look {
  isOpen: boolean;
  plot: Plot;
  colours: PageColours;
  /** The episode as it was. */
  before: EpisodeSummary;
}

class Row {
  readonly #name = element('span', { class: 'name' });
  readonly #note = element('span', { class: 'note' });
  readonly #canvas = element('canvas', { 'aria-hidden': 'true' });
  readonly #button = element('button', { type: 'button', class: 'row' }, this.#name, this.#note, this.#canvas);
  readonly root = element('li', {}, this.#button);

  /** @param branch null for the episode as it was */
  constructor(
    readonly branch: Branch | null,
    playing: Playing,
  ) {
    this.#button.addEventListener('click', () => playing.open(branch));
    if (!branch) return;
    const remove = element(
      'button',
      { type: 'button', class: 'quiet', 'aria-label': `Remove ${branch.name}` },
      '\u00d7',
    );
    remove.addEventListener('click', () => playing.remove(branch));
    this.root.append(remove);
  }

  show(look: Look): void {
    const { branch } = this;
    const { isOpen, before } = look;
    this.#button.setAttribute('aria-current', String(isOpen));
    setText(this.#name, branch?.name ?? 'as it was');
    setText(this.#note, branch ? describe(branch, before) : `return ${formatNumber(before.return)}`);
    this.#draw(look);
  }

  #draw(look: Look): void {
    const { left, right } = look.plot;
    const { context, height } = pen(this.#canvas);
    context.save();
    context.beginPath();
    context.rect(left - MARK, 0, right - left + 2 * MARK, height);
    context.clip(); // of a timeline that is zoomed, what is out of sight is out of sight here too
    this.#paint(context, height / 2, look);
    context.restore();
  }

  /** @param y of the middle of the track */
  #paint(context: CanvasRenderingContext2D, y: number, { isOpen, plot, colours, before }: Look): void {
    const { branch } = this;
    const colour = isOpen ? colours.accent : colours.dim;
    const bar = (from: number, to: number, tall: number): void =>
      context.fillRect(xOf(from, plot), y - tall / 2, xOf(to, plot) - xOf(from, plot), tall);
    context.fillStyle = branch ? translucent(colour, 0.35) : colour;
    bar(0, branch?.from ?? before.steps, OTHERS);
    context.fillStyle = colour;
    for (const { hand, from, to } of branch?.stretches ?? []) bar(from, to, hand === 'you' ? YOURS : OTHERS);
    const difference = branch?.firstDifference ?? null;
    if (difference === null) return;
    const x = xOf(difference, plot);
    context.fillStyle = colours.text;
    context.beginPath();
    context.moveTo(x, y - MARK);
    context.lineTo(x + MARK, y);
    context.lineTo(x, y + MARK);
    context.lineTo(x - MARK, y);
    context.fill();
  }
}

/** What came of a branch, beside what came of the episode as it was. */
function describe({ firstDifference, summary, ended }: Branch, before: EpisodeSummary): string {
  const more = summary.return - before.return;
  const difference = ended && more !== 0 ? `, ${formatSigned(more)}` : '';
  return [
    firstDifference === null ? (ended ? 'the same' : 'the same so far') : `another way from step ${firstDifference}`,
    `return ${formatNumber(summary.return)}${difference}`,
    ...(ended ? [] : ['not over']),
  ].join(' \u00b7 ');
}
