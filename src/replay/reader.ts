import { AttentionReader } from './attentionFrame.ts';
import { type FileBytes, wholeFile } from './fileBytes.ts';
import { dictionaryOf, payloadOf, unpack } from './frames.ts';
import type { Frame } from './frames.ts';
import { checkFrames, type Damage, readIndex, scanFrames } from './frameIndex.ts';
import type { EpisodeSummary, Moment, MomentParts, ReplayHeader } from './moment.ts';
import { decodePrelude, ReplayError } from './prelude.ts';
import { Recent } from './recent.ts';
import { SceneReader } from './sceneFrame.ts';
import { type AttentionKind, decodeStepsMeta, StepsReader } from './stepsFrame.ts';
import {
  type BrokenFrame,
  episodesOf,
  frameOf,
  lastOf,
  type Loss,
  partOf,
  type StoredEpisode,
} from './storedEpisode.ts';

/** Decoded frames kept of each type. */
const KEPT = { entries: 6, bytes: 2 ** 24 };

interface Contents {
  frames: readonly Frame[];
  broken: readonly BrokenFrame[];
  /** What the index says of the episodes; null without one. */
  listed: readonly EpisodeSummary[] | null;
  /** What is not whole in a file without an index. */
  damage: Damage | null;
}

/**
 * Reads a replay. Frames are decoded when a moment of theirs is asked for; some are kept.
 *
 * Of an episode that is cut, the moments in whole frames are there; the last of them has lost its decision, since what
 * came of it is not known. What a damaged frame told is lost, and all others are still shown: see `losses`.
 */
export class Replay {
  readonly episodes: readonly EpisodeSummary[];
  private readonly stored: readonly StoredEpisode[];
  private readonly stepsFrames = new Recent<StepsReader>(KEPT);
  private readonly sceneFrames = new Recent<SceneReader>(KEPT);
  private readonly attentionFrames = new Recent<AttentionReader>(KEPT);
  private readonly outcomes = new Recent<Outcomes>(KEPT);
  /** The first frame of scenes is the dictionary of all others; null where it is lost. */
  private readonly firstScenes: Frame | null;
  private sceneDictionary: Uint8Array | undefined;
  private readonly firstDamage: string | null;

  private constructor(
    private readonly file: FileBytes,
    readonly header: ReplayHeader,
    { frames, broken, listed, damage }: Contents,
  ) {
    this.stored = episodesOf(frames, broken, listed);
    this.firstDamage = damage?.reason ?? null;
    this.complete = listed !== null;
    this.firstScenes = firstScenesOf(frames, broken, damage);
    if (!listed) for (const episode of this.stored) episode.summary = this.summarise(episode);
    this.episodes = this.stored.map(({ summary }) => summary);
  }

  /** Whether the file has its end: false when it is cut, damaged there, or still being written. */
  readonly complete: boolean;

  /**
   * Opens the bytes of a replay, whole or cut.
   *
   * @throws ReplayError when they are not a replay, one of a newer version, or without a whole header
   */
  static open(bytes: Uint8Array): Replay {
    const { header, length } = decodePrelude(bytes);
    const file = wholeFile(bytes);
    const index = readIndex(file);
    const contents = index
      ? { ...checkFrames(bytes, index.frames), listed: index.episodes, damage: null }
      : { ...scanFrames(bytes, length), listed: null };
    return new Replay(file, header, contents);
  }

  /**
   * Opens what has been read of a file: its header and its index. Moments whose frames are not there yet are a
   * ReplayError, and what is damaged shows only where it is read.
   *
   * @returns null when the header or a sound index is not there
   * @throws ReplayError when it is not a replay, or one of a newer version
   */
  static openParts(file: FileBytes, start: Uint8Array): Replay | null {
    const index = readIndex(file);
    if (!index) return null;
    const { header } = decodePrelude(start);
    return new Replay(file, header, { frames: index.frames, broken: [], listed: index.episodes, damage: null });
  }

  /** The file; null while it is not all here. */
  get bytes(): Uint8Array | null {
    return this.file.slice(0, this.file.length);
  }

  /** What is wrong with the file, in words: of what is cut or damaged, the first; null when nothing is known to be. */
  get damage(): string | null {
    if (this.firstDamage !== null) return this.firstDamage;
    const at = this.stored.findIndex(({ losses }) => losses.length > 0);
    const loss = this.stored[at]?.losses[0];
    return loss ? describeLoss(loss, at) : null;
  }

