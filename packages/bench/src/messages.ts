/** What the bench says to its load generator, and what that answers; one answer for each order. */
import type { LoadResult, LoadRun } from './load.js';
import type { Target } from './target.js';

export type Order =
  | {
      readonly do: 'open';
      readonly target: Target;
      readonly sockets: number;
      readonly readers: number;
    }
  | { readonly do: 'sample'; readonly characters: number }
  | { readonly do: 'run'; readonly run: LoadRun }
  | { readonly do: 'close' };

export type Reply =
  | { readonly done: 'open' | 'close' }
  | { readonly done: 'sample'; readonly text: string }
  | { readonly done: 'run'; readonly result: LoadResult }
  | { readonly failed: string };
