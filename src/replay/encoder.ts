import { encodeAttention } from './attentionFrame.ts';
import { ByteWriter } from './bytes.ts';
import { dictionaryOf, encodeFrame, FRAME, pack } from './frames.ts';
import type { Frame, FrameType } from './frames.ts';
import { encodeIndex } from './frameIndex.ts';
import type { EpisodeSummary, Moment, ReplayHeader } from './moment.ts';
import { encodePrelude } from './prelude.ts';
import { SceneBuffer } from './sceneFrame.ts';
import { type AttentionKind, encodeStepsPayload, StepsBuffer } from './stepsFrame.ts';

/** A frame ends after this many moments, or this many numbers, whichever is first: what a seek has to read. */
const FRAME_MOMENTS = 512;
const FRAME_NUMBERS = 2 ** 18;

/** Moments of an episode that are not yet in a frame. */
interface Pending {
  moments: number;
  steps: StepsBuffer;
  scenes: SceneBuffer;
  /** Of each kind, the weights of each step that has any. */
  attention: Record<AttentionKind, Float32Array[]>;
  attentionSize: number;
}

interface OpenEpisode extends EpisodeSummary {
  /** Moments already in frames. */
  firstStep: number;
  /** Without the reward of the last decision. */
  returnBefore: number;
  lastMoment: boolean;
  pending: Pending;
}

/**
 * Turns moments into the bytes of a replay, to be written one after the other.
 *
 * Observations, actions and the rest of a decision are kept as float32 numbers, rewards as they are; scenes are
 * rounded below what can be seen and attention to a byte. What is given to `add` is copied.
 */
export class ReplayEncoder {
  private readonly start: Uint8Array;
  private readonly frames: Frame[] = [];
  private readonly episodes: EpisodeSummary[] = [];
  private episode: OpenEpisode | null = null;
  private sceneDictionary: Uint8Array | undefined;
  private offset: number;
  private readonly policy: ReplayHeader['policy'];

  constructor(header: ReplayHeader) {
    this.policy = header.policy;
    this.start = encodePrelude(header);
    this.offset = this.start.length;
  }

  /** What a file starts with. */
  prelude(): Uint8Array {
    return this.start;
  }

  /**
   * Starts an episode.
   *
   * @throws RangeError when the one before was not ended
   */
  begin(seed: number): void {
    if (this.episode) throw new RangeError('begin: the episode before has not been ended');
    const summary = { seed, steps: 0, return: 0, terminated: false, truncated: false };
    this.episode = { ...summary, firstStep: 0, returnBefore: 0, lastMoment: false, pending: newPending() };
  }

  /**
   * Takes the next moment of the episode.
   *
   * @returns bytes whenever a frame has become full
   * @throws RangeError outside of an episode, after its last moment, or when a part has another length than before
   */
  add(moment: Moment): Uint8Array | null {
    const { episode } = this;
    if (!episode) throw new RangeError('add: no episode has begun');
    if (episode.lastMoment) throw new RangeError('add: the last moment, without a decision, has been added');
    const { moments, steps, scenes, attentionSize } = episode.pending;
    const full = moments === FRAME_MOMENTS || steps.size + scenes.size + attentionSize >= FRAME_NUMBERS;
    const bytes = full ? this.flush(episode) : null;
    const { pending } = episode;
    pending.steps.add(moment);
    pending.scenes.add(moment.scene);
    pending.moments++;
    const { decision } = moment;
    episode.returnBefore = episode.return;
    for (const kind of ['attention', 'tokenAttention'] as const) {
      const weights = decision?.[kind];
      if (!weights) continue;
      pending.attention[kind].push(Float32Array.from(weights));
      pending.attentionSize += weights.length;
    }
    if (decision) {
      episode.return += decision.reward;
      episode.terminated = decision.terminated;
      episode.truncated = decision.truncated;
    } else {
      episode.lastMoment = true;
    }
    return bytes;
  }

  /** Ends the episode: the bytes of what it has left. An episode without a moment leaves no trace. */
  end(): Uint8Array {
    const { episode } = this;
    if (!episode) throw new RangeError('end: no episode has begun');
    this.episode = null;
    if (episode.pending.moments === 0) return new Uint8Array(0);
    const bytes = this.flush(episode);
    const { seed, firstStep, returnBefore, terminated, truncated } = episode;
    this.episodes.push({ seed, steps: firstStep - 1, return: returnBefore, terminated, truncated });
    return bytes;
  }

  /** Ends the file: the bytes of the index, and before it those of an episode that was not ended. */
  finish(): Uint8Array {
    const rest = this.episode ? this.end() : new Uint8Array(0);
    return new ByteWriter()
      .raw(rest)
      .raw(encodeIndex({ frames: this.frames, episodes: this.episodes }))
      .finish();
  }

  private flush(episode: OpenEpisode): Uint8Array {
    const { pending, firstStep } = episode;
    const head = { firstStep, steps: pending.moments, episode: this.episodes.length };
    const out = new ByteWriter();
    const write = (type: FrameType, payload: Uint8Array): void => {
      const frame = encodeFrame({ type, ...head }, payload);
      this.frames.push({ type, ...head, offset: this.offset, length: frame.length });
      this.offset += frame.length;
      out.raw(frame);
    };
    for (const kind of ['attention', 'tokenAttention'] as const)
      if (pending.attention[kind].length > 0)
        write(FRAME[kind], pack(encodeRows(kind, pending.attention[kind], this.attentionRows(kind))));
    const scenes = pending.scenes.encode();
    if (scenes) {
      write(FRAME.scenes, pack(scenes, this.sceneDictionary));
      this.sceneDictionary ??= dictionaryOf(scenes);
    }
    write(FRAME.steps, encodeStepsPayload(episode, pending.steps.encode()));
    episode.firstStep += pending.moments;
    episode.pending = newPending();
    return out.finish();
  }

  /** How many heads a step's attention is of. */
  private attentionRows(kind: AttentionKind): number {
    if (kind === 'tokenAttention') return this.policy?.encoder?.heads ?? 1;
    return (this.policy?.layers ?? 1) * (this.policy?.heads ?? 1);
  }
}

/** The attention of successive steps, each of so many rows. */
function encodeRows(kind: AttentionKind, attention: readonly Float32Array[], rows: number): Uint8Array {
  const size = attention[0]?.length ?? 0;
  if (attention.some((weights) => weights.length !== size))
    throw new RangeError(`${kind} has another length than in the steps before`);
  if (size % rows !== 0) throw new RangeError(`${kind} has ${size} weights, which ${rows} heads cannot share`);
  const weights = new Float32Array(size * attention.length);
  attention.forEach((ofStep, step) => weights.set(ofStep, step * size));
  return encodeAttention(weights, { rows, lags: size / rows });
}

function newPending(): Pending {
  const attention = { attention: [], tokenAttention: [] };
  return { moments: 0, steps: new StepsBuffer(), scenes: new SceneBuffer(), attention, attentionSize: 0 };
}
