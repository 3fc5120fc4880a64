import type { Info } from '../envs/env.ts';
import type { Opponent, Turns } from '../envs/opponent.ts';
import type { Replay } from './replay/format.ts';

/** In a replay, what the other side did stands in the info of the step that it did it in, or of the first one. */
const REPLIES = 'replies';

/** Another opponent, whose actions are written down as it makes them: seed and actions alone do not tell a game again. */
export class NotedOpponent implements Opponent {
  #replies: number[] = [];

  constructor(private readonly opponent: Opponent) {}

  begin(row: number, seed: number): void {
    this.#replies = [];
    this.opponent.begin(row, seed);
  }

  reply(turns: Turns): void {
    this.opponent.reply(turns);
    this.#replies.push(...turns.actions.subarray(0, turns.count * (turns.actions.length / turns.rows.length)));
  }

  end(row: number, score: number): void {
    this.opponent.end(row, score);
  }

  /** What it has done since this was last asked for, for the info of a step. */
  takeNotes(): Info {
    const replies = this.#replies;
    this.#replies = [];
    return replies.length > 0 ? { [REPLIES]: replies } : {};
  }
}

/** Does in each game what the opponent did in a replay's episode. */
export class RepeatingOpponent implements Opponent {
  #left: number[] = [];

  /** @param episode of the replay that is played again from the next reset on */
  repeat(replay: Replay, episode: number): void {
    const { steps } = replay.episodes[episode] ?? { steps: 0 };
    this.#left = Array.from({ length: steps }, (_, step) =>
      repliesIn(replay.moment(episode, step).decision?.info),
    ).flat();
  }

  begin(): void {}

  /** @throws Error when the replay has no more of them */
  reply({ count, rows, actions }: Turns): void {
    const size = count * (actions.length / rows.length);
    if (this.#left.length < size) throw new Error('the replay does not say what the opponent did');
    actions.set(this.#left.splice(0, size));
  }

  end(): void {}
}

function repliesIn(info: Info | undefined): number[] {
  const replies = info?.[REPLIES];
  return Array.isArray(replies) ? replies.map(Number) : [];
}
