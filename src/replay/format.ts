/*
 * Replays: the `.gfr` format, read and written as bytes alone, in Node and in a browser.
 *
 *   prelude   'GFR', version u8, length u32 and crc32 u32 of a JSON header, the header
 *   frames    type u8, length u32, crc32 u32, firstStep u32, steps u32, episode u32, then as many bytes (frames.ts)
 *             attention and scenes of some moments, then the steps themselves: what stands in a whole steps frame is
 *             all there (attentionFrame.ts, sceneFrame.ts, stepsFrame.ts)
 *   index     a frame that lists all frames and episodes, then its length u32 and 'GFRI', the end of the file
 *
 * All numbers are little-endian. Nothing is ever written twice, so a file that is cut anywhere, or still growing, opens
 * with all its whole frames.
 */
export { embeddedReplay, embedReplay, EMPTY_REPLAY } from './embedded.ts';
export type { EmbeddedReplay, ReplayFile } from './embedded.ts';
export { REPLAY_VERSION, ReplayError } from './prelude.ts';
export { ReplayEncoder } from './encoder.ts';
export { Replay } from './reader.ts';
export { openFirst } from './openFirst.ts';
export type { Loss } from './storedEpisode.ts';
export type {
  Decision,
  EpisodeSummary,
  Moment,
  MomentParts,
  PolicyHeader,
  ReplayHeader,
  TokenAttentionHeader,
} from './moment.ts';
