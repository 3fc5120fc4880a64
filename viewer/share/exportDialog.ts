import type { HeatOverlay } from '../attention/heatOverlay.ts';
import { byId, element, setText } from '../page/dom.ts';
import { formatCount } from '../page/numbers.ts';
import type { Looks } from '../looks/looks.ts';
import { SPEEDS } from '../time/player.ts';
import type { Player } from '../time/player.ts';
import { framePositions, GIF_FRAMES_PER_SECOND, pictureSize, VIDEO_FRAMES_PER_SECOND } from './clip.ts';
import type { Clip } from './clip.ts';
import { PictureMaker, worldOf } from './film.ts';
import type { Film, Progress } from './film.ts';
import { encodeGif } from './gif.ts';
import { fileName, saveFile } from './saving.ts';
import type { Container, VideoSupport } from './video.ts';

export type Format = 'gif' | Container;

const FORMATS: Readonly<Record<Format, string>> = { gif: 'GIF', mp4: 'MP4', webm: 'WebM' };
const HEIGHTS = [240, 360, 480, 720, 1080]; // pixels
const USUAL_HEIGHT = 480;

interface Neighbours {
  /** Knows whether a scene of the environment's own is shown. */
  looks: Looks;
  /** Knows what lies over the scene. */
  heat: HeatOverlay;
  /** Stops time, and has nothing else come on the screen meanwhile. */
  halt: () => void;
}

/** Asks which part of the episode is wanted, how fast and how large, and makes an animation or a video of it. */
export class ExportDialog {
  readonly #player: Player;
  readonly #looks: Looks;
  readonly #heat: HeatOverlay;
  readonly #halt: () => void;
  readonly #dialog = byId('export', HTMLDialogElement);
  readonly #format = byId('export-format', HTMLSelectElement);
  readonly #first = byId('export-first', HTMLInputElement);
  readonly #last = byId('export-last', HTMLInputElement);
  readonly #speed = byId('export-speed', HTMLSelectElement);
  readonly #height = byId('export-height', HTMLSelectElement);
  readonly #note = byId('export-note', HTMLElement);
  readonly #problem = byId('export-problem', HTMLElement);
  readonly #progress = byId('export-progress', HTMLProgressElement);
  readonly #start = byId('export-start', HTMLButtonElement);
  readonly #fields = [this.#format, this.#first, this.#last, this.#speed, this.#height];
  /** Which of several questions to the browser is the last one. */
  #asked = 0;
  #work: AbortController | null = null;

