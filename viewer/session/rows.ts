import { element } from '../page/dom.ts';

/** A row to press, in a list. */
export function row(
  key: string,
  parts: Node[],
  { chosen, press }: { chosen: boolean; press: (event: MouseEvent) => void },
): HTMLElement {
  const button = element(
    'button',
    { type: 'button', class: 'row', 'data-key': key, 'aria-current': String(chosen) },
    ...parts,
  );
  button.addEventListener('click', press);
  return element('li', {}, button);
}

/**
 * New rows for old, the keyboard's focus staying on the row with the same key. Where all look alike the old ones stay, so a
 * row's key has to say what it does.
 */
export function replaceKeepingFocus(list: HTMLElement, items: HTMLElement[]): void {
  const old = [...list.children];
  if (items.length === old.length && items.every((item, i) => item.isEqualNode(old[i] ?? null))) return;
  const focused = document.activeElement;
  const key = focused instanceof HTMLElement && list.contains(focused) ? focused.dataset['key'] : undefined;
  list.replaceChildren(...items);
  if (key !== undefined) list.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus();
}
