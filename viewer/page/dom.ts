type Attributes = Record<string, string | number | boolean>;

/**
 * An element with attributes and children. Strings become text nodes, so that nothing from a replay turns into markup.
 * A `true` attribute is present without a value, a `false` one absent.
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  setAttributes(made, attributes);
  made.append(...children);
  return made;
}

/** The same for an SVG element. */
export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Node[]
): SVGElementTagNameMap[Tag] {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  setAttributes(made, attributes);
  made.append(...children);
  return made;
}

/**
 * The element of index.html with this id.
 *
 * @throws Error when the page has none, or one of another class
 */
export function byId<Type extends Element>(id: string, type: abstract new (...args: never[]) => Type): Type {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`index.html: #${id} is ${found ? found.constructor.name : 'missing'}, wanted ${type.name}`);
}

/** Writes text only where it differs: an unchanged node is neither laid out nor announced again. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** Names a button; what is written on it stays part of its name, for those who speak to the page. */
export function nameButton(button: HTMLButtonElement, name: string): void {
  const { textContent: text } = button;
  button.setAttribute('aria-label', name.startsWith(text) ? name : `${text}: ${name}`);
}

/** A canvas's pen in CSS pixels, the canvas cleared and as sharp as the screen. */
export function pen(canvas: HTMLCanvasElement): { context: CanvasRenderingContext2D; width: number; height: number } {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser offers no 2D canvas');
  const { clientWidth: width, clientHeight: height } = canvas;
  const density = window.devicePixelRatio;
  const [columns, rows] = [Math.round(width * density), Math.round(height * density)];
  if (canvas.width !== columns) canvas.width = columns;
  if (canvas.height !== rows) canvas.height = rows;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, columns, rows);
  context.scale(density, density);
  return { context, width, height };
}

function setAttributes(target: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) target.setAttribute(name, value === true ? '' : String(value));
  }
}
