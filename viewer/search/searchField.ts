import type { AddressField } from '../session/address.ts';
import type { SearchPanel } from './searchPanel.ts';

/** `search=<text>`: which steps are looked for. */
export function searchField(panel: SearchPanel): AddressField {
  return {
    name: 'search',
    read: () => panel.text || null,
    apply: (text) => panel.find(text ?? ''),
    onChange: (changed) => panel.onChange(changed),
  };
}
