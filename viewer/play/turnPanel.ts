import type { PageDevice } from '../../src/device/inPage.ts';
import type { Space } from '../../envs/spaces.ts';
import { byId, element, setText } from '../page/dom.ts';
import { groupThousands } from '../page/numbers.ts';
import type { Player } from '../time/player.ts';
import type { Changes, Panel } from '../time/clock.ts';
import { describeOutcome } from '../time/transport.ts';
import { buildMoves } from './buildMoves.ts';
import type { Moves } from './moves.ts';
import { type Phase, simulationToMoveIn } from './phase.ts';
import type { Playing } from './playing.ts';

/** Where an agent can run in a page, as far as the browser has it. */
const DEVICES: readonly PageDevice[] = ['simd', 'webgpu', 'cpu'];

/** Whose turn it is, and what can be done about it: the buttons, and a person's moves. */
export class TurnPanel implements Panel {
  readonly #player: Player;
  readonly #playing: Playing;
  readonly #root = byId('turn', HTMLElement);
  readonly #says = byId('turn-says', HTMLElement);
  readonly #agent = byId('turn-agent', HTMLElement);
  readonly #moves = byId('moves', HTMLElement);
  readonly #device = byId('device', HTMLSelectElement);
  readonly #buttons: { button: HTMLButtonElement; isOffered: (phase: Phase) => boolean }[];
  /** Of the action space that the moves on the page are of. */
  #built: { space: Space; moves: Moves | null } | null = null;

  constructor(player: Player, playing: Playing) {
    this.#player = player;
    this.#playing = playing;
    this.#buttons = offersOf(playing).map(({ id, press, isOffered }) => {
      const button = byId(id, HTMLButtonElement);
      button.addEventListener('click', press);
      return { button, isOffered };
    });
    const devices = DEVICES.filter((name) => name !== 'webgpu' || 'gpu' in navigator);
    this.#device.append(...devices.map((name) => element('option', { value: name }, name)));
    this.#device.addEventListener('change', () => playing.setDevice(this.#device.value as PageDevice));
    this.show();
  }

  update(changes: Changes): void {
    if (changes.has('episode') || changes.has('step')) this.show();
  }

  /** The phase, the move or the step is another. */
  show(): void {
    const { phase } = this.#playing;
    const { agent, isOwnGame, hasPlayed } = this.#playing;
    this.#root.hidden = phase.kind === 'idle' && agent === null && !isOwnGame && !hasPlayed;
    this.#root.dataset['phase'] = phase.kind;
    const isEmpty = this.#player.summary === null && phase.kind === 'idle';
    for (const { button, isOffered } of this.#buttons) button.hidden = isEmpty || !isOffered(phase);
    setText(this.#says, this.#describe(phase));
    setText(this.#agent, this.#describeAgent());
    this.#agent.title = this.#describeAgent(); // there is not always room for all of it
    this.#device.hidden = this.#playing.agent === null || this.#playing.isOwnGame;
    this.#device.value = this.#playing.device;
    this.#showMoves(phase);
  }

  /** The action, flat, that a key means now; null for none. */
  byKey(key: string): ArrayLike<number> | null {
    return simulationToMoveIn(this.#playing.phase) ? (this.#built?.moves?.byKey(key) ?? null) : null;
  }

  #showMoves(phase: Phase): void {
    const simulation = simulationToMoveIn(phase);
    this.#moves.hidden = simulation === null;
    if (!simulation) return;
    const { actionSpace, now, thought } = simulation;
    if (this.#built?.space !== actionSpace) {
      this.#moves.replaceChildren();
      const moves = buildMoves(actionSpace, this.#moves, (action) => void this.#playing.act(action));
      if (!moves) this.#moves.append(element('p', { class: 'hush' }, 'Actions of this kind cannot be taken by hand.'));
      this.#built = { space: actionSpace, moves };
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
    const { agent, opponent } = this.#playing;
    const found = opponent ?? agent;
    if (!found) return '';
    const { run, step, device, instead } = found;
    const who = `${opponent ? 'against ' : ''}${run}, step ${groupThousands(step)}`;
    const where = `${device.device}: ${device.detail}`;
    return [who, where, instead, device.instead && `instead, since ${device.instead}`].filter(Boolean).join(' \u00b7 ');
  }
}

/** A button, and when it is there to be pressed. */
interface Offer {
  id: string;
  press: () => void;
  isOffered: (phase: Phase) => boolean;
}

function offersOf(playing: Playing): Offer[] {
  const isLooking = ({ kind }: Phase): boolean => kind === 'idle' || kind === 'agents' || kind === 'over';
  return [
    { id: 'take-over', press: () => void playing.takeOver(), isOffered: isLooking },
    {
      id: 'what-if',
      press: () => void playing.whatIf(),
      isOffered: (phase) => isLooking(phase) && playing.opponent === null,
    },
    {
      id: 'hand-back',
      press: () => void playing.handBack(),
      isOffered: ({ kind }) => kind === 'yours' && playing.agent !== null,
    },
    {
      id: 'play-again',
      press: () => void playing.playAgain(),
      isOffered: (phase) => isLooking(phase) && playing.isOwnGame,
    },
    { id: 'save-played', press: () => playing.save(), isOffered: () => playing.hasPlayed },
    {
      id: 'stop-playing',
      press: () => playing.stop(),
      isOffered: ({ kind }) => kind !== 'idle' && kind !== 'over',
    },
  ];
}
