/** Seeds that failed once, with their steps. What a seed does changes with the code; as schedules they stay good ones. */
export const FAILED_ONCE: readonly (readonly [seed: number, steps: number])[] = [
  [31, 100],
  [64, 100],
  [100, 100],
  [124, 100],
  [201, 400],
  [622, 400],
  [1011, 400],
  [2002, 400],
  [5126, 400],
  [10411, 400],
  [40501, 400],
  [50062, 400],
  [700109, 400],
  [700165, 400],
  [710283, 400],
  [710305, 400],
];
