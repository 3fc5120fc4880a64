import { CartPole } from '../classic/cartPole.ts';

/**
 * Masked CartPole, also called stateless: CartPole without the velocities, which must be told from how cart and pole
 * move from one observation to the next.
 *
 * | action | meaning                        |
 * |--------|--------------------------------|
 * | 0      | push the cart left, with 10 N  |
 * | 1      | push the cart right, with 10 N |
 *
 * | observation   | from   | to    | unit | ends the episode beyond |
 * |---------------|--------|-------|------|-------------------------|
 * | cart position | -4.8   | 4.8   | m    | 2.4                     |
 * | pole angle    | -0.418 | 0.418 | rad  | 0.2095 (12 degrees)     |
 *
 * - **Reward**: 1 for every step, the last one too.
 * - **Start**: each component and each velocity uniform in [-0.05, 0.05), or between `options.low` and `options.high`:
 *   the same seed and actions give the same episode as in CartPole-v1.
 * - **End**: terminates when cart or pole leave their limits; registered with at most 500 steps.
 * - **Solved**: a mean return of 475.
 *
 * @see Wierstra et al. 2007, "Solving Deep Memory POMDPs with Recurrent Policy Gradients"
 * @see Morad et al. 2023, "POPGym: Benchmarking Partially Observable Reinforcement Learning", stateless CartPole
 */
export class MaskedCartPole extends CartPole {
  constructor() {
    super({ velocities: false });
  }
}
