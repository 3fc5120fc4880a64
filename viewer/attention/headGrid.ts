import type { AttentionShape } from '../../agents/model/attentionWeights.ts';
import { describeSelection, MERGES, sameSelection } from './attention.ts';
import type { Merge, Selection } from './attention.ts';
import type { Choice } from './choice.ts';
import { pageColours, translucent } from '../page/colours.ts';
import { byId, element, nameButton, pen } from '../page/dom.ts';
import { previewUnderPointer } from './previewUnderPointer.ts';

const NARROW = 8; // heads; more of them leave no room for an H before each number
const MERGE_TITLES: Record<Merge, string> = {
  mean: 'the mean of all heads',
  max: 'the largest weight that any head gave',
  rollout: 'attention rollout: what could reach the decision through all layers, an approximation',
};

/**
 * A table of buttons: a row a layer, a column a head, a small picture of the weights in each, the heads of a layer
 * together before them and those of a column above; over the table, all of them together in one of three ways.
 */
export class HeadGrid {
  readonly #choice: Choice<Selection>;
  readonly #grid = byId('heads', HTMLElement);
  readonly #merges = byId('merges', HTMLElement);
  #pictures: { canvas: HTMLCanvasElement; layer: number; head: number }[] = [];
  #buttons: { button: HTMLButtonElement; selection: () => Selection; title: string | undefined }[] = [];

  constructor(choice: Choice<Selection>) {
    this.#choice = choice;
    choice.onChange(() => this.#mark());
  }

  build({ layers, heads }: AttentionShape): void {
    this.#pictures = [];
    this.#buttons = [];
    const merged = (merge: Merge): Selection => ({ layer: null, head: null, merge });
    this.#merges.replaceChildren(
      ...MERGES.map((merge) => this.#button(() => merged(merge), merge, MERGE_TITLES[merge])),
    );
    this.#grid.style.setProperty('--columns', String(heads));
    this.#grid.replaceChildren(element('span'));
    for (let head = 0; head < heads; head++) {
      const name = heads > NARROW ? String(head + 1) : `H${head + 1}`;
      this.#grid.append(this.#button(() => ({ layer: null, head, merge: this.#merge }), name));
    }
    for (let layer = 0; layer < layers; layer++) {
      this.#grid.append(this.#button(() => ({ layer, head: null, merge: this.#merge }), `L${layer + 1}`));
      for (let head = 0; head < heads; head++) {
        const canvas = element('canvas', { 'aria-hidden': 'true' });
        this.#pictures.push({ canvas, layer, head });
        this.#grid.append(this.#button(() => ({ layer, head, merge: this.#merge }), canvas));
      }
    }
    this.#mark();
  }

  /** @param weights  of one head, by lag */
  draw(weights: (head: Selection) => Float32Array | null): void {
    const colour = translucent(pageColours().accent, 0.8);
    for (const { canvas, layer, head } of this.#pictures)
      drawWeights(canvas, weights({ layer, head, merge: 'mean' }), colour);
  }

  /** How the heads of a row or a column are merged: as those of the whole are, where that can be done. */
  get #merge(): Merge {
    return this.#choice.shown.merge === 'max' ? 'max' : 'mean';
  }

  #button(selection: () => Selection, content: string | Node, title?: string): HTMLButtonElement {
    const button = element('button', { type: 'button' }, content);
    button.addEventListener('click', () => this.#choice.press(selection()));
    previewUnderPointer(button, this.#choice, selection);
    this.#buttons.push({ button, selection, title });
    return button;
  }

  #mark(): void {
    for (const { button, selection, title } of this.#buttons) {
      const name = describeSelection(selection());
      nameButton(button, name);
      button.setAttribute('aria-pressed', String(this.#choice.isLocked(selection())));
      button.toggleAttribute('data-shown', sameSelection(selection(), this.#choice.shown));
      button.title = title ?? name;
    }
  }
}

/** Weights as bars, the current step at the right end and the past to its left. */
function drawWeights(canvas: HTMLCanvasElement, weights: Float32Array | null, colour: string): void {
  const { context, width, height } = pen(canvas);
  if (!weights || weights.length === 0) return;
  const heaviest = weights.reduce((most, weight) => Math.max(most, weight), 0);
  const step = width / weights.length;
  context.beginPath();
  weights.forEach((weight, lag) => {
    const tall = heaviest > 0 ? (weight / heaviest) * height : 0;
    if (tall > 0) context.rect(width - (lag + 1) * step, height - tall, Math.max(step - 0.5, 0.75), tall);
  });
  context.fillStyle = colour;
  context.fill();
}
