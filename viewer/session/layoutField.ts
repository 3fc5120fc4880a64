import type { Layout } from '../page/layout.ts';
import type { AddressField } from './address.ts';

/** `panels=<name>,<name>`: which panels are open. */
export function layoutField(layout: Layout): AddressField {
  return {
    name: 'panels',
    read: () => layout.open.join(',') || null,
    apply: (text) => layout.restore(text?.split(',') ?? []),
    onChange: (changed) => layout.onChange(changed),
  };
}
