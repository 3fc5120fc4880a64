/** Rating of a policy that has learned nothing. */
export const UNTRAINED = 0;

/**
 * How much a game moves a rating: at most so many points.
 *
 * Training plays thousands of games, so that it can be small: ratings then follow within some 200 games, and waver by
 * some 20 points.
 */
const STEP = 4;

/**
 * The score that Elo's model expects of a player: 400 points more are ten times the odds.
 *
 *   E = 1 / (1 + 10^((R_other - R) / 400))
 *
 * @see Elo 1978, "The Rating of Chessplayers, Past and Present"
 */
export function expectedScore(rating: number, other: number): number {
  return 1 / (1 + 10 ** ((other - rating) / 400));
}

/**
 * What a game adds to a player's rating, and takes from the other's.
 *
 * @param score 1 for a win, 0.5 for a draw, 0 for a loss
 */
export function ratingGain(rating: number, other: number, score: number): number {
  return STEP * (score - expectedScore(rating, other));
}
