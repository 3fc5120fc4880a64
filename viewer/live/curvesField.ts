import type { AddressField } from '../session/address.ts';
import { escapeMarks, unescapeMarks } from '../session/marks.ts';
import type { Overlay } from './overlay.ts';

const HERE = '.'; // as no run is called

/**
 * `curves=.,<run>,<run>`: which runs a person chose to lay over one another, in the order of colours; nothing for a colour
 * that is free, a dot for that of the run on the screen, where it was not chosen.
 */
export function curvesField(overlay: Overlay): AddressField {
  return {
    name: 'curves',
    read: () => (overlay.places.some((run) => run !== null && overlay.isChosen(run)) ? format(overlay) : null),
    apply: (text) => {
      const places = (text ?? '').split(',');
      const here = places.indexOf(HERE);
      overlay.restore(
        places.map((place) => (place === HERE ? null : unescapeMarks(place) || null)),
        here === -1 ? null : here,
      );
    },
    onChange: (changed) => overlay.onChange(changed),
  };
}

function format(overlay: Overlay): string {
  const names = overlay.places.map((run) => {
    if (run === null) return '';
    return overlay.isChosen(run) ? escapeMarks(run) : HERE;
  });
  return names.join(',').replace(/,+$/, '');
}
