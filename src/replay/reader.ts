import { AttentionReader } from './attentionFrame.ts';
import { dictionaryOf, FRAME, payloadOf, unpack } from './frames.ts';
import type { Frame } from './frames.ts';
import { readIndex, scanFrames } from './frameIndex.ts';
import type { EpisodeSummary, Moment, MomentParts, ReplayHeader } from './moment.ts';
import { decodePrelude, ReplayError } from './prelude.ts';
import { SceneReader } from './sceneFrame.ts';
import { type AttentionKind, decodeStepsMeta, StepsReader } from './stepsFrame.ts';

/** Decoded frames kept of each type. */
const KEPT_FRAMES = 6;

const UNKNOWN: EpisodeSummary = { seed: 0, steps: 0, return: 0, terminated: false, truncated: false };

/** An episode of a file, as far as its frames are whole. */
interface StoredEpisode {
  summary: EpisodeSummary;
  steps: Frame[];
  scenes: Frame[];
  attention: Frame[];
  tokenAttention: Frame[];
}

/**
 * Reads a replay. Frames are checked and decoded when a moment of theirs is asked for; some are kept.
 *
 * Of an episode that is cut, the moments in whole frames are there; the last of them has lost its decision, since what
 * came of it is not known.
 */
export class Replay {
  readonly episodes: readonly EpisodeSummary[];
  private readonly stored: StoredEpisode[];
  private readonly stepsFrames = new Recent<StepsReader>();
  private readonly sceneFrames = new Recent<SceneReader>();
  private readonly attentionFrames = new Recent<AttentionReader>();
  private readonly outcomes = new Recent<{ rewards: Float32Array; values: Float32Array | null }>();
  private readonly firstScenes: Frame | undefined;
  private sceneDictionary: Uint8Array | undefined;

  private constructor(
    private readonly bytes: Uint8Array,
    readonly header: ReplayHeader,
    /** Whether the file has its end: false when it is cut, damaged or still being written. */
    readonly complete: boolean,
    frames: readonly Frame[],
    /** What is wrong with the first frame that could not be used, if there is such a one. */
    readonly damage: string | null,
    summaries: readonly EpisodeSummary[] | null,
  ) {
    this.stored = byEpisode(frames);
    this.firstScenes = frames.find(({ type }) => type === FRAME.scenes);
    this.stored.forEach((episode, i) => (episode.summary = this.summarise(episode, summaries?.[i])));
    this.episodes = this.stored.map(({ summary }) => summary);
  }

  /**
   * Opens the bytes of a replay, whole or cut.
   *
   * @throws ReplayError when they are not a replay, one of a newer version, or without a whole header
   */
  static open(bytes: Uint8Array): Replay {
    const { header, length } = decodePrelude(bytes);
    const index = readIndex(bytes);
    if (index) return new Replay(bytes, header, true, index.frames, null, index.episodes);
    const { frames, damage } = scanFrames(bytes, length);
    return new Replay(bytes, header, false, frames, damage, null);
  }

  /**
   * What was at step `t` of an episode.
   *
   * @param parts  what of it is wanted: a scene or attention that is not is null, and costs nothing
   * @throws RangeError when there is no such moment
   * @throws ReplayError when it is damaged
   */
  moment(episode: number, t: number, { scene = true, attention = true }: MomentParts = {}): Moment {
    const stored = this.storedEpisode(episode);
    if (!Number.isInteger(t) || t < 0 || t > stored.summary.steps)
      throw new RangeError(`moment: step ${t} of episode ${episode}, which has steps 0 to ${stored.summary.steps}`);
    const frame = frameOf(stored.steps, t) as Frame;
    const reader = this.readSteps(frame);
    const step = t - frame.firstStep;
    return this.decode(frame, () => {
      const decision = t < stored.summary.steps ? reader.decision(step) : null;
      if (decision && attention)
        for (const kind of ['attention', 'tokenAttention'] as const)
          if (reader.hasAttention(kind, step)) decision[kind] = this.attention(kind, stored, t, reader);
      return { observation: reader.observation(step), scene: scene ? this.scene(stored, t) : null, decision };
    });
  }

  /** The reward of each step of an episode. */
  rewards(episode: number): Float32Array {
    return this.outcomesOf(episode).rewards;
  }

  /** The value that the policy gave each step of an episode, NaN where it gave none; null when it never did. */
  values(episode: number): Float32Array | null {
    return this.outcomesOf(episode).values;
  }

  private storedEpisode(episode: number): StoredEpisode {
    const stored = this.stored[episode];
    if (!stored) throw new RangeError(`episode ${episode} of a replay that has ${this.stored.length}`);
    return stored;
  }

  private outcomesOf(episode: number): { rewards: Float32Array; values: Float32Array | null } {
    const { summary, steps: frames } = this.storedEpisode(episode);
    return this.outcomes.get(episode, () => {
      const rewards = new Float32Array(summary.steps);
      const values = new Float32Array(summary.steps).fill(NaN);
      let hasValues = false;
      for (const frame of frames) {
        const reader = this.readSteps(frame);
        for (let t = frame.firstStep; t < Math.min(summary.steps, frame.firstStep + frame.steps); t++) {
          rewards[t] = reader.reward(t - frame.firstStep);
          const value = reader.value(t - frame.firstStep);
          if (value === null) continue;
          values[t] = value;
          hasValues = true;
        }
      }
      return { rewards, values: hasValues ? values : null };
    });
  }

