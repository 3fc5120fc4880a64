import type { Choice } from './choice.ts';

/** Shows a value for as long as the mouse rests on the element; a finger has no such place, it only presses. */
export function previewUnderPointer<T>(target: HTMLElement, choice: Choice<T>, value: () => T): void {
  target.addEventListener('pointerenter', ({ pointerType }) => {
    if (pointerType === 'mouse') choice.preview(value());
  });
  target.addEventListener('pointerleave', () => choice.endPreview());
}
