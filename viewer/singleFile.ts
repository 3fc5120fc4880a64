import type { Plugin, Rollup } from 'vite';
import { EMPTY_REPLAY } from '../src/replay/format.ts';

/**
 * Puts the built page's script, styles and icon into the page itself, beside an empty replay. Its
 * Content-Security-Policy allows just that script and that style sheet, and no request at all.
 */
export const singleFile: Plugin = {
  name: 'single-file',
  config: () => ({
    build: {
      assetsInlineLimit: Number.POSITIVE_INFINITY,
      cssCodeSplit: false,
      modulePreload: false,
      rolldownOptions: { output: { codeSplitting: false } },
    },
  }),
  generateBundle: {
    order: 'post', // what Vite itself has to do to the script is done
    async handler(_, bundle) {
      const page = Object.values(bundle).find(({ fileName }) => fileName.endsWith('.html'));
      const script = Object.values(bundle).find((file) => file.type === 'chunk');
      const style = Object.values(bundle).find(({ fileName }) => fileName.endsWith('.css'));
      const icon = Object.values(bundle).find(({ fileName }) => fileName.endsWith('.svg'));
      if (page?.type !== 'asset' || !script || style?.type !== 'asset' || icon?.type !== 'asset')
        throw new Error(`the page is not a script, a style sheet and an icon: ${Object.keys(bundle).join(', ')}`);
      page.source = await inlined(textOf(page), {
        script: inScript(script.code),
        style: textOf(style),
        icon: `data:image/svg+xml,${encodeURIComponent(textOf(icon))}`,
      });
      for (const name of Object.keys(bundle)) if (name !== page.fileName) delete bundle[name];
    },
  },
};

interface Parts {
  script: string;
  style: string;
  /** As an address. */
  icon: string;
}

async function inlined(page: string, { script, style, icon }: Parts): Promise<string> {
  const policy = [
    ...["default-src 'none'", "base-uri 'none'", "form-action 'none'"],
    `script-src ${await hashOf(script)} 'wasm-unsafe-eval'`,
    `style-src ${await hashOf(style)}`,
    'img-src data: blob:',
  ];
  const replacements: [RegExp, string][] = [
    [/(?<=http-equiv="Content-Security-Policy"\s+content=")[^"]*/, policy.join('; ')],
    [/<link rel="stylesheet"[^>]*>/, `<style>${style}</style>`],
    [/<script type="module"[^>]*><\/script>/, `<script type="module">${script}</script>`],
    [/(?<=<link rel="icon" href=")[^"]*/, icon],
    [/(?=<\/body>)/, EMPTY_REPLAY],
  ];
  return replacements.reduce((text, [from, to]) => {
    if (!from.test(text)) throw new Error(`the page has nothing like ${from}`);
    return text.replace(from, () => to); // a function, since code is full of `$&`
  }, page);
}

/** Code that does not end the script element that it stands in, nor begin a comment there. */
function inScript(code: string): string {
  return code.replace(/<(?=\/script|!--)/gi, '\\x3C');
}

async function hashOf(text: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return `'sha256-${btoa(String.fromCharCode(...hash))}'`;
}

function textOf({ source }: Rollup.OutputAsset): string {
  return typeof source === 'string' ? source : new TextDecoder().decode(source);
}
