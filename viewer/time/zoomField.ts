import type { AddressField } from '../session/address.ts';
import type { Player } from './player.ts';
import type { Span, Zoom } from './zoom.ts';

/** `zoom=<first>-<last>`: the steps in sight, where they are not all of the episode. */
export function zoomField(zoom: Zoom, player: Player): AddressField {
  return {
    name: 'zoom',
    ofEpisode: true,
    read: () => (zoom.zoomed ? formatSpan(zoom.span) : null),
    apply: (text) => {
      const span = parseSpan(text ?? '');
      if (span) zoom.show(span);
      else zoom.showAll();
    },
    onChange: (changed) =>
      zoom.onChange(() => {
        if (!player.playing) changed(); // or a timeline that moves along would rewrite the address all the time
      }),
  };
}

function formatSpan({ first, last }: Span): string {
  return `${Math.floor(first)}-${Math.ceil(last)}`;
}

function parseSpan(text: string): Span | null {
  const [, first, last] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  return Number(first) < Number(last) ? { first: Number(first), last: Number(last) } : null;
}
