import { Replay } from '../../src/replay/format.ts';
import { fetchReplay } from '../session/library.ts';
import type { Opened } from '../session/opener.ts';
import type { Source } from './compared.ts';

/** A replay of the server. */
export function replaySource(id: string): Source {
  return { id, name: id, load: async (signal) => open(await fetchReplay(id, signal)) };
}

export function fileSource(file: File): Source {
  return { id: null, name: file.name, load: async () => open(new Uint8Array(await file.arrayBuffer())) };
}

function open(bytes: Uint8Array): Opened {
  return { recording: Replay.open(bytes), bytesRead: bytes.length };
}
