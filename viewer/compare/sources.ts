import { Replay } from '../../src/replay/format.ts';
import type { AgentClient } from '../agent/client.ts';
import { fetchReplay } from '../session/library.ts';
import type { Opened } from '../session/opener.ts';
import type { Source } from './compared.ts';
import type { ComparedEntry } from './comparedField.ts';
import { playEpisode } from './playEpisode.ts';

/** @param client plays what is to be played */
export function sourceOf(entry: ComparedEntry, client: AgentClient): Source {
  if (entry.kind === 'replay') {
    const { id } = entry;
    return { kind: 'stored', name: id, entry, load: async (signal) => open(await fetchReplay(id, signal)) };
  }
  const { run, checkpoint } = entry;
  const name = `${run}, ${checkpoint} checkpoint`;
  return {
    kind: 'played',
    name,
    entry,
    play: async (main, playing) => open(await playEpisode(client, entry, main, playing)),
  };
}

export function fileSource(file: File): Source {
  const load = async (): Promise<Opened> => open(new Uint8Array(await file.arrayBuffer()));
  return { kind: 'stored', name: file.name, entry: null, load };
}

function open(bytes: Uint8Array): Opened {
  return { recording: Replay.open(bytes), bytesRead: bytes.length };
}
