import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAgent } from '../../src/agent.ts';
import type { Config } from '../../src/settings.ts';
import { resolveEnvironment } from '../../src/plugins.ts';
import { record } from '../../src/record.ts';
import { Replay } from '../../src/replay/format.ts';
import { describePolicy } from '../../src/trained.ts';
import { train } from '../../src/trainer.ts';
import { smallConfig } from '../training/environments.ts';
import type { ServedRuns } from './inViewer.ts';

/** A folder of runs that were trained, if hardly, for a page to play with. */
export class TrainedRuns implements ServedRuns {
  readonly path = mkdtempSync(join(tmpdir(), 'gymformer-trained-'));

  /** Trains a run for one update, and records two episodes of it in `one.gfr`. @returns the id of the replay */
  async train(name: string, settings: Partial<Config> & { environment: string }): Promise<string> {
    const config = smallConfig({ evalEpisodes: 1, envs: 4, rolloutSteps: 16, steps: 64, threads: 1, ...settings });
    const run = join(this.path, name);
    await train({ config, spec: await resolveEnvironment(config.environment), run, onEvent: () => {} });
    const agent = await loadAgent(run, { resolve: resolveEnvironment });
    try {
      const policy = describePolicy(config, agent.policy);
      const path = join(run, 'replays', 'one.gfr');
      await record(agent, { episodes: 2, seed: 5, actions: 'likeliest', path, policy, run: name });
    } finally {
      agent.dispose();
    }
    return `${name}/one.gfr`;
  }

  /** Adds a replay to those of a run. @returns its id */
  write(name: string, file: string, bytes: Uint8Array): string {
    writeFileSync(join(this.path, name, 'replays', file), bytes);
    return `${name}/${file}`;
  }

  read(replay: string): Replay {
    const [name = '', file = ''] = replay.split('/');
    return Replay.open(readFileSync(join(this.path, name, 'replays', file)));
  }

  /** Says in a run's config that its policy is another than it is. */
  misremember(name: string, settings: Partial<Config>): void {
    const path = join(this.path, name, 'config.json');
    const config = JSON.parse(readFileSync(path, 'utf8')) as Config;
    writeFileSync(path, JSON.stringify({ ...config, ...settings }));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
