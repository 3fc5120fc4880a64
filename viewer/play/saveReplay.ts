import { ReplayEncoder, type ReplayHeader } from '../../src/replay/format.ts';
import type { Recording } from '../time/player.ts';
import { element } from '../page/dom.ts';
import type { FoundAgent } from './agentSource.ts';
import type { Branch } from './branch.ts';
import type { BranchRecording } from './branchRecording.ts';
import { VERSION } from './version.ts';

/**
 * Saves episodes that were played as a replay.
 *
 * @param agent    that played along; null for nobody
 * @param episodes of the recording, counted from 0
 */
export function savePlayed(played: BranchRecording, agent: FoundAgent | null, episodes: readonly number[]): void {
  const { header, branch } = played;
  const saved: ReplayHeader = {
    ...header,
    createdAt: new Date().toISOString(),
    gymformer: VERSION,
    ...(agent && { step: agent.step, policy: agent.policy }),
  };
  download(fileName(branch, header), encodeReplay(saved, played, episodes));
}

/**
 * The bytes of a replay of some episodes.
 *
 * @param episodes of the recording, counted from 0
 */
function encodeReplay(header: ReplayHeader, recording: Recording, episodes: readonly number[]): Uint8Array[] {
  const encoder = new ReplayEncoder(header);
  const chunks = [encoder.prelude()];
  for (const episode of episodes) {
    const { seed, steps } = recording.episodes[episode] as { seed: number; steps: number };
    encoder.begin(seed);
    for (let t = 0; t <= steps; t++) {
      const bytes = encoder.add(recording.moment(episode, t));
      if (bytes) chunks.push(bytes);
    }
    chunks.push(encoder.end());
  }
  chunks.push(encoder.finish());
  return chunks;
}

/** Hands a file to the browser, which puts it where a person keeps what they download. */
function download(name: string, chunks: readonly Uint8Array[]): void {
  const url = URL.createObjectURL(new Blob(chunks as Uint8Array<ArrayBuffer>[], { type: 'application/octet-stream' }));
  element('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // some browsers are still reading it after the click
}

/** A name for the file of what was played: the environment, the seed, and from which step on. */
function fileName({ summary: { seed }, from }: Branch, { environment }: ReplayHeader): string {
  const name = environment.replace(/[^\w.-]+/g, '-').replace(/^-+/, '');
  return `${name}-seed-${seed}${from > 0 ? `-from-${from}` : ''}.gfr`;
}
