// How a verb of the command line is bound to its handler. Called by program.ts and the files of its nouns.

/** Turns a handler into an action of commander; the handler says whether the verb went well. */
export type Wrap = <A extends unknown[]>(handler: (...args: A) => Promise<boolean>) => (...args: A) => Promise<void>;