  /** Without an index, an episode's last steps frame says how it stood. */
  private summarise({ steps: frames }: StoredEpisode, listed: EpisodeSummary | undefined): EpisodeSummary {
    const last = frames.at(-1) as Frame;
    const steps = last.firstStep + last.steps - 1;
    return this.decode(last, () => {
      if (listed && listed.steps !== steps) throw new RangeError(`the index tells of ${listed.steps} steps`);
      if (listed) return listed;
      const { seed, returnBefore, terminated, truncated } = decodeStepsMeta(payloadOf(this.bytes, last));
      return { seed, steps, return: returnBefore, terminated, truncated };
    });
  }

  private readSteps(frame: Frame): StepsReader {
    return this.stepsFrames.get(frame.offset, () =>
      this.decode(frame, () => new StepsReader(payloadOf(this.bytes, frame), frame.steps)),
    );
  }

  private scene(stored: StoredEpisode, t: number): Moment['scene'] {
    const frame = frameOf(stored.scenes, t);
    if (!frame) return null;
    const reader = this.sceneFrames.get(frame.offset, () =>
      this.decode(
        frame,
        () => new SceneReader(unpack(payloadOf(this.bytes, frame), this.dictionaryFor(frame)), frame.steps),
      ),
    );
    return this.decode(frame, () => reader.scene(t - frame.firstStep));
  }

  /** The first frame of scenes is the dictionary of all others. */
  private dictionaryFor(frame: Frame): Uint8Array | undefined {
    const first = this.firstScenes;
    if (!first || first.offset === frame.offset) return undefined;
    return (this.sceneDictionary ??= this.decode(first, () => dictionaryOf(unpack(payloadOf(this.bytes, first)))));
  }

  private attention(kind: AttentionKind, stored: StoredEpisode, t: number, steps: StepsReader): Float32Array | null {
    const frame = frameOf(stored[kind], t);
    if (!frame) return null;
    const reader = this.attentionFrames.get(frame.offset, () =>
      this.decode(frame, () => new AttentionReader(unpack(payloadOf(this.bytes, frame)), steps.attentionRow(kind))),
    );
    return reader.weights(steps.attentionRow(kind, t - frame.firstStep));
  }

  /** Whatever goes wrong in a frame is the frame's fault: a ReplayError that names it. */
  private decode<T>(frame: Frame, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof ReplayError) throw error;
      const what = Object.entries(FRAME).find(([, type]) => type === frame.type)?.[0];
      const where = `${what} ${frame.firstStep} to ${frame.firstStep + frame.steps - 1} of episode ${frame.episode}`;
      const why = error instanceof Error ? error.message : String(error);
      throw new ReplayError('corrupt', `replay is corrupt at byte ${frame.offset} (${where}): ${why}`, {
        cause: error,
      });
    }
  }
}

/** What was looked up last, by key. */
class Recent<T> {
  private readonly entries = new Map<number, T>();

  get(key: number, make: () => T): T {
    const entry = this.entries.get(key) ?? make();
    this.entries.delete(key);
    this.entries.set(key, entry);
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= KEPT_FRAMES) break;
      this.entries.delete(oldest);
    }
    return entry;
  }
}

/** @throws ReplayError when some are missing */
function byEpisode(frames: readonly Frame[]): StoredEpisode[] {
  const episodes: StoredEpisode[] = [];
  for (const frame of frames) {
    if (frame.type === FRAME.index) continue;
    const missing = new ReplayError('corrupt', `replay is corrupt: frames before byte ${frame.offset} are missing`);
    if (frame.episode > episodes.length) throw missing;
    const episode = (episodes[frame.episode] ??= {
      ...{ summary: UNKNOWN, steps: [], scenes: [] },
      ...{ attention: [], tokenAttention: [] },
    });
    if (frame.type === FRAME.scenes) episode.scenes.push(frame);
    else if (frame.type === FRAME.attention) episode.attention.push(frame);
    else if (frame.type === FRAME.tokenAttention) episode.tokenAttention.push(frame);
    else {
      const before = episode.steps.at(-1);
      if (frame.firstStep !== (before ? before.firstStep + before.steps : 0)) throw missing;
      episode.steps.push(frame);
    }
  }
  // Scenes and attention that were written just before a cut have no steps yet.
  while (episodes.at(-1)?.steps.length === 0) episodes.pop();
  if (episodes.some(({ steps }) => steps.length === 0))
    throw new ReplayError('corrupt', 'replay is corrupt: an episode has no steps');
  return episodes;
}

/** The frame that holds step `t`, of frames in order. */
function frameOf(frames: readonly Frame[], t: number): Frame | undefined {
  let low = 0;
  let high = frames.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((frames[middle] as Frame).firstStep <= t) low = middle + 1;
    else high = middle;
  }
  const frame = frames[low - 1];
  return frame && t < frame.firstStep + frame.steps ? frame : undefined;
}
