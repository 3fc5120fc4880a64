declare const GYMFORMER_VERSION: string; // the build puts it there: see vite.config.ts

/** Of the gymformer that this page is of. */
export const VERSION = GYMFORMER_VERSION;