  /**
   * What an episode has lost to damaged frames, in the order of its steps: found when the file is opened, or, of a frame
   * that is whole and still makes no sense, when it is read.
   */
  losses(episode: number): readonly Loss[] {
    return this.storedEpisode(episode).losses;
  }

  /**
   * What was at step `t` of an episode. Where its scene or attention is lost, it has none.
   *
   * @param parts  what of it is wanted: a scene or attention that is not is null, and costs nothing
   * @throws RangeError when there is no such moment
   * @throws ReplayError when it is lost, or not read yet
   */
  moment(episode: number, t: number, { scene = true, attention = true }: MomentParts = {}): Moment {
    const stored = this.storedEpisode(episode);
    if (!Number.isInteger(t) || t < 0 || t > stored.summary.steps)
      throw new RangeError(`moment: step ${t} of episode ${episode}, which has steps 0 to ${stored.summary.steps}`);
    const frame = frameOf(stored.frames.steps, t);
    if (!frame) throw new ReplayError('corrupt', `replay is corrupt: ${this.lossAt(episode, t)}`);
    const step = t - frame.firstStep;
    return this.decode(frame, () => {
      const reader = this.readSteps(frame);
      const decision = t < stored.summary.steps ? reader.decision(step) : null;
      if (decision && attention)
        for (const kind of ['attention', 'tokenAttention'] as const)
          if (reader.hasAttention(kind, step)) decision[kind] = this.attention(kind, stored, t, reader);
      return { observation: reader.observation(step), scene: scene ? this.scene(stored, t) : null, decision };
    });
  }

  /** The reward of each step of an episode; NaN where it is lost. */
  rewards(episode: number): Float32Array {
    return this.outcomesOf(episode).rewards;
  }

  /** The value that the policy gave each step of an episode, NaN where it gave none; null when it never did. */
  values(episode: number): Float32Array | null {
    return this.outcomesOf(episode).values;
  }

  /**
   * Where in the file the frames of a moment lie, and what else they need to be read; a place beyond the end is the end.
   * For whoever reads a file in parts.
   */
  framesFor(episode: number, t: number): Pick<Frame, 'offset' | 'length'>[] {
    const stored = this.stored[Math.min(episode, this.stored.length - 1)];
    if (!stored) return [];
    const step = Math.min(t, stored.summary.steps);
    const own = Object.values(stored.frames).flatMap((frames) => frameOf(frames, step) ?? []);
    return own.some(({ type }) => partOf({ type }) === 'scenes') && this.firstScenes ? [...own, this.firstScenes] : own;
  }

  private storedEpisode(episode: number): StoredEpisode {
    const stored = this.stored[episode];
    if (!stored) throw new RangeError(`episode ${episode} of a replay that has ${this.stored.length}`);
    return stored;
  }

  private lossAt(episode: number, t: number): string {
    const loss = this.losses(episode).find(({ part, first, last }) => part === 'steps' && first <= t && t <= last);
    return loss ? describeLoss(loss, episode) : `step ${t} of episode ${episode} is not in the file`;
  }

  private outcomesOf(episode: number): Outcomes {
    const stored = this.storedEpisode(episode);
    return this.outcomes.get(episode, () => {
      const { steps } = stored.summary;
      const outcomes = new Outcomes(steps);
      for (const frame of stored.frames.steps) {
        const reader = this.unlessLost(stored, frame, () => this.readSteps(frame));
        for (let t = frame.firstStep; reader && t <= Math.min(steps - 1, lastOf(frame)); t++)
          outcomes.set(t, reader.reward(t - frame.firstStep), reader.value(t - frame.firstStep));
      }
      return outcomes;
    });
  }

  /** Without an index, an episode's last steps frame says how it stood. */
  private summarise({ frames }: StoredEpisode): EpisodeSummary {
    const last = frames.steps.at(-1) as Frame;
    return this.decode(last, () => {
      const { seed, returnBefore, terminated, truncated } = decodeStepsMeta(this.payload(last));
      return { seed, steps: lastOf(last), return: returnBefore, terminated, truncated };
    });
  }

