import type { Space } from '../../envs/spaces.ts';
import { byId, setText } from '../page/dom.ts';
import { groupThousands } from '../page/numbers.ts';
import type { Player } from '../time/player.ts';
import type { Changes, Panel } from '../time/clock.ts';
import { describeOutcome } from '../time/transport.ts';
import { buildMoves } from './buildMoves.ts';
import type { Moves } from './moves.ts';
import type { Phase, Playing } from './playing.ts';
import type { Simulation } from './simulation.ts';

/** Whose turn it is, and what can be done about it: the buttons, and a person's moves. */
export class TurnPanel implements Panel {
  readonly #player: Player;
  readonly #playing: Playing;
  readonly #root = byId('turn', HTMLElement);
  readonly #says = byId('turn-says', HTMLElement);
  readonly #agent = byId('turn-agent', HTMLElement);
  readonly #moves = byId('moves', HTMLElement);
  readonly #buttons: { button: HTMLButtonElement; isOffered: (phase: Phase) => boolean }[];
  /** Of the action space that the moves on the page are of. */
  #built: { space: Space; moves: Moves | null } | null = null;

  constructor(player: Player, playing: Playing) {
    this.#player = player;
    this.#playing = playing;
    const button = (id: string, press: () => void, isOffered: (phase: Phase) => boolean) => {
      const found = byId(id, HTMLButtonElement);
      found.addEventListener('click', press);
      return { button: found, isOffered };
    };
    const isLooking = ({ kind }: Phase): boolean => kind === 'idle' || kind === 'agents' || kind === 'over';
    this.#buttons = [
      button(
        'take-over',
        () => void playing.takeOver(),
        (phase) => isLooking(phase),
      ),
      button(
        'what-if',
        () => void playing.whatIf(),
        (phase) => isLooking(phase) && !playing.isAgainstAgent,
      ),
      button(
        'hand-back',
        () => void playing.handBack(),
        (phase) => phase.kind === 'yours' && this.#canHandBack,
      ),
      button(
        'play-again',
        () => void playing.playAgain(),
        (phase) => playing.isOwnGame && isLooking(phase),
      ),
      button(
        'save-played',
        () => playing.save(),
        () => playing.isOwnGame || playing.branches.open !== null,
      ),
      button(
        'stop-playing',
        () => playing.stop(),
        ({ kind }) => kind !== 'idle' && kind !== 'over',
      ),
    ];
    this.show();
  }

  update(changes: Changes): void {
    if (changes.has('episode') || changes.has('step')) this.show();
  }

  /** The phase, the move or the step is another. */
  show(): void {
    const { phase } = this.#playing;
    this.#root.hidden = this.#player.summary === null && phase.kind === 'idle';
    this.#root.dataset['phase'] = phase.kind;
    for (const { button, isOffered } of this.#buttons) button.hidden = !isOffered(phase);
    setText(this.#says, this.#describe(phase));
    setText(this.#agent, this.#describeAgent());
    this.#agent.title = this.#describeAgent(); // there is not always room for all of it
    this.#showMoves(phase);
  }

  /** The action, flat, that a key means now; null for none. */
  byKey(key: string): ArrayLike<number> | null {
    return simulationOf(this.#playing.phase) ? (this.#built?.moves?.byKey(key) ?? null) : null;
  }

  get #canHandBack(): boolean {
    return this.#playing.agent !== null && !this.#playing.isAgainstAgent;
  }

  #showMoves(phase: Phase): void {
    const simulation = simulationOf(phase);
    this.#moves.hidden = simulation === null;
    if (!simulation) return;
    const { actionSpace, now, thought } = simulation;
    if (this.#built?.space !== actionSpace) {
      this.#moves.replaceChildren();
      this.#built = {
        space: actionSpace,
        moves: buildMoves(actionSpace, this.#moves, (action) => void this.#playing.act(action)),
      };
    }
    this.#built.moves?.show(now, thought);
  }

  #describe(phase: Phase): string {
    switch (phase.kind) {
      case 'idle':
        return '';
      case 'busy':
        return `${phase.what}\u2026`;
      case 'choosing':
        return `What if, at step ${phase.simulation.now.step}, the agent had done otherwise?`;
      case 'yours':
        return `Your move, step ${phase.simulation.now.step}`;
      case 'agents':
        return 'The agent plays on';
      case 'over':
        return `The episode is over: ${describeOutcome(phase.branch.summary)}`;
      default:
        return phase satisfies never;
    }
  }

  /** Which agent it is, and what it runs on. */
  #describeAgent(): string {
    const { agent, isAgainstAgent } = this.#playing;
    if (!agent) return '';
    const { run, step, device, instead } = agent;
    const who = `${isAgainstAgent ? 'against ' : ''}${run}, step ${groupThousands(step)}`;
    const where = `${device.device}: ${device.detail}`;
    return [who, where, instead, device.instead && `instead, since ${device.instead}`].filter(Boolean).join(' \u00b7 ');
  }
}

function simulationOf(phase: Phase): Simulation | null {
  return phase.kind === 'yours' || phase.kind === 'choosing' ? phase.simulation : null;
}
