import { element } from '../page/dom.ts';
import type { Player } from '../time/player.ts';
import type { Compared } from './compared.ts';
import { episodeWithSeed } from './episodeChoice.ts';
import type { EpisodeChoice } from './episodeChoice.ts';

/** Chooses which episode of a compared recording stands beside the main one. */
export class EpisodeSelect {
  readonly root = element('select', { class: 'pane-episode', 'aria-label': 'Episode' });
  #shown = '';

  constructor(choose: (choice: EpisodeChoice) => void) {
    this.root.addEventListener('change', () => choose(parseChoice(this.root.value)));
  }

  update(member: Compared, { episode, summary }: Player): void {
    const { recording } = member;
    this.root.hidden = !recording || !summary || member.source.kind === 'played';
    if (!recording || !summary) return;
    const matching = episodeWithSeed({ episode, seed: summary.seed }, recording.episodes);
    const count = recording.episodes.length;
    const shown = [matching, member.episode, count].join();
    if (shown !== this.#shown) {
      this.#shown = shown;
      const now = `episode ${(member.episode ?? 0) + 1}`;
      this.root.replaceChildren(
        option('seed', matching === null ? `${now}, no such seed` : `episode ${matching + 1}, same seed`),
        option('number', `episode ${Math.min(episode + 1, count)}, same number`),
        ...recording.episodes.map((_, i) => option(String(i), `episode ${i + 1}`)),
      );
    }
    this.root.value = String(member.choice);
  }
}

function option(value: string, text: string): HTMLOptionElement {
  return element('option', { value }, text);
}

function parseChoice(value: string): EpisodeChoice {
  return value === 'seed' || value === 'number' ? value : Number(value);
}