  private readSteps(frame: Frame): StepsReader {
    return this.stepsFrames.get(frame.offset, () => new StepsReader(this.payload(frame), frame.steps));
  }

  private scene(stored: StoredEpisode, t: number): Moment['scene'] {
    const frame = frameOf(stored.frames.scenes, t);
    if (!frame) return null;
    return this.unlessLost(stored, frame, () => {
      const make = (): SceneReader =>
        new SceneReader(unpack(this.payload(frame), this.dictionaryFor(frame)), frame.steps);
      return this.sceneFrames.get(frame.offset, make).scene(t - frame.firstStep);
    });
  }

  private dictionaryFor(frame: Frame): Uint8Array | undefined {
    const first = this.firstScenes;
    if (!first || first.offset === frame.offset) return undefined;
    return (this.sceneDictionary ??= dictionaryOf(unpack(this.payload(first))));
  }

  private attention(kind: AttentionKind, stored: StoredEpisode, t: number, steps: StepsReader): Float32Array | null {
    const frame = frameOf(stored.frames[kind], t);
    if (!frame) return null;
    return this.unlessLost(stored, frame, () => {
      const make = (): AttentionReader => new AttentionReader(unpack(this.payload(frame)), steps.attentionRow(kind));
      return this.attentionFrames.get(frame.offset, make).weights(steps.attentionRow(kind, t - frame.firstStep));
    });
  }

  /** @throws ReplayError when the frame is not read yet; RangeError when it is damaged */
  private payload(frame: Frame): Uint8Array {
    const bytes = this.file.slice(frame.offset, frame.length);
    if (!bytes) throw new ReplayError('unread', `the frame at byte ${frame.offset} is not read yet`);
    return payloadOf(bytes);
  }

  /** What is read of a frame; null where that cannot be, which from then on is known of it. */
  private unlessLost<T>(stored: StoredEpisode, frame: Frame, read: () => T): T | null {
    try {
      return this.decode(frame, read);
    } catch (error) {
      if (!(error instanceof ReplayError)) throw error;
      const [part, first, last] = [partOf(frame), frame.firstStep, lastOf(frame)];
      const known = stored.losses.some((loss) => loss.part === part && loss.first === first);
      if (part && !known && error.reason !== 'unread')
        stored.losses.push({ part, first, last, reason: reasonOf(error) });
      return null;
    }
  }

  /** Whatever goes wrong in a frame is the frame's fault: a ReplayError that names it. */
  private decode<T>(frame: Frame, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof ReplayError) throw error;
      const where = `${partOf(frame)} ${frame.firstStep} to ${lastOf(frame)} of episode ${frame.episode + 1}`;
      throw new ReplayError('corrupt', `replay is corrupt at byte ${frame.offset} (${where}): ${reasonOf(error)}`, {
        cause: error,
      });
    }
  }
}

/** Rewards and values of an episode, NaN where there is none. */
class Outcomes {
  readonly rewards: Float32Array;
  private readonly everyValue: Float32Array;
  private hasValues = false;

  constructor(steps: number) {
    this.rewards = new Float32Array(steps).fill(NaN);
    this.everyValue = new Float32Array(steps).fill(NaN);
  }

  get values(): Float32Array | null {
    return this.hasValues ? this.everyValue : null;
  }

  get size(): number {
    return this.rewards.byteLength + this.everyValue.byteLength;
  }

  set(t: number, reward: number, value: number | null): void {
    this.rewards[t] = reward;
    if (value === null) return;
    this.everyValue[t] = value;
    this.hasValues = true;
  }
}

/**
 * The first frame of scenes, if that is what was written first: damage before it may hide another one, which it does not
 * decode without if it needs it.
 */
function firstScenesOf(frames: readonly Frame[], broken: readonly Frame[], damage: Damage | null): Frame | null {
  const isScenes = (frame: Frame): boolean => partOf(frame) === 'scenes';
  const first = frames.find(isScenes);
  if (!first || (damage && damage.offset < first.offset)) return null;
  return broken.some((frame) => isScenes(frame) && frame.offset < first.offset) ? null : first;
}

function describeLoss({ part, first, last, reason }: Loss, episode: number): string {
  const what = part === 'tokenAttention' ? 'attention to the observation in ' : part === 'steps' ? '' : `${part} of `;
  return `${what}steps ${first} to ${last} of episode ${episode + 1}: ${reason}`;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
