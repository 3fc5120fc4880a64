import type { AddressField } from '../session/address.ts';
import { formatCompared, parseCompared } from './comparedField.ts';
import type { Comparison } from './comparison.ts';

/** What is compared, as the address holds it: see `formatCompared`. */
export function compareField(comparison: Comparison): AddressField {
  return {
    name: 'compare',
    read: () => formatCompared(comparison.entries) || null,
    apply: (text) => comparison.show(parseCompared(text ?? '')),
    onChange: (changed) => comparison.onChange(changed),
  };
}