  constructor(player: Player, { looks, heat, halt }: Neighbours) {
    this.#player = player;
    this.#looks = looks;
    this.#heat = heat;
    this.#halt = halt;
    const options = (values: readonly (readonly [value: string | number, text: string])[]): HTMLElement[] =>
      values.map(([value, text]) => element('option', { value }, text));
    this.#format.append(...options(Object.entries(FORMATS)));
    this.#speed.append(...options(SPEEDS.map((speed) => [speed, `${speed}\u00d7`])));
    this.#height.append(...options(HEIGHTS.map((height) => [height, `${height} pixels`])));
    this.#height.value = String(USUAL_HEIGHT);
    for (const field of this.#fields) field.addEventListener('input', () => void this.#describe());
    byId('export-form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault(); // it closes when the file is there
      void this.#save();
    });
    byId('export-cancel', HTMLButtonElement).addEventListener('click', () => this.#dialog.close());
    this.#dialog.addEventListener('close', () => this.#work?.abort());
  }

  /** Opens with what is played chosen, the loop or the whole episode, at the speed that it is played at. */
  show(format: Format): void {
    this.#halt();
    const { lastStep, loop, speed } = this.#player;
    this.#format.value = format;
    for (const [input, step] of [
      [this.#first, loop?.from ?? 0],
      [this.#last, loop?.to ?? lastStep],
    ] as const) {
      input.max = String(lastStep);
      input.value = String(step);
    }
    this.#speed.value = String(speed);
    this.#busy(false);
    this.#dialog.showModal();
    void this.#describe();
  }

  /** Says what the file will be, or why there can be none. */
  async #describe(): Promise<void> {
    const asked = ++this.#asked;
    this.#problem.hidden = true;
    const clip = this.#clip();
    const size = this.#size(clip);
    this.#start.disabled = true;
    if (!clip || !size) return setText(this.#note, 'Wanted: a first step, and a last one that is not before it.');
    const { container, framesPerSecond } = this.#chosen();
    const support = container && (await supportOf(container, size));
    if (asked !== this.#asked) return; // something else was chosen meanwhile
    const frames = framePositions(clip, framesPerSecond).length;
    const length = `${formatCount(frames, 'frame')}, ${(frames / framesPerSecond).toFixed(1)} s`;
    const parts = [
      `${length}, ${size.width} \u00d7 ${size.height} pixels.`,
      ...(support ? [support.note] : []),
      ...this.#heatNote(),
    ];
    setText(this.#note, parts.join(' '));
    this.#start.disabled = this.#work !== null || support?.codec === null;
  }

  /** Whether what lies over the scene will be in the file. */
  #heatNote(): string[] {
    const { title, layerOfEpisode } = this.#heat;
    if (title === null) return [];
    return [layerOfEpisode ? `With ${title}.` : `Without ${title}, which is of one step alone.`];
  }

  async #save(): Promise<void> {
    const [clip, { recording }] = [this.#clip(), this.#player];
    if (!clip || !recording || this.#work) return;
    const { format, container, framesPerSecond, height } = this.#chosen();
    const work = (this.#work = new AbortController());
    this.#busy(true);
    let maker: PictureMaker | null = null;
    try {
      maker = await PictureMaker.create(recording, { own: this.#looks.maker, heat: this.#heat.layerOfEpisode });
      const film = maker.film(clip, { height, framesPerSecond });
      this.#progress.max = film.frames;
      const progress: Progress = { signal: work.signal, show: (frames) => (this.#progress.value = frames) };
      const file = container ? await makeVideo(film, container, progress) : await encodeGif(film, progress);
      work.signal.throwIfAborted();
      saveFile(file, fileName(this.#player, `steps-${clip.first}-${clip.last}`, format));
      this.#dialog.close();
    } catch (error) {
      if (!work.signal.aborted) this.#fail(error);
    } finally {
      maker?.destroy();
      this.#work = null;
      this.#busy(false);
    }
  }

  #fail(error: unknown): void {
    console.error(error); // with its stack, for whoever looks
    this.#problem.hidden = false;
    setText(this.#problem, `It could not be made: ${error instanceof Error ? error.message : String(error)}`);
  }

  #busy(busy: boolean): void {
    for (const field of this.#fields) field.disabled = busy;
    this.#start.disabled = busy;
    this.#progress.hidden = !busy;
    this.#progress.value = 0;
  }

  #chosen(): { format: Format; container: Container | null; framesPerSecond: number; height: number } {
    const format = this.#format.value as Format; // of the options above
    const [container, framesPerSecond] =
      format === 'gif' ? [null, GIF_FRAMES_PER_SECOND] : [format, VIDEO_FRAMES_PER_SECOND];
    return { format, container, framesPerSecond, height: Number(this.#height.value) };
  }

  /** Null unless the steps make sense. */
  #clip(): Clip | null {
    const [first, last] = [this.#first.valueAsNumber, this.#last.valueAsNumber];
    const sound = [first, last].every((step) => Number.isInteger(step) && step >= 0 && step <= this.#player.lastStep);
    return sound && first <= last
      ? { episode: this.#player.episode, first, last, speed: Number(this.#speed.value) }
      : null;
  }

  #size(clip: Clip | null): { width: number; height: number } | null {
    const { recording } = this.#player;
    const world = recording && clip && worldOf(recording, clip, this.#looks.maker);
    if (!world) return null;
    const [width, height] = pictureSize(world, Number(this.#height.value));
    return { width, height };
  }
}

// The encoders of videos are as large as all the rest of the page: it loads them when they are wanted.

async function supportOf(container: Container, size: { width: number; height: number }): Promise<VideoSupport> {
  const { videoSupport } = await import('./video.ts');
  return videoSupport(container, size);
}

async function makeVideo(film: Film, container: Container, progress: Progress): Promise<Blob> {
  const { encodeVideo, videoSupport } = await import('./video.ts');
  const { codec, note } = await videoSupport(container, film);
  if (codec === null) throw new Error(note);
  return encodeVideo(film, { container, codec }, progress);
}
