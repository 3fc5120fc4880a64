import { closeSync, openSync, writeSync } from 'node:fs';
import { writeError } from '../files.ts';
import { ReplayEncoder } from './format.ts';
import type { Moment, ReplayHeader } from './format.ts';

/**
 * A replay that is being written. Frames go to the file as soon as they are whole, so that whoever reads it meanwhile
 * sees every episode that has ended, and a crash loses no more than the frame it happened in.
 */
export class ReplayFile {
  private readonly encoder: ReplayEncoder;
  private file: number | null;

  private constructor(
    readonly path: string,
    header: ReplayHeader,
  ) {
    this.encoder = new ReplayEncoder(header);
    try {
      this.file = openSync(path, 'wx');
    } catch (error) {
      throw writeError(path, error);
    }
    this.write(this.encoder.prelude());
  }

  /**
   * Starts a new file.
   *
   * @throws GymformerError when it exists already or cannot be written
   */
  static create(path: string, header: ReplayHeader): ReplayFile {
    return new ReplayFile(path, header);
  }

  /** Starts an episode: see `ReplayEncoder.begin`. */
  begin(seed: number): void {
    this.encoder.begin(seed);
  }

  /**
   * Takes the next moment of the episode: see `ReplayEncoder.add`.
   *
   * @throws GymformerError when the file can no longer be written, the disk being full say; it is closed then
   */
  add(moment: Moment): void {
    this.write(this.encoder.add(moment));
  }

  /** Ends the episode, which is in the file from then on. */
  end(): void {
    this.write(this.encoder.end());
  }

  /** Writes the index and closes the file. Does nothing when it is closed already, by an error too. */
  finish(): void {
    if (this.file === null) return;
    this.write(this.encoder.finish());
    this.close();
  }

  private write(bytes: Uint8Array | null): void {
    if (!bytes || bytes.length === 0) return;
    if (this.file === null) throw writeError(this.path, new Error('it has been closed'));
    try {
      // A single write may stop short, as on a nearly full disk; the next one then says why.
      for (let at = 0; at < bytes.length;) at += writeSync(this.file, bytes, at);
    } catch (error) {
      this.close();
      throw writeError(this.path, error);
    }
  }

  private close(): void {
    if (this.file !== null) closeSync(this.file);
    this.file = null;
  }
}
